// SPDX-License-Identifier: GPL-3.0-or-later

/// The methods of Python's strings that templates can call.
enum StringMethod: String {
    case upper, lower, capitalize, title, swapcase, strip, lstrip, rstrip, split, rsplit, splitlines, replace, startswith
    case endswith, join, format, find, rfind, index, rindex, count, zfill, ljust, rjust, center, isdigit, isalpha, isalnum
    case isdecimal, isnumeric, isspace, islower, isupper, isidentifier, partition, rpartition, removeprefix, removesuffix
    case casefold
}

extension Renderer {
    mutating func call(
        _ method: StringMethod, of text: String, isSafe: Bool, _ arguments: Arguments
    ) throws(JinjaRenderError) -> JinjaValue {
        func wrap(_ text: String) -> JinjaValue { isSafe ? .safe(text) : .string(text) }
        let name = method.rawValue
        try useSteps(text.utf8.count / 64)
        switch method {
        case .upper, .lower, .capitalize, .title, .swapcase, .casefold:
            _ = try arguments.onlyPositional(0...0, name)
            return wrap(try limited(Self.changeCase(text, method)))
        case .strip, .lstrip, .rstrip:
            let characters = try arguments.onlyPositional(0...1, name).first
            return wrap(text.stripped(try optionalText(characters, name), start: method != .rstrip, end: method != .lstrip))
        case .split, .rsplit:
            let bound = try arguments.bound(to: Signature("sep", "maxsplit"), name)
            let limit = try bound.integer("maxsplit", default: -1)
            let parts = try split(text, separator: try optionalText(bound["sep"], name), limit: limit, fromEnd: method == .rsplit)
            return .list(try makeList(parts.map(wrap)))
        case .splitlines:
            let bound = try arguments.bound(to: Signature("keepends"), name)
            return .list(try makeList(text.lines(keepingEnds: bound.flag("keepends")).map(wrap)))
        case .replace:
            let values = try arguments.onlyPositional(2...3, name)
            let limit = values.count > 2 ? try integer(values[2], name) : -1
            let new = isSafe ? try escaped(values[1]) : try requiredText(values[1], name)
            return wrap(try replace(text, try requiredText(values[0], name), new, limit: limit))
        case .startswith, .endswith:
            let value = try arguments.onlyPositional(1...1, name)[0]
            let options: [JinjaValue] = if case .tuple(let list) = value { list.values } else { [value] }
            for option in options {
                let part = try requiredText(option, name)
                if method == .startswith ? text.utf8.starts(with: part.utf8) : text.utf8.reversed().starts(with: part.utf8.reversed()) {
                    return .bool(true)
                }
            }
            return .bool(false)
        case .join: return try joinMethod(text, isSafe: isSafe, try arguments.onlyPositional(1...1, name)[0])
        case .format: return wrap(try formatted(braces: text, arguments, isSafe: isSafe))
        case .find, .rfind, .index, .rindex, .count: return try search(method, text, arguments)
        case .zfill, .ljust, .rjust, .center: return wrap(try pad(method, text, arguments))
        case .isdigit, .isalpha, .isalnum, .isdecimal, .isnumeric, .isspace, .islower, .isupper, .isidentifier:
            _ = try arguments.onlyPositional(0...0, name)
            return .bool(Self.classify(text, method))
        case .partition, .rpartition:
            let separator = try requiredText(try arguments.onlyPositional(1...1, name)[0], name)
            if separator.isEmpty { throw JinjaRenderError(.value, "'\(name)' needs a separator that is not empty") }
            let bytes = Array(text.utf8)
            let offsets = ByteSearch(separator).all(in: bytes)
            guard let offset = method == .partition ? offsets.first : Self.lastOffset(of: separator, in: bytes) else {
                let parts = method == .partition ? [text, "", ""] : ["", "", text]
                return .tuple(JinjaList(parts.map(wrap)))
            }
            let parts = [String(bytes[..<offset]), separator, String(bytes[(offset + separator.utf8.count)...])]
            return .tuple(JinjaList(parts.map(wrap)))
        case .removeprefix, .removesuffix:
            let part = try requiredText(try arguments.onlyPositional(1...1, name)[0], name)
            let bytes = Array(text.utf8)
            if method == .removeprefix, bytes.starts(with: part.utf8) { return wrap(String(bytes[part.utf8.count...])) }
            if method == .removesuffix, bytes.reversed().starts(with: part.utf8.reversed()) {
                return wrap(String(bytes[..<(bytes.count - part.utf8.count)]))
            }
            return wrap(text)
        }
    }

    // MARK: - Arguments

