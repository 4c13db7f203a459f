// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    mutating func applyText(
        _ filter: BuiltinFilter, _ value: JinjaValue, _ arguments: BoundArguments
    ) throws(JinjaRenderError) -> JinjaValue {
        let isSafe = value.isSafe
        func wrap(_ text: String) -> JinjaValue { isSafe ? .safe(text) : .string(text) }
        switch filter {
        case .indent: return try indented(value, arguments)
        case .truncate: return try truncated(value, arguments)
        case .replace: return try replaced(value, arguments)
        case .urlencode: return try urlEncoded(value)
        default: break
        }
        let text = try text(of: value)
        try useSteps(text.utf8.count / 64)
        switch filter {
        case .upper: return wrap(try limited(text.uppercased()))
        case .lower: return wrap(try limited(text.lowercased()))
        case .capitalize: return wrap(try limited(text.pythonCapitalized))
        case .title: return .string(try limited(Self.titled(text)))
        case .trim:
            guard let characters = arguments["chars"] else { return wrap(text.stripped(nil)) }
            if case .null = characters { return wrap(text.stripped(nil)) }
            return wrap(text.stripped(try requiredText(characters, "trim")))
        case .center:
            let width = try arguments.integer("width", default: 80)
            try useString(max(width, text.utf8.count))
            return wrap(text.centered(in: width))
        case .striptags: return .string(MarkupText.withoutTags(text))
        case .wordcount:
            var count = 0
            var isInside = false
            for scalar in text.unicodeScalars {
                let isWord = PythonText.isWord(scalar)
                if isWord, !isInside { count += 1 }
                isInside = isWord
            }
            return .int(count)
        default: return value
        }
    }

    /// Every word with a first letter in upper case; words end at spaces, hyphens and opening brackets.
    private static func titled(_ text: String) -> String {
        var result = ""
        var word = String.UnicodeScalarView()
        func finish() {
            guard let first = word.first else { return }
            result += String(first).uppercased() + String(String.UnicodeScalarView(word.dropFirst())).lowercased()
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar) {
                finish()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        finish()
        return result
    }

    private mutating func indented(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        let text = try requiredText(value, "indent")
        let indent: String
        if let given = arguments["width"]?.stringValue {
            indent = given
        } else {
            let width = max(0, try arguments.integer("width", default: 4))
            try useString(width)
            indent = String(repeating: " ", count: width)
        }
        let lines = (text + "\n").lines()
        let (growth, overflow) = lines.count.multipliedReportingOverflow(by: indent.utf8.count)
        try useString(overflow ? Int.max : text.utf8.count + growth)
        let indentsBlank = arguments.flag("blank")
        var result = arguments.flag("first") ? indent : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if indentsBlank || !line.isEmpty { result += indent }
            }
            result += line
        }
        return value.isSafe ? .safe(result) : .string(result)
    }

    private mutating func truncated(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        guard let text = value.stringValue else {
            if case .undefined(let info) = value { throw undefined(info) }
            throw JinjaRenderError(.type, "'truncate' takes text, not \(value.typeName)")
        }
        let length = try arguments.integer("length", default: 255)
        var leeway = 5
        if let given = arguments["leeway"] {
            if case .null = given {} else { leeway = try integer(given, "truncate") }
        }
        let end = arguments["end"] ?? .string("...")
        let endText = value.isSafe ? try escaped(end) : try requiredText(end, "truncate")
        let endLength = try requiredText(end, "truncate").scalarCount
        if length < endLength || leeway < 0 {
            throw JinjaRenderError(.value, "'truncate' needs a length of at least \(endLength) and a leeway of at least 0")
        }
        let (most, overflow) = length.addingReportingOverflow(leeway)
        if overflow || text.scalarCount <= most { return value }
        var cut = Array(text.unicodeScalars.prefix(length - endLength))
        if !arguments.flag("killwords"), let space = cut.lastIndex(of: " ") { cut.removeSubrange(space...) }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: cut)
        let result = try limited(String(view) + endText)
        return value.isSafe ? .safe(result) : .string(result)
    }

    private mutating func replaced(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        let old = arguments["old"] ?? .null
        let new = arguments["new"] ?? .null
        var limit = -1
        if let count = arguments["count"] {
            if case .null = count {} else { limit = try integer(count, "replace") }
        }
        guard isEscaping else {
            return .string(try replace(try text(of: value), try text(of: old), try text(of: new), limit: limit))
        }
        if old.isSafe || new.isSafe && !value.isSafe || value.isSafe {
            let subject = try escaped(value)
            return .safe(try replace(subject, try text(of: old), try escaped(new), limit: limit))
        }
        return .string(try replace(try text(of: value), try text(of: old), try text(of: new), limit: limit))
    }

    private mutating func urlEncoded(_ value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        var pairs: [JinjaValue]
        switch value {
        case .string, .safe, .null, .bool, .int, .double:
            return .string(try limited(Self.percentEncoded(try text(of: value), isQuery: false)))
        case .dict(let dict): pairs = dict.items
        default: pairs = try sequence(value)
        }
        var parts: [String] = []
        for pair in pairs {
            let items = try sequence(pair)
            if items.count != 2 { throw JinjaRenderError(.value, "'urlencode' takes pairs, not \(items.count) values") }
            let key = Self.percentEncoded(try text(of: items[0]), isQuery: true)
            parts.append(key + "=" + Self.percentEncoded(try text(of: items[1]), isQuery: true))
        }
        return .string(try limited(parts.joined(separator: "&")))
    }

    private static func percentEncoded(_ text: String, isQuery: Bool) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: "/") where !isQuery: result.append(byte)
            case UInt8(ascii: " ") where isQuery: result.append(UInt8(ascii: "+"))
            default:
                result.append(UInt8(ascii: "%"))
                result.append(hex[Int(byte >> 4)])
                result.append(hex[Int(byte & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: - join

    mutating func applyJoin(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        var items = try sequence(value)
        try useSteps(items.count)
        if let attribute = arguments["attribute"], case .some = attribute.stringValue ?? attribute.intValue.map(String.init) {
            items = try elements(.map, .list(JinjaList(items)), Arguments(positional: [], named: [("attribute", attribute)]))
        }
        let separator = arguments["d"] ?? .string("")
        let isSafe = isEscaping && (separator.isSafe || items.contains(where: \.isSafe))
        let between = isSafe ? try escaped(separator) : try text(of: separator)
        var result = ""
        for (index, item) in items.enumerated() {
            if index > 0 { result += between }
            result += isSafe ? try escaped(item) : try text(of: item)
            if result.utf8.count > limits.stringBytes { try useString(result.utf8.count) }
        }
        let joined = try limited(result)
        return isSafe ? .safe(joined) : .string(joined)
    }
}

/// Markup without its tags, as markupsafe's `striptags` makes it.
enum MarkupText {
    static func withoutTags(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var kept: [UInt8] = []
        var position = 0
        let commentEnd = ByteSearch("-->")
        while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            let isComment = bytes[start...].starts(with: "<!--".utf8)
            let end: Int? =
                isComment
                ? commentEnd.first(in: bytes, from: min(start + 4, bytes.count)).map { $0 + 3 }
                : bytes[start...].firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 }
            guard let end else { break }
            kept.append(contentsOf: bytes[position..<start])
            position = end
        }
        kept.append(contentsOf: bytes[position...])
        let words = String(decoding: kept, as: UTF8.self).unicodeScalars.split(whereSeparator: PythonText.isSpace)
        return unescaped(words.map { String($0) }.joined(separator: " "))
    }

    private static let names: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®", "raquo": "»",
        "laquo": "«", "hellip": "…", "ndash": "–", "mdash": "—", "euro": "€",
    ]

    /// The text with references to characters replaced by these.
    private static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            // The longest reference that is known here has ten characters.
            if bytes[position] == UInt8(ascii: "&"),
                let end = bytes[position..<min(position + 12, bytes.count)].firstIndex(of: UInt8(ascii: ";")),
                let replacement = character(String(bytes[(position + 1)..<end]))
            {
                result.append(contentsOf: replacement.utf8)
                position = end + 1
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func character(_ reference: String) -> String? {
        if !reference.hasPrefix("#") { return names[reference] }
        let digits = reference.dropFirst()
        let number = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap(Unicode.Scalar.init).map { String($0) }
    }
}
