// SPDX-License-Identifier: GPL-3.0-or-later

/// Refuses YAML that would exhaust its reader, before it is read.
///
/// The YAML library builds values recursively and expands aliases, so a small text can ask for any depth of stack or any
/// amount of memory. Two bounds on the text hold back both: brackets that are open at once together with indentation, and no
/// anchors, aliases and tags at all. Where the text is so written that the bound could be cheated, it is refused with
/// what to write instead.
struct YAMLGuard {
    private let bytes: [UInt8]
    private let file: String
    private var line = 1
    private var column = 0
    private var flowDepth = 0
    /// The last byte that was neither space nor comment; a quoted text counts as its closing quote.
    private var last: UInt8 = 0
    private var lineHasContent = false

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func check() throws(PluginProblem) {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            column += 1
            switch byte {
            case UInt8(ascii: "-") where column == 1 && bytes[position...].starts(with: "---".utf8):
                // The beginning of a document; a value may follow on the same line.
                position += 2
                column += 2
                last = UInt8(ascii: ":")
            case UInt8(ascii: "\n"):
                line += 1
                column = 0
                lineHasContent = false
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            case UInt8(ascii: "\r"):
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") else { throw lineBreakProblem() }
            case 0x85 where position > 0 && bytes[position - 1] == 0xC2, 0xA8 where isLineSeparator(position), 0xA9 where isLineSeparator(position):
                throw lineBreakProblem()
            case UInt8(ascii: "#") where flowDepth > 0 && !isAfterBlank(position):
                throw problem("“#” inside unquoted text between brackets", "put the whole text in quotation marks, or a space before a comment")
            case UInt8(ascii: "#") where isAfterBlank(position):
                while position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if beginsValue(position) {
                    if flowDepth > 0, last == UInt8(ascii: ":"), !isAfterBlank(position) {
                        throw problem("a quotation mark directly behind a colon", "put a space between them")
                    }
                    position = try skipQuoted(position)
                } else if flowDepth > 0, isAfterBlank(position) {
                    throw problem("a quotation mark inside unquoted text between brackets", "put the whole text in quotation marks")
                }
                significant(byte)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                // Between brackets every bracket counts; elsewhere only one that begins a value.
                if flowDepth > 0 || beginsValue(position) {
                    flowDepth += 1
                    guard flowDepth <= PluginLimits.manifestDepth else {
                        throw problem("more than \(PluginLimits.manifestDepth) brackets are open", "close them, or put braces of a text in quotation marks")
                    }
                }
                significant(byte)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                flowDepth = max(0, flowDepth - 1)
                significant(byte)
            case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"):
                if beginsValue(position) {
                    throw problem(
                        "a value that begins with “\(Character(UnicodeScalar(byte)))”",
                        "YAML's anchors, aliases and tags are not used here: write the value itself, in quotation marks if it begins so")
                }
                significant(byte)
            default:
                if !lineHasContent, column > 4 * PluginLimits.manifestDepth {
                    throw problem("indented by more than \(4 * PluginLimits.manifestDepth) columns", "indent by two spaces for each level")
                }
                // A dash or question mark at the beginning opens a level and does not end the indentation.
                if !lineHasContent, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "?"), isBeforeBlank(position) {
                    last = UInt8(ascii: ":")
                } else {
                    significant(byte)
                }
            }
            position += 1
        }
    }

    private mutating func significant(_ byte: UInt8) {
        last = byte
        lineHasContent = true
    }

    private func isAfterBlank(_ position: Int) -> Bool {
        guard position > 0 else { return true }
        return Self.isBlank(bytes[position - 1])
    }

    /// Whether a byte ends U+2028 or U+2029, which YAML takes for line breaks.
    private func isLineSeparator(_ position: Int) -> Bool {
        position >= 2 && bytes[position - 2] == 0xE2 && bytes[position - 1] == 0x80
    }

    private func lineBreakProblem() -> PluginProblem {
        problem("an unusual line break", "end lines with a line feed")
    }

    private func isBeforeBlank(_ position: Int) -> Bool { position + 1 >= bytes.count || Self.isBlank(bytes[position + 1]) }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Whether a value, and not the middle of a text, begins here.
    private func beginsValue(_ position: Int) -> Bool {
        let afterBracket = flowDepth > 0 && (last == UInt8(ascii: "[") || last == UInt8(ascii: "{") || last == UInt8(ascii: ","))
        if flowDepth > 0 { return afterBracket || last == UInt8(ascii: ":") }
        return isAfterBlank(position) && (!lineHasContent || last == UInt8(ascii: ":"))
    }

    /// The place of the closing quotation mark.
    private mutating func skipQuoted(_ start: Int) throws(PluginProblem) -> Int {
        let quote = bytes[start]
        let startColumn = column
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
            column += 1
            let isEscape = quote == UInt8(ascii: "\"") && bytes[position] == UInt8(ascii: "\\")
            let isDoubled = quote == UInt8(ascii: "'") && bytes[position] == quote && position + 1 < bytes.count && bytes[position + 1] == quote
            if isEscape || isDoubled {
                position += 1
                column += 1
            } else if bytes[position] == quote {
                return position
            }
            position += 1
        }
        column = startColumn
        throw problem("a quoted text that does not end on its line", "close the quotation mark on the line where it begins")
    }

    private func problem(_ reason: String, _ remedy: String) -> PluginProblem {
        PluginProblem(place: .init(file: file, line: line, column: column), reason: reason, remedy: remedy)
    }
}
