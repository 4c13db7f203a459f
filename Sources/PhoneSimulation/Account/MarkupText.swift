// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins

/// Values as they stand in a file, without the escapes of its format.
enum MarkupText {
    private static let entities: [String: String] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    static func unescaped(_ text: String, _ format: FileRule.Format) -> String {
        switch format {
        case .xml, .html: withoutReferences(text)
        case .json, .javascript: withoutBackslashes(text)
        case .none, .keyValue: text
        }
    }

    /// Character and entity references of XML 1.0, 4.1.
    private static func withoutReferences(_ text: String) -> String {
        guard text.contains("&") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "&") {
            result += rest[..<start]
            let inner = rest[rest.index(after: start)...]
            guard let end = inner.firstIndex(of: ";"), let character = character(inner[..<end]) else {
                result += "&"
                rest = inner
                continue
            }
            result += character
            rest = inner[inner.index(after: end)...]
        }
        return result + rest
    }

    private static func character(_ name: Substring) -> String? {
        if let entity = entities[String(name)] { return entity }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return number.flatMap(UnicodeScalar.init).map { String(Character($0)) }
    }

    private static func withoutBackslashes(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var result = ""
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }
}
