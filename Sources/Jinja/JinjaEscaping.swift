// SPDX-License-Identifier: GPL-3.0-or-later

/// How a value that `{{ }}` puts out is written, so that it cannot break out of its place.
///
/// Template text is never escaped, and neither are values marked with `|safe`, the results of macros,
/// and `super()`. Integers are written as they are too: no format gives a meaning to digits.
public enum JinjaEscaping: Sendable {
    /// Values are written as they are.
    case none
    /// `&`, `<`, `>`, `'` and `"` become references, exactly as markupsafe writes them.
    case html
    /// As ``html``; characters that XML 1.0 does not allow are refused.
    case xml
    /// Another format.
    case custom(any OutputEscaper)

    /// Another format, defined by a function that appends the escaped text.
    public static func custom(
        _ write: @escaping @Sendable (String, inout [UInt8]) throws(RefusedValue) -> Void
    ) -> JinjaEscaping {
        .custom(ClosureEscaper(body: write))
    }

    var isActive: Bool {
        if case .none = self { false } else { true }
    }

    /// Appends the escaped text.
    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue) {
        switch self {
        case .none: output.append(contentsOf: text.utf8)
        case .html: Self.writeMarkup(text, to: &output)
        case .xml:
            try Self.checkXML(text)
            Self.writeMarkup(text, to: &output)
        case .custom(let escaper): try escaper.write(text, to: &output)
        }
    }

    private static func writeMarkup(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "'"): output.append(contentsOf: "&#39;".utf8)
            case UInt8(ascii: "\""): output.append(contentsOf: "&#34;".utf8)
            default: output.append(byte)
            }
        }
    }

    /// Refuses what the production `Char` of XML 1.0 (section 2.2) leaves out.
    private static func checkXML(_ text: String) throws(RefusedValue) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...: continue
            default: throw RefusedValue("the character U+\(String(scalar.value, radix: 16, uppercase: true)) is not allowed in XML")
            }
        }
    }
}

/// The escaping of an output format.
public protocol OutputEscaper: Sendable {
    /// Appends the text in the form that the format needs.
    ///
    /// - Throws: ``RefusedValue`` when the format cannot hold the text.
    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue)
}

/// The reason why a format cannot hold a value.
public struct RefusedValue: Error, Sendable, Hashable {
    /// The reason, as a sentence part such as "a line feed ends the value".
    public let reason: String

    /// Makes a refusal with its reason.
    public init(_ reason: String) { self.reason = reason }
}

private struct ClosureEscaper: OutputEscaper {
    let body: @Sendable (String, inout [UInt8]) throws(RefusedValue) -> Void

    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue) { try body(text, &output) }
}