    func requiredText(_ value: JinjaValue, _ function: String) throws(JinjaRenderError) -> String {
        if let text = value.stringValue { return text }
        if case .undefined(let info) = value { throw undefined(info) }
        throw JinjaRenderError(.type, "'\(function)' takes text, not \(value.typeName)")
    }

    private func optionalText(_ value: JinjaValue?, _ function: String) throws(JinjaRenderError) -> String? {
        guard let value else { return nil }
        if case .null = value { return nil }
        return try requiredText(value, function)
    }

    func integer(_ value: JinjaValue, _ function: String) throws(JinjaRenderError) -> Int {
        if let number = value.intValue { return number }
        throw JinjaRenderError(.type, "'\(function)' takes an integer, not \(value.typeName)")
    }

    // MARK: - The methods

    /// Python's `replace`, counted before it is made.
    mutating func replace(_ text: String, _ old: String, _ new: String, limit: Int) throws(JinjaRenderError) -> String {
        let limit = limit < 0 ? Int.max : limit
        try useSteps(text.utf8.count / 16)
        let matches = old.isEmpty ? text.scalarCount + 1 : ByteSearch(old).all(in: Array(text.utf8), limit: limit).count
        let (growth, overflow) = min(matches, limit).multipliedReportingOverflow(by: new.utf8.count)
        try useString(overflow ? Int.max : text.utf8.count + growth)
        return text.replacing(old, with: new, limit: limit)
    }

    private static func changeCase(_ text: String, _ method: StringMethod) -> String {
        switch method {
        case .upper: return text.uppercased()
        case .capitalize: return text.pythonCapitalized
        case .casefold: return text.lowercased()
        case .title, .swapcase:
            var result = ""
            var isInside = false
            for scalar in text.unicodeScalars {
                let properties = scalar.properties
                if method == .swapcase {
                    result += properties.isUppercase ? properties.lowercaseMapping : properties.uppercaseMapping
                } else {
                    result += isInside ? properties.lowercaseMapping : properties.titlecaseMapping
                }
                isInside = properties.isCased
            }
            return result
        default: return text.lowercased()
        }
    }

    private mutating func split(
        _ text: String, separator: String?, limit: Int, fromEnd: Bool
    ) throws(JinjaRenderError) -> [String] {
        let limit = limit < 0 ? Int.max : limit
        guard let separator else { return Self.splitOnSpace(text, limit: limit, fromEnd: fromEnd) }
        if separator.isEmpty { throw JinjaRenderError(.value, "the separator of a split is empty") }
        let bytes = Array(text.utf8)
        var offsets = ByteSearch(separator).all(in: bytes, limit: fromEnd ? .max : limit)
        if fromEnd { offsets = Self.offsetsFromEnd(of: separator, in: bytes, limit: limit) }
        try useSteps(offsets.count)
        var parts: [String] = []
        var start = 0
        for offset in offsets {
            parts.append(String(bytes[start..<offset]))
            start = offset + separator.utf8.count
        }
        parts.append(String(bytes[start...]))
        return parts
    }

    /// The matches that do not overlap when the text is searched from its end, in order.
    private static func offsetsFromEnd(of part: String, in bytes: [UInt8], limit: Int) -> [Int] {
        let reversed = ByteSearch(reversing: part).all(in: bytes.reversed(), limit: limit)
        return reversed.map { bytes.count - $0 - part.utf8.count }.reversed()
    }

    private static func lastOffset(of part: String, in bytes: [UInt8]) -> Int? {
        offsetsFromEnd(of: part, in: bytes, limit: 1).first
    }

