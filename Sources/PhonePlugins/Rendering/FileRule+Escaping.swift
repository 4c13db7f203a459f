// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja

extension FileRule.Format {
    /// How values are written so that they cannot leave their place in a file of this format.
    var escaping: JinjaEscaping {
        switch self {
        case .none: .none
        case .keyValue: .custom(KeyValueEscaper())
        case .xml, .html: .xml
        case .json: .custom(JSONEscaper())
        case .javascript: .custom(JavaScriptEscaper())
        }
    }
}

/// Lines of `key = value` have no way to write a line break, so a value that has one is refused: it would become a setting of its own.
struct KeyValueEscaper: OutputEscaper {
    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue) {
        for byte in text.utf8 where byte < 0x20 && byte != 0x09 || byte == 0x7F {
            let what =
                switch byte {
                case 0x00: "a NUL character"
                case 0x0A: "a line feed"
                case 0x0D: "a carriage return"
                default: "the control character U+00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
                }
            throw RefusedValue("the value has \(what), which a line of “key = value” cannot hold")
        }
        output.append(contentsOf: text.utf8)
    }
}

/// Escapes what a JSON string cannot hold as it is (RFC 8259, 7).
struct JSONEscaper: OutputEscaper {
    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
            case 0x08: output.append(contentsOf: "\\b".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0C: output.append(contentsOf: "\\f".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                output.append(contentsOf: "\\u00".utf8)
                output.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                output.append(contentsOf: String(byte & 0xF, radix: 16).utf8)
            default: output.append(byte)
            }
        }
    }
}

/// Escapes what a string of JavaScript cannot hold, whichever quotation mark it has (ECMA-262, 12.9.4), and what would end a
/// script in a page: `</script>`, `<!--`.
struct JavaScriptEscaper: OutputEscaper {
    func write(_ text: String, to output: inout [UInt8]) throws(RefusedValue) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": output.append(contentsOf: "\\n".utf8)
            case "\r": output.append(contentsOf: "\\r".utf8)
            case "\t": output.append(contentsOf: "\\t".utf8)
            case "\\": output.append(contentsOf: "\\\\".utf8)
            case "\"", "'", "`", "$", "<", ">", "&", "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                output.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
            default: output.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            }
        }
    }
}
