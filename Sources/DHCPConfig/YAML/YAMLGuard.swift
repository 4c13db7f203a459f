// SPDX-License-Identifier: GPL-3.0-or-later

/// Looks over YAML text before it is parsed, for what would cost the parser more than the text is long.
///
/// It is a rough reading of YAML that errs on the side of refusing: nesting is counted by brackets and by indentation,
/// and a word that starts with `*` or `&` outside quotes and comments counts as an alias or anchor.
enum YAMLGuard {
    struct Finding {
        let line: Int
        let message: String
        let remedy: String
    }

    static func check(_ text: String, maximumDepth: Int) -> Finding? {
        var scan = Scan(maximumDepth: maximumDepth)
        for byte in text.utf8 {
            if let finding = scan.read(byte) { return finding }
        }
        return nil
    }

    private struct Scan {
        let maximumDepth: Int
        var line = 1
        var previous = UInt8(ascii: "\n")
        var brackets = 0
        /// Indicators `-` and `?` before the first word of a line, each of which opens a level.
        var indicators = 0
        var isAtLineStart = true
        var quote: UInt8?
        var isEscaped = false
        var isComment = false

        init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

        mutating func read(_ byte: UInt8) -> Finding? {
            defer { previous = byte }
            if byte == UInt8(ascii: "\n") {
                line += 1
                isAtLineStart = true
                indicators = 0
                isComment = false
                return nil
            }
            if isComment { return nil }
            if let open = quote {
                readQuoted(byte, open)
                return nil
            }
            let startsWord = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ",")]
                .contains(previous)
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                return nil
            case UInt8(ascii: "#") where startsWord:
                isComment = true
                return nil
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if startsWord { quote = byte }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                brackets += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                brackets = max(0, brackets - 1)
            case UInt8(ascii: "-"), UInt8(ascii: "?"):
                if isAtLineStart {
                    indicators += 1
                    return depthFinding
                }
            case UInt8(ascii: "*"), UInt8(ascii: "&"):
                if startsWord {
                    return Finding(
                        line: line, message: "YAML anchors and aliases (& and *) are not supported",
                        remedy: "write the value out, or put the text in quotes")
                }
            default: break
            }
            isAtLineStart = false
            return depthFinding
        }

        private mutating func readQuoted(_ byte: UInt8, _ open: UInt8) {
            if isEscaped {
                isEscaped = false
            } else if open == UInt8(ascii: "\""), byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == open {
                quote = nil
            }
        }

        private var depthFinding: Finding? {
            guard brackets + indicators > maximumDepth else { return nil }
            return Finding(
                line: line, message: "values are nested more than \(maximumDepth) deep", remedy: "flatten them")
        }
    }
}
