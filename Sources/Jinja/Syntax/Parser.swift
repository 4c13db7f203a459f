// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns tokens into statements and expressions, with Jinja2's grammar.
///
/// This file holds what both share: the token stream and the messages.
struct Parser {
    let template: String
    let options: JinjaOptions
    private let tokens: [Token]
    private var index = 0
    /// How many statements are open around the current one.
    var statementDepth = 0 {
        didSet { deepestStatement = max(deepestStatement, statementDepth) }
    }
    /// How many expressions are open around the current one.
    var expressionDepth = 0
    private var deepestStatement = 0
    /// The depth of the deepest expression so far.
    var deepestExpression = 0
    /// The names of all blocks, which must differ.
    var blockNames: Set<String> = []
    /// The statements that are open, innermost last, for messages.
    var openTags: [(name: String, position: SourcePosition)] = []

    /// Parses a whole template.
    static func parse(
        _ text: String, template: String, options: JinjaOptions
    ) throws(JinjaSyntaxError) -> (source: [UInt8], body: [Statement], nesting: Int) {
        let (source, tokens) = try Lexer.tokens(of: text, template: template, options: options)
        var parser = Parser(template: template, options: options, tokens: tokens)
        let body = try parser.parseBody(until: [])
        return (source, body, parser.deepestStatement + parser.deepestExpression + 2)
    }

    private init(template: String, options: JinjaOptions, tokens: [Token]) {
        self.template = template
        self.options = options
        self.tokens = tokens
    }

    // MARK: - Tokens

    /// The token at hand; the last token of every stream is `.end` and is never passed.
    var current: Token { tokens[index] }

    var next: Token { tokens[min(index + 1, tokens.count - 1)] }

    /// The end of the token before the current one.
    var previousEnd: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    @discardableResult
    mutating func take() -> Token {
        let token = tokens[index]
        if index + 1 < tokens.count { index += 1 }
        return token
    }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    func isSymbol(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

    mutating func skip(_ symbol: Symbol) -> Bool {
        if !isSymbol(symbol) { return false }
        take()
        return true
    }

    mutating func skip(name: String) -> Bool {
        if !isName(name) { return false }
        take()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(JinjaSyntaxError) {
        if !skip(symbol) { throw unexpected("'\(symbol.rawValue)'") }
    }

    mutating func expect(name: String) throws(JinjaSyntaxError) {
        if !skip(name: name) { throw unexpected("'\(name)'") }
    }

    mutating func expect(_ kind: Token.Kind, _ expected: String) throws(JinjaSyntaxError) {
        if current.kind != kind { throw unexpected(expected) }
        take()
    }

    mutating func expectName(_ expected: String) throws(JinjaSyntaxError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected(expected) }
        take()
        return name
    }

    // MARK: - Messages

    func failure(_ message: String, at position: SourcePosition? = nil) -> JinjaSyntaxError {
        let place = position ?? current.position
        return JinjaSyntaxError(template: template, line: place.line, column: place.column, message: message)
    }

    func unexpected(_ expected: String) -> JinjaSyntaxError {
        failure("\(current.description) was found where \(expected) was expected")
    }
}
