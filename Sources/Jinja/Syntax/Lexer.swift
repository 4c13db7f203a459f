// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a template's source into tokens, in one pass.
///
/// The rules are Jinja2's, including its whitespace control: `-` and `+` beside a tag, `trim_blocks`,
/// `lstrip_blocks`, and the trailing newline that is dropped unless it is asked for.
struct Lexer {
    /// The source with every line ending turned into a line feed; tokens refer to it.
    let source: [UInt8]

    private let template: String
    private let options: JinjaOptions
    private var tokens: [Token] = []
    private var index = 0
    private var brackets: [(close: Symbol, position: SourcePosition)] = []
    /// Whether the last tag ended with a line feed, so that the next text begins a line.
    private var isLineStart = true

    // The place of `placeIndex`; it only moves forward, so that counting columns stays linear.
    private var placeIndex = 0
    private var place = SourcePosition(line: 1, column: 1)

    init(source text: String, template: String, options: JinjaOptions) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0x0A || previous != 0x0D {
                bytes.append(byte)
            }
            previous = byte
        }
        if !options.keepsTrailingNewline, bytes.last == 0x0A { bytes.removeLast() }
        source = bytes
        self.template = template
        self.options = options
    }

    /// All tokens, with one `.end` behind the last.
    static func tokens(
        of text: String, template: String, options: JinjaOptions
    ) throws(JinjaSyntaxError) -> (source: [UInt8], tokens: [Token]) {
        var lexer = Lexer(source: text, template: template, options: options)
        if lexer.source.count > RenderLimits.sourceBytes {
            throw lexer.failure(
                at: 0, "the template has \(lexer.source.count) bytes; at most \(RenderLimits.sourceBytes) are allowed")
        }
        while lexer.index < lexer.source.count { try lexer.scanText() }
        lexer.append(.end, from: lexer.source.count)
        return (lexer.source, lexer.tokens)
    }

    // MARK: - Text and tags

    /// Takes template text up to the next tag, and the tag.
    private mutating func scanText() throws(JinjaSyntaxError) {
        let start = index
        var tag = start
        while tag < source.count {
            if source[tag] == UInt8(ascii: "{"), let next = byte(at: tag + 1),
                next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#")
            {
                break
            }
            tag += 1
        }
        guard tag < source.count else {
            append(.data, from: start, to: source.count)
            index = source.count
            return
        }
        let kind = source[tag + 1]
        let rawEnd = kind == UInt8(ascii: "%") ? endOfRawTag(at: tag) : nil
        appendText(from: start, to: tag, isVariable: kind == UInt8(ascii: "{"))
        index = tag + 2
        if let sign = byte(at: index), isSign(sign) { index += 1 }
        if let rawEnd {
            index = rawEnd
            noteLineStart()
            try scanRaw(from: tag)
        } else if kind == UInt8(ascii: "#") {
            try scanComment(from: tag)
        } else if kind == UInt8(ascii: "{") {
            append(.variableBegin, from: tag)
            try scanTag(end: UInt8(ascii: "}"))
        } else {
            append(.blockBegin, from: tag)
            try scanTag(end: UInt8(ascii: "%"))
        }
    }

    /// Appends text before a tag, without the whitespace that the tag takes away.
    private mutating func appendText(from start: Int, to tag: Int, isVariable: Bool) {
        var end = tag
        let sign = byte(at: tag + 2)
        if sign == UInt8(ascii: "-") {
            end = endWithoutSpace(from: start, to: tag)
        } else if sign != UInt8(ascii: "+"), options.lstripBlocks, !isVariable {
            let line = source[start..<tag].lastIndex(of: 0x0A).map { $0 + 1 }
            if line != nil || isLineStart {
                let from = line ?? start
                if endWithoutSpace(from: from, to: tag) == from { end = from }
            }
        }
        append(.data, from: start, to: end)
    }

    private mutating func scanComment(from tag: Int) throws(JinjaSyntaxError) {
        let start = index
        var end = start
        while end < source.count {
            if source[end] == UInt8(ascii: "#"), byte(at: end + 1) == UInt8(ascii: "}") {
                let sign = end > start ? source[end - 1] : 0
                index = end + 2
                finishTag(sign: sign)
                return
            }
            end += 1
        }
        throw failure(at: tag, "the comment is not closed; '#}' was expected")
    }

    private mutating func scanRaw(from tag: Int) throws(JinjaSyntaxError) {
        let start = index
        var close = start
        while close < source.count {
            if source[close] == UInt8(ascii: "{"), byte(at: close + 1) == UInt8(ascii: "%"),
                let (end, sign) = endOfTag(named: "endraw", at: close, allowsPlus: true)
            {
                appendText(from: start, to: close, isVariable: false)
                index = end
                finishTag(sign: sign)
                return
            }
            close += 1
        }
        throw failure(at: tag, "the raw block is not closed; '{% endraw %}' was expected")
    }

    /// The index behind `{% raw %}` and the whitespace it takes away, if that tag is here.
    private func endOfRawTag(at tag: Int) -> Int? {
        guard let (end, sign) = endOfTag(named: "raw", at: tag, allowsPlus: false) else { return nil }
        return sign == UInt8(ascii: "-") ? indexAfterSpace(from: end) : end
    }

    private func endOfTag(named name: String, at tag: Int, allowsPlus: Bool) -> (end: Int, sign: UInt8)? {
        var position = tag + 2
        if let sign = byte(at: position), isSign(sign) { position += 1 }
        position = indexAfterSpace(from: position)
        for expected in name.utf8 {
            guard byte(at: position) == expected else { return nil }
            position += 1
        }
        position = indexAfterSpace(from: position)
        var sign: UInt8 = 0
        if let found = byte(at: position), found == UInt8(ascii: "-") || allowsPlus && found == UInt8(ascii: "+") {
            sign = found
            position += 1
        }
        guard byte(at: position) == UInt8(ascii: "%"), byte(at: position + 1) == UInt8(ascii: "}") else { return nil }
        return (position + 2, sign)
    }

    /// Takes the whitespace behind a tag that the tag takes away.
    private mutating func finishTag(sign: UInt8, isVariable: Bool = false) {
        if sign == UInt8(ascii: "-") {
            index = indexAfterSpace(from: index)
        } else if sign != UInt8(ascii: "+"), options.trimBlocks, !isVariable, byte(at: index) == 0x0A {
            index += 1
        }
        noteLineStart()
    }

    // MARK: - Inside tags

    private mutating func scanTag(end: UInt8) throws(JinjaSyntaxError) {
        brackets = []
        let isVariable = end == UInt8(ascii: "}")
        while index < source.count {
            index = indexAfterSpace(from: index)
            guard index < source.count else { return }
            if brackets.isEmpty {
                let first = source[index]
                let isSigned = first == UInt8(ascii: "-") || !isVariable && first == UInt8(ascii: "+")
                let mark = isSigned ? index + 1 : index
                if byte(at: mark) == end, byte(at: mark + 1) == UInt8(ascii: "}") {
                    append(isVariable ? .variableEnd : .blockEnd, from: index, to: mark + 2)
                    index = mark + 2
                    finishTag(sign: isSigned ? first : 0, isVariable: isVariable)
                    return
                }
            }
            try scanToken()
        }
    }

    private mutating func scanToken() throws(JinjaSyntaxError) {
        let byte = source[index]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): try scanNumber()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): try scanString(quote: byte)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            try scanName()
        default: try scanSymbol()
        }
    }

    private mutating func scanName() throws(JinjaSyntaxError) {
        let start = index
        while index < source.count {
            let (scalar, next) = scalar(at: index)
            if !PythonText.isWord(scalar), !scalar.properties.isXIDContinue { break }
            index = next
        }
        let name = String(decoding: source[start..<max(index, start)], as: UTF8.self)
        if index == start {
            let (scalar, _) = scalar(at: start)
            throw failure(at: start, "the character '\(scalar)' cannot stand here")
        }
        guard PythonText.isIdentifier(name) else { throw failure(at: start, "'\(name)' is not a valid name") }
        append(.name(name), from: start, to: index)
    }

    private mutating func scanSymbol() throws(JinjaSyntaxError) {
        let start = index
        let first = String(UnicodeScalar(source[start]))
        var found: Symbol?
        if let second = byte(at: start + 1), second < 0x80 { found = Symbol(rawValue: first + String(UnicodeScalar(second))) }
        guard let symbol = found ?? Symbol(rawValue: first) else {
            throw failure(at: start, "the character '\(first)' cannot stand here")
        }
        index += symbol.rawValue.utf8.count
        append(.symbol(symbol), from: start, to: index)
        switch symbol {
        case .leftParenthesis: brackets.append((.rightParenthesis, place))
        case .leftBracket: brackets.append((.rightBracket, place))
        case .leftBrace: brackets.append((.rightBrace, place))
        case .rightParenthesis, .rightBracket, .rightBrace:
            guard let open = brackets.popLast() else { throw failure(at: start, "'\(symbol.rawValue)' closes nothing") }
            if open.close != symbol {
                throw failure(at: start, "'\(symbol.rawValue)' was found where '\(open.close.rawValue)' was expected")
            }
        default: break
        }
    }

    // MARK: - Places

    func byte(at position: Int) -> UInt8? { position < source.count ? source[position] : nil }

    private func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }

    private mutating func noteLineStart() { isLineStart = index > 0 && source[index - 1] == 0x0A }

    /// The scalar at an index, and the index behind it. The source is valid UTF-8 since it came from a String.
    func scalar(at position: Int) -> (Unicode.Scalar, Int) {
        let first = source[position]
        if first < 0x80 { return (Unicode.Scalar(first), position + 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        let end = min(position + length, source.count)
        let scalar = String(decoding: source[position..<end], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        return (scalar, end)
    }

    private func indexAfterSpace(from start: Int) -> Int {
        var position = start
        while position < source.count {
            let (scalar, next) = scalar(at: position)
            if !PythonText.isSpace(scalar) { break }
            position = next
        }
        return position
    }

    private func endWithoutSpace(from start: Int, to end: Int) -> Int {
        var position = end
        while position > start {
            var previous = position - 1
            while previous > start, source[previous] & 0xC0 == 0x80 { previous -= 1 }
            if !PythonText.isSpace(scalar(at: previous).0) { break }
            position = previous
        }
        return position
    }

    mutating func append(_ kind: Token.Kind, from start: Int, to end: Int? = nil) {
        let end = end ?? start
        if kind == .data, start == end { return }
        tokens.append(Token(kind: kind, position: position(of: start), range: start..<end))
    }

    mutating func advance(to position: Int) { index = position }

    var current: Int { index }

    private mutating func position(of target: Int) -> SourcePosition {
        if target < placeIndex {
            placeIndex = 0
            place = SourcePosition(line: 1, column: 1)
        }
        while placeIndex < target {
            let byte = source[placeIndex]
            if byte == 0x0A {
                place.line += 1
                place.column = 1
            } else if byte & 0xC0 != 0x80 {
                place.column += 1
            }
            placeIndex += 1
        }
        return place
    }

    func failure(at offset: Int, _ message: String) -> JinjaSyntaxError {
        var copy = self
        let place = copy.position(of: offset)
        return JinjaSyntaxError(template: template, line: place.line, column: place.column, message: message)
    }
}
