// SPDX-License-Identifier: GPL-3.0-or-later

/// One `%` field of a format.
private struct PercentField {
    var key: String?
    var isLeft = false
    var isZeroPadded = false
    var isAlternate = false
    var plus = ""
    var width = 0
    var precision: Int?
    var type: Unicode.Scalar = "s"
}

extension Renderer {
    /// Python's `text % value`: a tuple gives several values, a dictionary named ones.
    mutating func formatted(_ format: String, _ value: JinjaValue, isSafe: Bool) throws(JinjaRenderError) -> String {
        var scalars = Array(format.unicodeScalars)[...]
        let values: [JinjaValue] = if case .tuple(let list) = value { list.values } else { [value] }
        var used = 0
        var result = ""
        var run = String.UnicodeScalarView()
        while let scalar = scalars.popFirst() {
            if scalar != "%" {
                run.append(scalar)
                continue
            }
            result.unicodeScalars.append(contentsOf: run)
            run = String.UnicodeScalarView()
            var field = PercentField()
            try read(&field, from: &scalars, values, &used)
            if field.type == "%" {
                result += "%"
                continue
            }
            let argument: JinjaValue
            if let key = field.key {
                guard case .dict(let dict) = value else { throw JinjaRenderError(.type, "the format needs a mapping") }
                guard let found = dict[key] else { throw JinjaRenderError(.value, "the format has no value '\(key)'") }
                argument = found
            } else {
                argument = try take(values, &used)
            }
            result += try formatted(argument, field, isSafe: isSafe)
            if result.utf8.count > limits.stringBytes { try useString(result.utf8.count) }
        }
        result.unicodeScalars.append(contentsOf: run)
        let isMapping = if case .dict = value { true } else { false }
        if used < values.count, !isMapping {
            throw JinjaRenderError(.type, "the format has \(used) fields for \(values.count) values")
        }
        return try limited(result)
    }

    private func take(_ values: [JinjaValue], _ used: inout Int) throws(JinjaRenderError) -> JinjaValue {
        guard used < values.count else { throw JinjaRenderError(.type, "the format has more fields than values") }
        used += 1
        return values[used - 1]
    }

    private func read(
        _ field: inout PercentField, from scalars: inout ArraySlice<Unicode.Scalar>, _ values: [JinjaValue], _ used: inout Int
    ) throws(JinjaRenderError) {
        if scalars.first == "(" {
            scalars.removeFirst()
            var key = String.UnicodeScalarView()
            var depth = 1
            while depth > 0 {
                guard let next = scalars.popFirst() else { throw JinjaRenderError(.value, "a key of the format is not closed") }
                if next == "(" { depth += 1 }
                if next == ")" { depth -= 1 }
                if depth > 0 { key.append(next) }
            }
            field.key = String(key)
        }
        flags: while let flag = scalars.first {
            switch flag {
            case "-": field.isLeft = true
            case "0": field.isZeroPadded = true
            case "#": field.isAlternate = true
            case "+": field.plus = "+"
            case " ": if field.plus.isEmpty { field.plus = " " }
            default: break flags
            }
            scalars.removeFirst()
        }
        if let width = try number(&scalars, values, &used) {
            if width < 0 { field.isLeft = true }
            field.width = Int(clamping: width.magnitude)
        }
        if scalars.first == "." {
            scalars.removeFirst()
            field.precision = max(0, try number(&scalars, values, &used) ?? 0)
        }
        while let length = scalars.first, length == "l" || length == "L" || length == "h" { scalars.removeFirst() }
        guard let type = scalars.popFirst() else { throw JinjaRenderError(.value, "the format ends inside a field") }
        field.type = type
    }

    /// A number of the format, or one from the values where `*` stands.
    private func number(
        _ scalars: inout ArraySlice<Unicode.Scalar>, _ values: [JinjaValue], _ used: inout Int
    ) throws(JinjaRenderError) -> Int? {
        if scalars.first == "*" {
            scalars.removeFirst()
            guard let number = try take(values, &used).intValue else { throw JinjaRenderError(.type, "'*' needs an integer") }
            return number
        }
        var number: Int?
        while let digit = scalars.first, digit.value >= 48, digit.value <= 57 {
            number = min((number ?? 0) * 10 + Int(digit.value) - 48, 1 << 40)
            scalars.removeFirst()
        }
        return number
    }