    private static func splitOnSpace(_ text: String, limit: Int, fromEnd: Bool) -> [String] {
        var scalars = Array(text.unicodeScalars)
        if fromEnd { scalars.reverse() }
        var parts: [String] = []
        var index = 0
        while true {
            while index < scalars.count, PythonText.isSpace(scalars[index]) { index += 1 }
            if index == scalars.count { break }
            var part: [Unicode.Scalar] = []
            if parts.count == limit {
                // What is left keeps the whitespace at its end.
                part = Array(scalars[index...])
                index = scalars.count
            } else {
                while index < scalars.count, !PythonText.isSpace(scalars[index]) {
                    part.append(scalars[index])
                    index += 1
                }
            }
            if fromEnd { part.reverse() }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: part)
            parts.append(String(view))
        }
        return fromEnd ? parts.reversed() : parts
    }

    private mutating func joinMethod(_ separator: String, isSafe: Bool, _ value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        var result = ""
        for (index, item) in try sequence(value).enumerated() {
            if !isSafe, item.stringValue == nil {
                throw JinjaRenderError(.type, "'join' takes strings, and element \(index) is \(item.typeName)")
            }
            if index > 0 { result += separator }
            result += isSafe ? try escaped(item) : try text(of: item)
            if result.utf8.count > limits.stringBytes { try useString(result.utf8.count) }
        }
        let text = try limited(result)
        return isSafe ? .safe(text) : .string(text)
    }

    private mutating func search(_ method: StringMethod, _ text: String, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        let values = try arguments.onlyPositional(1...3, method.rawValue)
        let part = try requiredText(values[0], method.rawValue)
        let scalars = Array(text.unicodeScalars)
        func bound(_ position: Int, default value: Int) throws(JinjaRenderError) -> Int {
            guard values.count > position else { return value }
            let number = try integer(values[position], method.rawValue)
            return min(max(number < 0 ? number &+ scalars.count : number, 0), scalars.count)
        }
        let start = try bound(1, default: 0)
        let stop = try bound(2, default: scalars.count)
        var view = String.UnicodeScalarView()
        if start < stop { view.append(contentsOf: scalars[start..<stop]) }
        let bytes = Array(String(view).utf8)
        if method == .count {
            if part.isEmpty { return .int(start <= stop ? stop - start + 1 : 0) }
            return .int(ByteSearch(part).all(in: bytes).count)
        }
        let isLast = method == .rfind || method == .rindex
        var offset = isLast ? Self.lastOffset(of: part, in: bytes) : ByteSearch(part).first(in: bytes)
        if part.isEmpty { offset = start <= stop ? (isLast ? bytes.count : 0) : nil }
        if let offset { return .int(start + String(bytes[..<offset]).scalarCount) }
        if method == .index || method == .rindex { throw JinjaRenderError(.value, "the text does not contain '\(part)'") }
        return .int(-1)
    }

    private mutating func pad(_ method: StringMethod, _ text: String, _ arguments: Arguments) throws(JinjaRenderError) -> String {
        let values = try arguments.onlyPositional(1...(method == .zfill ? 1 : 2), method.rawValue)
        let width = try integer(values[0], method.rawValue)
        let fill = values.count > 1 ? try requiredText(values[1], method.rawValue) : " "
        if fill.scalarCount != 1 { throw JinjaRenderError(.type, "'\(method.rawValue)' fills with one character") }
        let missing = width > text.scalarCount ? width - text.scalarCount : 0
        let (size, overflow) = missing.multipliedReportingOverflow(by: 4)
        try useString(overflow ? Int.max : text.utf8.count + size)
        switch method {
        case .zfill:
            let zeros = String(repeating: "0", count: missing)
            if let sign = text.utf8.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                return String(Array(text.utf8)[..<1]) + zeros + String(Array(text.utf8)[1...])
            }
            return zeros + text
        case .ljust: return text + String(repeating: fill, count: missing)
        case .rjust: return String(repeating: fill, count: missing) + text
        default: return text.centered(in: width, fill: fill)
        }
    }

    private static func classify(_ text: String, _ method: StringMethod) -> Bool {
        let scalars = text.unicodeScalars
        if scalars.isEmpty { return false }
        switch method {
        case .isdigit: return scalars.allSatisfy { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
        case .isdecimal: return scalars.allSatisfy { $0.properties.numericType == .decimal }
        case .isnumeric: return scalars.allSatisfy { $0.properties.numericType != nil }
        case .isalpha: return scalars.allSatisfy { isLetter($0) }
        case .isalnum: return scalars.allSatisfy { isLetter($0) || $0.properties.numericType != nil }
        case .isspace: return scalars.allSatisfy(PythonText.isSpace)
        case .islower: return text.isPythonLower
        case .isupper: return text.isPythonUpper
        default: return PythonText.isIdentifier(text)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}

extension ByteSearch {
    /// Searches for the bytes of a text in reverse.
    init(reversing text: String) { self.init(bytes: text.utf8.reversed()) }
}

extension String {
    /// Python's `islower`: a cased character exists, and none is in upper or title case.
    var isPythonLower: Bool {
        var hasCase = false
        for scalar in unicodeScalars {
            if scalar.properties.isUppercase || scalar.properties.generalCategory == .titlecaseLetter { return false }
            if scalar.properties.isLowercase { hasCase = true }
        }
        return hasCase
    }

    /// Python's `isupper`.
    var isPythonUpper: Bool {
        var hasCase = false
        for scalar in unicodeScalars {
            if scalar.properties.isLowercase || scalar.properties.generalCategory == .titlecaseLetter { return false }
            if scalar.properties.isUppercase { hasCase = true }
        }
        return hasCase
    }

    /// Python's `center`, which puts an odd space to the left when the width is odd.
    func centered(in width: Int, fill: String = " ") -> String {
        let missing = width - scalarCount
        if missing <= 0 { return self }
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: fill, count: left) + self + String(repeating: fill, count: missing - left)
    }
}
