// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    mutating func applyNumeric(
        _ filter: BuiltinFilter, _ value: JinjaValue, _ arguments: BoundArguments
    ) throws(JinjaRenderError) -> JinjaValue {
        if case .undefined(let info) = value, filter != .sum { throw undefined(info) }
        switch filter {
        case .abs:
            switch try number(value, "abs") {
            case .int(let number):
                if number == .min { throw outOfRange() }
                return .int(abs(number))
            case .double(let number): return .double(number.magnitude)
            default: return value
            }
        case .int: return try toInteger(value, arguments)
        case .float:
            if let number = value.doubleValue { return .double(number) }
            if let text = value.stringValue, let number = PythonNumber.double(text) { return .double(number) }
            return arguments["default"] ?? .double(0)
        case .round: return try rounded(value, arguments)
        case .sum: return try sum(value, arguments)
        case .filesizeformat: return .string(try fileSize(value, arguments))
        default: return value
        }
    }

    private func toInteger(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        let fallback = arguments["default"] ?? .int(0)
        switch value {
        case .int: return value
        case .bool(let flag): return .int(flag ? 1 : 0)
        case .double(let number):
            if number.isNaN { return fallback }
            guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw outOfRange() }
            return .int(whole)
        case .string(let text), .safe(let text):
            switch PythonNumber.integer(text, base: try arguments.integer("base", default: 10)) {
            case .number(let number): return .int(number)
            case .outOfRange: throw outOfRange()
            case .none: break
            }
            guard let number = PythonNumber.double(text), number.isFinite else { return fallback }
            guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw outOfRange() }
            return .int(whole)
        default: return fallback
        }
    }

    private mutating func rounded(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        let precision = try arguments.integer("precision", default: 0)
        let method = arguments["method"]?.stringValue ?? "common"
        let subject = try number(value, "round")
        if method == "common" {
            guard case .int(let number) = subject else {
                return .double(FloatText.rounded(subject.doubleValue ?? 0, precision: min(max(precision, -400), 400)))
            }
            return .int(try rounded(number, precision))
        }
        guard method == "ceil" || method == "floor" else {
            throw JinjaRenderError(.value, "'round' knows the methods common, ceil and floor")
        }
        let factor = try combine(.power, .int(10), .int(precision))
        let scaled = try combine(.multiply, subject, factor)
        var whole = scaled
        if case .double(let number) = scaled {
            guard let integer = Int(exactly: number.rounded(method == "ceil" ? .up : .down)) else { throw outOfRange() }
            whole = .int(integer)
        }
        return try combine(.divide, whole, factor)
    }

    /// Rounds an integer to tens, hundreds…, ties to even.
    private func rounded(_ number: Int, _ precision: Int) throws(JinjaRenderError) -> Int {
        if precision >= 0 { return number }
        if precision < -18 { return 0 }
        var factor = 1
        for _ in 0..<(-precision) { factor *= 10 }
        let quotient = number / factor
        let rest = (number % factor).magnitude
        let half = UInt(factor / 2)
        let isUp = rest > half || rest == half && quotient % 2 != 0
        let (result, overflow) = (quotient + (isUp ? number.signum() : 0)).multipliedReportingOverflow(by: factor)
        if overflow { throw outOfRange() }
        return result
    }

    private mutating func sum(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        var total = arguments["start"] ?? .int(0)
        if total.stringValue != nil { throw JinjaRenderError(.type, "'sum' cannot add strings; use 'join'") }
        let items = try sequence(value)
        try useSteps(items.count)
        let path = attributePath(arguments["attribute"])
        for item in items { total = try combine(.add, total, try self.value(at: path, of: item)) }
        return total
    }

    private func fileSize(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> String {
        guard let bytes = value.doubleValue ?? value.stringValue.flatMap(PythonNumber.double) else {
            throw JinjaRenderError(.type, "'filesizeformat' takes a number, not \(value.typeName)")
        }
        let isBinary = arguments.flag("binary")
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return "1 Byte" }
        if bytes < base {
            guard let whole = Int(exactly: bytes.rounded(.towardZero)) else { throw outOfRange() }
            return "\(whole) Bytes"
        }
        var unit = base
        for prefix in ["k", "M", "G", "T", "P", "E", "Z", "Y"] {
            unit *= base
            if bytes < unit || prefix == "Y" {
                let name = isBinary ? (prefix == "k" ? "K" : prefix) + "iB" : prefix + "B"
                return FloatText.fixed(base * bytes / unit, precision: 1) + " " + name
            }
        }
        return ""
    }
}