    private mutating func formatted(_ value: JinjaValue, _ field: PercentField, isSafe: Bool) throws(JinjaRenderError) -> String {
        try useString(field.width)
        try useString(field.precision ?? 0)
        switch field.type {
        case "s", "r", "a":
            var text: String
            if field.type == "s" {
                text = isSafe ? try escaped(value) : try self.text(of: value)
            } else {
                text = try representation(of: value)
                if isSafe { text = try escaped(.string(text)) }
            }
            if let precision = field.precision, text.scalarCount > precision {
                text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
            }
            return padded(text, sign: "", field, allowsZero: false)
        case "c":
            if let text = value.stringValue, text.scalarCount == 1 { return padded(text, sign: "", field, allowsZero: false) }
            guard let number = value.intValue, let code = UInt32(exactly: number), let scalar = Unicode.Scalar(code) else {
                throw JinjaRenderError(.type, "'%c' needs an integer or one character, not \(value.typeName)")
            }
            return padded(String(scalar), sign: "", field, allowsZero: false)
        case "d", "i", "u", "x", "X", "o": return try formattedInteger(value, field)
        case "e", "E", "f", "F", "g", "G": return try formattedFloat(value, field)
        default: throw JinjaRenderError(.value, "the format '%\(field.type)' is not known")
        }
    }

    private func formattedInteger(_ value: JinjaValue, _ field: PercentField) throws(JinjaRenderError) -> String {
        let number: Int
        if let integer = value.intValue {
            number = integer
        } else if case .double(let float) = value, field.type == "d" || field.type == "i" || field.type == "u" {
            guard let whole = Int(exactly: float.rounded(.towardZero)) else { throw outOfRange() }
            number = whole
        } else {
            if case .undefined(let info) = value { throw undefined(info) }
            throw JinjaRenderError(.type, "'%\(field.type)' needs a number, not \(value.typeName)")
        }
        var digits: String
        var prefix = ""
        switch field.type {
        case "x": (digits, prefix) = (String(number.magnitude, radix: 16), "0x")
        case "X": (digits, prefix) = (String(number.magnitude, radix: 16, uppercase: true), "0X")
        case "o": (digits, prefix) = (String(number.magnitude, radix: 8), "0o")
        default: digits = String(number.magnitude)
        }
        if let precision = field.precision, digits.utf8.count < precision {
            digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
        }
        let sign = (number < 0 ? "-" : field.plus) + (field.isAlternate ? prefix : "")
        return padded(digits, sign: sign, field, allowsZero: true)
    }

    private func formattedFloat(_ value: JinjaValue, _ field: PercentField) throws(JinjaRenderError) -> String {
        guard let number = value.doubleValue else {
            if case .undefined(let info) = value { throw undefined(info) }
            throw JinjaRenderError(.type, "'%\(field.type)' needs a number, not \(value.typeName)")
        }
        let precision = field.precision ?? 6
        let marker = field.type == "E" || field.type == "G" ? "E" : "e"
        var text: String
        switch field.type {
        case "e", "E":
            text = FloatText.exponent(number.magnitude, precision: precision, marker: marker, alternate: field.isAlternate)
        case "g", "G":
            text = FloatText.general(number.magnitude, precision: precision, marker: marker, alternate: field.isAlternate)
        default: text = FloatText.fixed(number.magnitude, precision: precision, alternate: field.isAlternate)
        }
        if field.type == "E" || field.type == "G" || field.type == "F" { text = text.uppercased() }
        return padded(text, sign: number.sign == .minus && !number.isNaN ? "-" : field.plus, field, allowsZero: true)
    }

    private func padded(_ text: String, sign: String, _ field: PercentField, allowsZero: Bool) -> String {
        let missing = field.width - text.scalarCount - sign.scalarCount
        if missing <= 0 { return sign + text }
        if field.isLeft { return sign + text + String(repeating: " ", count: missing) }
        if field.isZeroPadded, allowsZero { return sign + String(repeating: "0", count: missing) + text }
        return String(repeating: " ", count: missing) + sign + text
    }
}
