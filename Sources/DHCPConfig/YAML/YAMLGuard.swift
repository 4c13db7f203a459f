// SPDX-License-Identifier: GPL-3.0-or-later

/// Looks over YAML text before it is parsed, for what would cost the parser more than the text is long.
///
/// It is a rough reading of YAML that errs on the side of refusing. Brackets and indicators are counted outside quotes
/// and comments, so that deep nesting is refused with a sentence (what a trick with quotes hides from it, the parser
/// refuses at a depth of 1000). A name that stands both after `&` and after `*`, wherever that is, counts as an alias:
/// an alias can stand for a tree that is exponentially larger than the file.
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
        return aliasFinding(text)
    }

    private static func aliasFinding(_ text: String) -> Finding? {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return nil }
        var anchors: Set<[UInt8]> = [], aliases: Set<[UInt8]> = []
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") {
            // Longer names are cut, which can only make more of them equal.
            let name = Array(bytes[(index + 1)...].prefix(64).prefix { !" \t\r\n,[]{}".utf8.contains($0) })
            if name.isEmpty { continue }
            if byte == UInt8(ascii: "&") { anchors.insert(name) } else { aliases.insert(name) }
        }
        guard let name = anchors.intersection(aliases).map({ String(decoding: $0, as: UTF8.self) }).min() else { return nil }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = lines.firstIndex { String($0)?.contains("*\(name)") ?? false } ?? 0
        return Finding(
            line: line + 1, message: "YAML anchors and aliases (&\(name.excerpt) and *\(name.excerpt)) are not supported",
            remedy: "write the value out where it is used")
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