/// Numbers as Python reads them from text.
enum PythonNumber {
    enum Integer {
        case number(Int)
        case outOfRange
        case none
    }

    /// Python's `int(text, base)`.
    static func integer(_ text: String, base: Int) -> Integer {
        guard base == 0 || (2...36).contains(base) else { return .none }
        var bytes = Array(text.stripped(nil).utf8)[...]
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes.removeFirst()
        }
        var radix = base
        if bytes.count > 1, bytes.first == UInt8(ascii: "0") {
            let prefixed: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let found = prefixed[bytes[bytes.startIndex + 1] | 0x20], base == 0 || base == found {
                radix = found
                bytes = bytes.dropFirst(2)
                if bytes.first == UInt8(ascii: "_") { bytes.removeFirst() }
            }
        }
        if radix == 0 {
            radix = 10
            if bytes.first == UInt8(ascii: "0"), bytes.contains(where: { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: "_") }) {
                return .none
            }
        }
        guard let digits = withoutUnderscores(bytes), !digits.isEmpty else { return .none }
        for digit in digits {
            let value: Int
            switch digit {
            case 0x30...0x39: value = Int(digit) - 0x30
            case 0x41...0x5A: value = Int(digit) - 0x41 + 10
            case 0x61...0x7A: value = Int(digit) - 0x61 + 10
            default: return .none
            }
            if value >= radix { return .none }
        }
        let written = (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        return Int(written, radix: radix).map { .number($0) } ?? .outOfRange
    }

    /// Python's `float(text)`.
    static func double(_ text: String) -> Double? {
        var bytes = Array(text.stripped(nil).utf8)[...]
        var sign = ""
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? "-" : ""
            bytes.removeFirst()
        }
        let word = String(decoding: bytes, as: UTF8.self).lowercased()
        if word == "inf" || word == "infinity" { return sign == "-" ? -.infinity : .infinity }
        if word == "nan" { return .nan }
        guard let first = bytes.first, first == UInt8(ascii: ".") || (0x30...0x39).contains(first),
            bytes.contains(where: { (0x30...0x39).contains($0) }), let digits = withoutUnderscores(bytes)
        else { return nil }
        let allowed = digits.allSatisfy {
            (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") || $0 == UInt8(ascii: "+")
                || $0 == UInt8(ascii: "-")
        }
        guard allowed else { return nil }
        var plain = String(decoding: digits, as: UTF8.self).lowercased()
        // Swift wants digits on both sides of the point.
        if plain.hasPrefix(".") { plain = "0" + plain }
        if plain.hasSuffix(".") { plain += "0" }
        if let dot = plain.range(of: ".e") { plain.replaceSubrange(dot, with: ".0e") }
        return Double(sign + plain)
    }

    /// The digits without single underscores between them, or `nil` when one stands elsewhere.
    private static func withoutUnderscores(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var previous: UInt8 = UInt8(ascii: "_")
        for byte in bytes {
            if byte == UInt8(ascii: "_"), previous == UInt8(ascii: "_") || !isDigit(previous) { return nil }
            if previous == UInt8(ascii: "_"), !result.isEmpty, !isDigit(byte) { return nil }
            if byte != UInt8(ascii: "_") { result.append(byte) }
            previous = byte
        }
        return previous == UInt8(ascii: "_") ? nil : result
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension String {
    /// The range of a short part, found by its bytes.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        guard let offset = firstOffset(of: part) else { return nil }
        let start = utf8.index(utf8.startIndex, offsetBy: offset)
        return start..<utf8.index(start, offsetBy: part.utf8.count)
    }
}
