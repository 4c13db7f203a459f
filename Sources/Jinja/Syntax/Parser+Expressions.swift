// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// Makes a node, unless the tree below it is too deep to be walked.
    private mutating func node(_ kind: Expression.Kind, at position: SourcePosition) throws(JinjaSyntaxError) -> Expression {
        var depth = 0
        for child in Expression(kind, at: position, depth: 0).children { depth = max(depth, child.depth) }
        if depth >= RenderLimits.syntaxDepth {
            throw failure("the expression is nested more than \(RenderLimits.syntaxDepth) levels deep; split it with 'set'", at: position)
        }
        deepestExpression = max(deepestExpression, depth + 1)
        return Expression(kind, at: position, depth: depth + 1)
    }

    // MARK: - By precedence

    mutating func parseExpression(allowsConditional: Bool = true) throws(JinjaSyntaxError) -> Expression {
        // Brackets nest without making a deep tree, so the recursion has a bound of its own.
        expressionDepth += 1
        defer { expressionDepth -= 1 }
        if expressionDepth > RenderLimits.syntaxDepth {
            throw failure("the expression is nested more than \(RenderLimits.syntaxDepth) levels deep; split it with 'set'")
        }
        return allowsConditional ? try parseConditional() : try parseOr()
    }

    private mutating func parseConditional() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var expression = try parseOr()
        while skip(name: "if") {
            let test = try parseOr()
            let otherwise: Expression? = skip(name: "else") ? try parseExpression() : nil
            expression = try node(.conditional(test: test, then: expression, otherwise: otherwise), at: position)
        }
        return expression
    }

    private mutating func parseOr() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var left = try parseAnd()
        while skip(name: "or") { left = try node(.or(left, try parseAnd()), at: position) }
        return left
    }

    private mutating func parseAnd() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var left = try parseNot()
        while skip(name: "and") { left = try node(.and(left, try parseNot()), at: position) }
        return left
    }

    private mutating func parseNot() throws(JinjaSyntaxError) -> Expression {
        var positions: [SourcePosition] = []
        while isName("not") {
            positions.append(current.position)
            take()
        }
        var expression = try parseCompare()
        for position in positions.reversed() { expression = try node(.unary(.not, expression), at: position) }
        return expression
    }

    private mutating func parseCompare() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        let first = try parseSum()
        var rest: [(operation: Comparison, operand: Expression)] = []
        while let operation = comparison() {
            take()
            if operation == .isNotIn { take() }
            rest.append((operation, try parseSum()))
        }
        return rest.isEmpty ? first : try node(.compare(first, rest), at: position)
    }

    private func comparison() -> Comparison? {
        switch current.kind {
        case .symbol(let symbol):
            switch symbol {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Comparison(rawValue: symbol.rawValue)
            default: nil
            }
        case .name("in"): .isIn
        case .name("not"): next.kind == .name("in") ? .isNotIn : nil
        default: nil
        }
    }

    private mutating func parseSum() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var left = try parseConcat()
        while let operation = binaryOperator([.add, .subtract]) {
            take()
            left = try node(.binary(operation, left, try parseConcat()), at: position)
        }
        return left
    }

    private mutating func parseConcat() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var parts = [try parseProduct()]
        while skip(.tilde) { parts.append(try parseProduct()) }
        return parts.count == 1 ? parts[0] : try node(.concat(parts), at: position)
    }

    private mutating func parseProduct() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var left = try parsePower()
        while let operation = binaryOperator([.multiply, .divide, .floorDivide, .modulo]) {
            take()
            left = try node(.binary(operation, left, try parsePower()), at: position)
        }
        return left
    }

    private mutating func parsePower() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var left = try parseUnary(allowsFilter: true)
        while skip(.power) {
            left = try node(.binary(.power, left, try parseUnary(allowsFilter: true)), at: position)
        }
        return left
    }

    private func binaryOperator(_ symbols: [Symbol]) -> BinaryOperator? {
        guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
        return BinaryOperator(rawValue: symbol.rawValue)
    }

    private mutating func parseUnary(allowsFilter: Bool) throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var expression: Expression
        if isSymbol(.subtract) || isSymbol(.add) {
            let operation: UnaryOperator = isSymbol(.subtract) ? .minus : .plus
            take()
            expressionDepth += 1
            defer { expressionDepth -= 1 }
            if expressionDepth > RenderLimits.syntaxDepth { throw failure("too many signs follow each other") }
            expression = try node(.unary(operation, try parseUnary(allowsFilter: false)), at: position)
        } else {
            expression = try parsePrimary()
        }
        expression = try parsePostfix(expression)
        return allowsFilter ? try parseFilters(expression) : expression
    }

    // MARK: - Primaries

    private mutating func parsePrimary() throws(JinjaSyntaxError) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            take()
            switch name {
            case "true", "True": return try node(.constant(.bool(true)), at: token.position)
            case "false", "False": return try node(.constant(.bool(false)), at: token.position)
            case "none", "None": return try node(.constant(.null), at: token.position)
            default: return try node(.name(name), at: token.position)
            }
        case .string(var text):
            take()
            while case .string(let more) = current.kind {
                text += more
                take()
            }
            return try node(.constant(.string(text)), at: token.position)
        case .integer(let number):
            take()
            return try node(.constant(.int(number)), at: token.position)
        case .float(let number):
            take()
            return try node(.constant(.double(number)), at: token.position)
        case .symbol(.leftParenthesis):
            take()
            let expression = try parseTuple(isParenthesized: true)
            try expect(.rightParenthesis)
            return expression
        case .symbol(.leftBracket): return try parseList()
        case .symbol(.leftBrace): return try parseDict()
        default: throw unexpected("an expression")
        }
    }

    /// Parses expressions between commas; a single one without a comma is no tuple.
    mutating func parseTuple(
        allowsConditional: Bool = true, isParenthesized: Bool = false, endName: String? = nil
    ) throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        var items: [Expression] = []
        var isTuple = false
        while true {
            if !items.isEmpty { try expect(.comma) }
            if isTupleEnd(endName) { break }
            items.append(try parseExpression(allowsConditional: allowsConditional))
            if !isSymbol(.comma) { break }
            isTuple = true
        }
        if !isTuple {
            if let first = items.first { return first }
            if !isParenthesized { throw unexpected("an expression") }
        }
        return try node(.tuple(items), at: position)
    }

    func isTupleEnd(_ endName: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == endName
        default: false
        }
    }

    private mutating func parseList() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        try expect(.leftBracket)
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.rightBracket) { break }
            items.append(try parseExpression())
        }
        try expect(.rightBracket)
        return try node(.list(items), at: position)
    }

    private mutating func parseDict() throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        try expect(.leftBrace)
        var pairs: [(key: Expression, value: Expression)] = []
        while !isSymbol(.rightBrace) {
            if !pairs.isEmpty { try expect(.comma) }
            if isSymbol(.rightBrace) { break }
            let key = try parseExpression()
            try expect(.colon)
            pairs.append((key, try parseExpression()))
        }
        try expect(.rightBrace)
        return try node(.dict(pairs), at: position)
    }

    // MARK: - Postfixes, filters and tests

    private mutating func parsePostfix(_ start: Expression) throws(JinjaSyntaxError) -> Expression {
        var expression = start
        while true {
            switch current.kind {
            case .symbol(.dot), .symbol(.leftBracket): expression = try parseSubscript(expression)
            case .symbol(.leftParenthesis): expression = try parseCall(expression)
            default: return expression
            }
        }
    }

    private mutating func parseFilters(_ start: Expression) throws(JinjaSyntaxError) -> Expression {
        var expression = start
        while true {
            switch current.kind {
            case .symbol(.pipe):
                take()
                expression = try parseFilter(expression)
            case .name("is"): expression = try parseTest(expression)
            case .symbol(.leftParenthesis): expression = try parseCall(expression)
            default: return expression
            }
        }
    }

    private mutating func parseSubscript(_ base: Expression) throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        if skip(.dot) {
            let token = take()
            switch token.kind {
            case .name(let name):
                try refuseReserved(attribute: name, at: token.position)
                return try node(.attribute(base, name), at: position)
            case .integer(let number):
                return try node(.item(base, try node(.constant(.int(number)), at: token.position)), at: position)
            default: throw failure("\(token.description) was found where a name or number was expected", at: token.position)
            }
        }
        try expect(.leftBracket)
        var indices: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !indices.isEmpty { try expect(.comma) }
            if isSymbol(.colon) { return try parseSlice(base, start: nil, at: position) }
            let index = try parseExpression()
            if indices.isEmpty, isSymbol(.colon) { return try parseSlice(base, start: index, at: position) }
            indices.append(index)
        }
        try expect(.rightBracket)
        let index = indices.count == 1 ? indices[0] : try node(.tuple(indices), at: position)
        return try node(.item(base, index), at: position)
    }

    private mutating func parseSlice(
        _ base: Expression, start: Expression?, at position: SourcePosition
    ) throws(JinjaSyntaxError) -> Expression {
        try expect(.colon)
        var stop: Expression?
        var step: Expression?
        if !isSymbol(.colon), !isSymbol(.rightBracket) { stop = try parseExpression() }
        if skip(.colon), !isSymbol(.rightBracket) { step = try parseExpression() }
        try expect(.rightBracket)
        return try node(.slice(base, start: start, stop: stop, step: step), at: position)
    }

    /// Refuses Python's internals and the methods that change a value in place, which do not exist here.
    private func refuseReserved(attribute name: String, at position: SourcePosition) throws(JinjaSyntaxError) {
        if name.hasPrefix("__"), name.hasSuffix("__") {
            throw failure("'\(name)' is an internal of Python, which templates cannot reach", at: position)
        }
    }

    mutating func parseArguments() throws(JinjaSyntaxError) -> CallArguments {
        let position = current.position
        try expect(.leftParenthesis)
        var arguments = CallArguments()
        var isFirst = true
        while !isSymbol(.rightParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isSymbol(.rightParenthesis) { break }
            }
            isFirst = false
            let isInOrder: Bool
            if skip(.multiply) {
                isInOrder = arguments.list == nil && arguments.dict == nil
                arguments.list = try parseExpression()
            } else if skip(.power) {
                isInOrder = arguments.dict == nil
                arguments.dict = try parseExpression()
            } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
                isInOrder = arguments.dict == nil
                take()
                take()
                if arguments.named.contains(where: { $0.name == name }) {
                    throw failure("the argument '\(name)' is given twice", at: position)
                }
                arguments.named.append((name, try parseExpression()))
            } else {
                isInOrder = arguments.list == nil && arguments.dict == nil && arguments.named.isEmpty
                arguments.positional.append(try parseExpression())
            }
            if !isInOrder {
                throw failure("the arguments are out of order: positional, then '*', then named, then '**'", at: position)
            }
        }
        try expect(.rightParenthesis)
        return arguments
    }

    private mutating func parseCall(_ callee: Expression) throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        return try node(.call(callee, try parseArguments()), at: position)
    }

    /// Parses a filter's name and arguments behind the bar, and those of the filters that follow at once.
    mutating func parseFilter(_ operand: Expression) throws(JinjaSyntaxError) -> Expression {
        let position = current.position
        let name = try parseDottedName("the name of a filter")
        let arguments = isSymbol(.leftParenthesis) ? try parseArguments() : CallArguments()
        return try node(.filter(operand, name, arguments), at: position)
    }

    /// The value that a filter of a block works on.
    mutating func captured() throws(JinjaSyntaxError) -> Expression { try node(.captured, at: current.position) }

    private mutating func parseDottedName(_ expected: String) throws(JinjaSyntaxError) -> String {
        var name = try expectName(expected)
        while skip(.dot) { name += "." + (try expectName(expected)) }
        return name
    }

    private mutating func parseTest(_ operand: Expression) throws(JinjaSyntaxError) -> Expression {
        let position = take().position
        let isNegated = skip(name: "not")
        let testPosition = current.position
        let name = try parseDottedName("the name of a test")
        var arguments = CallArguments()
        switch current.kind {
        case .symbol(.leftParenthesis): arguments = try parseArguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"): throw failure("tests cannot be chained with 'is'; join them with 'and'")
        case .name, .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            arguments.positional = [try parsePostfix(try parsePrimary())]
        default: break
        }
        let test = try node(.test(operand, name, arguments), at: testPosition)
        return isNegated ? try node(.unary(.not, test), at: position) : test
    }
}
