// SPDX-License-Identifier: GPL-3.0-or-later

extension Parser {
    /// Parses text, outputs and statements up to a tag of one of these names, which stays the current token.
    ///
    /// Without names it parses to the end of the template.
    mutating func parseBody(until ends: [String]) throws(JinjaSyntaxError) -> [Statement] {
        var body: [Statement] = []
        while true {
            let token = current
            switch token.kind {
            case .data:
                take()
                body.append(Statement(kind: .text(token.range), position: token.position))
            case .variableBegin:
                take()
                let start = current.range.lowerBound
                let expression = try parseTuple()
                let end = previousEnd
                try expect(.variableEnd, "'}}'")
                body.append(Statement(kind: .output(expression, source: start..<end), position: token.position))
            case .blockBegin:
                take()
                if case .name(let name) = current.kind, ends.contains(name) { return body }
                try parseStatement(ends: ends, into: &body)
                try expect(.blockEnd, "'%}'")
            default:
                if let open = openTags.last {
                    throw failure(
                        "the template ends inside '\(open.name)' of line \(open.position.line); \(Self.list(ends)) was expected")
                }
                if token.kind != .end { throw unexpected("template text") }
                return body
            }
        }
    }

    private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: " or ") }

    private mutating func parseStatement(ends: [String], into body: inout [Statement]) throws(JinjaSyntaxError) {
        let position = current.position
        let name = try expectName("the name of a tag")
        statementDepth += 1
        openTags.append((name, position))
        defer {
            statementDepth -= 1
            openTags.removeLast()
        }
        if statementDepth > RenderLimits.syntaxDepth {
            throw failure("statements are nested more than \(RenderLimits.syntaxDepth) levels deep", at: position)
        }
        if name == "print" {
            try parsePrint(into: &body)
            return
        }
        guard let kind = try parseStatement(named: name) else {
            let expected = ends.isEmpty ? "" : "; \(Self.list(ends)) was expected"
            throw failure("the tag '\(name)' is not known\(expected)", at: position)
        }
        body.append(Statement(kind: kind, position: position))
    }

    private mutating func parseStatement(named name: String) throws(JinjaSyntaxError) -> Statement.Kind? {
        switch name {
        case "if": return try parseIf()
        case "for": return try parseFor()
        case "set": return try parseSet()
        case "macro": return try parseMacro()
        case "call": return try parseCallBlock()
        case "filter":
            let filter = try parseFilterChain(startsInline: true)
            return .filterBlock(filter, body: try parseBlockBody("endfilter"))
        case "with": return try parseWith()
        case "autoescape":
            let mode = try parseExpression()
            return .autoescape(mode, body: try parseBlockBody("endautoescape"))
        case "block": return try parseBlock()
        case "extends": return .extends(try parseExpression())
        case "include": return try parseInclude()
        case "import":
            let template = try parseExpression()
            try expect(name: "as")
            let name = try parseAssignedName()
            return .importTemplate(template, name: name, withContext: parseContext() ?? false)
        case "from": return try parseFromImport()
        case "do": return options.allowsDo ? .perform(try parseTuple()) : nil
        default: return nil
        }
    }

    /// Parses the rest of the opening tag, the body and the name of the closing tag.
    private mutating func parseBlockBody(_ end: String) throws(JinjaSyntaxError) -> [Statement] {
        let body = try parseBodyBehindTag(until: [end])
        take()
        return body
    }

    private mutating func parseBodyBehindTag(until ends: [String]) throws(JinjaSyntaxError) -> [Statement] {
        // Jinja2 allows Python's colon at the end of a tag.
        _ = skip(.colon)
        try expect(.blockEnd, "'%}'")
        return try parseBody(until: ends)
    }

    // MARK: - Statements

    private mutating func parsePrint(into body: inout [Statement]) throws(JinjaSyntaxError) {
        var isFirst = true
        while current.kind != .blockEnd {
            if !isFirst { try expect(.comma) }
            isFirst = false
            let token = current
            let expression = try parseExpression()
            body.append(
                Statement(kind: .output(expression, source: token.range.lowerBound..<previousEnd), position: token.position))
        }
    }

    private mutating func parseIf() throws(JinjaSyntaxError) -> Statement.Kind {
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try parseTuple(allowsConditional: false)
            branches.append((test, try parseBodyBehindTag(until: ["elif", "else", "endif"])))
            if skip(name: "elif") { continue }
            let otherwise = skip(name: "else") ? try parseBodyBehindTag(until: ["endif"]) : []
            take()
            return .ifElse(branches, otherwise: otherwise)
        }
    }

    private mutating func parseFor() throws(JinjaSyntaxError) -> Statement.Kind {
        let target = try parseTarget(allowsNamespace: false, endName: "in")
        try expect(name: "in")
        let iterable = try parseTuple(allowsConditional: false, endName: "recursive")
        let condition: Expression? = skip(name: "if") ? try parseExpression() : nil
        let isRecursive = skip(name: "recursive")
        let body = try parseBodyBehindTag(until: ["endfor", "else"])
        let otherwise = skip(name: "else") ? try parseBodyBehindTag(until: ["endfor"]) : []
        take()
        return .forLoop(
            ForLoop(
                target: target, iterable: iterable, condition: condition, isRecursive: isRecursive, body: body,
                otherwise: otherwise))
    }

    private mutating func parseSet() throws(JinjaSyntaxError) -> Statement.Kind {
        let target = try parseTarget(allowsNamespace: true, endName: nil)
        if skip(.assign) { return .set(target, try parseTuple()) }
        let filter: Expression? = isSymbol(.pipe) ? try parseFilterChain(startsInline: false) : nil
        return .setBlock(target, filter: filter, body: try parseBlockBody("endset"))
    }

    private mutating func parseFilterChain(startsInline: Bool) throws(JinjaSyntaxError) -> Expression {
        var filter = try captured()
        if startsInline { filter = try parseFilter(filter) }
        while skip(.pipe) { filter = try parseFilter(filter) }
        return filter
    }

    private mutating func parseWith() throws(JinjaSyntaxError) -> Statement.Kind {
        var bindings: [(target: AssignmentTarget, value: Expression)] = []
        while current.kind != .blockEnd {
            if !bindings.isEmpty { try expect(.comma) }
            let target = try parseTarget(allowsNamespace: false, endName: nil)
            try expect(.assign)
            bindings.append((target, try parseExpression()))
        }
        return .with(bindings, body: try parseBlockBody("endwith"))
    }

    private mutating func parseBlock() throws(JinjaSyntaxError) -> Statement.Kind {
        let position = current.position
        let name = try expectName("the name of the block")
        let isScoped = skip(name: "scoped")
        let isRequired = skip(name: "required")
        if isSymbol(.subtract) { throw failure("a block's name cannot contain '-'; use '_'") }
        if !blockNames.insert(name).inserted { throw failure("the block '\(name)' is defined twice", at: position) }
        let body = try parseBlockBody("endblock")
        if isRequired, let other = body.first(where: { if case .text = $0.kind { false } else { true } }) {
            throw failure("a required block can only contain comments and whitespace", at: other.position)
        }
        _ = skip(name: name)
        return .block(BlockDefinition(name: name, isScoped: isScoped, isRequired: isRequired, body: body))
    }

    // MARK: - Macros

    private mutating func parseMacro() throws(JinjaSyntaxError) -> Statement.Kind {
        let name = try parseAssignedName()
        let (parameters, defaults) = try parseSignature()
        let body = try parseBlockBody("endmacro")
        return .macro(MacroDefinition(name: name, parameters: parameters, defaults: defaults, body: body))
    }

    private mutating func parseCallBlock() throws(JinjaSyntaxError) -> Statement.Kind {
        let signature = isSymbol(.leftParenthesis) ? try parseSignature() : ([], [])
        let position = current.position
        let call = try parseExpression()
        guard case .call = call.kind else { throw failure("a call was expected, such as 'name()'", at: position) }
        let body = try parseBlockBody("endcall")
        return .callBlock(
            call, MacroDefinition(name: "caller", parameters: signature.0, defaults: signature.1, body: body))
    }

    private mutating func parseSignature() throws(JinjaSyntaxError) -> ([String], [Expression]) {
        var parameters: [String] = []
        var defaults: [Expression] = []
        try expect(.leftParenthesis)
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let position = current.position
            let name = try parseAssignedName()
            if parameters.contains(name) { throw failure("the parameter '\(name)' is named twice", at: position) }
            if skip(.assign) {
                defaults.append(try parseExpression())
            } else if !defaults.isEmpty {
                throw failure("the parameter '\(name)' needs a default, because one before it has one", at: position)
            }
            parameters.append(name)
        }
        try expect(.rightParenthesis)
        return (parameters, defaults)
    }

    // MARK: - Other templates

    private mutating func parseInclude() throws(JinjaSyntaxError) -> Statement.Kind {
        let template = try parseExpression()
        var ignoresMissing = false
        if isName("ignore"), next.kind == .name("missing") {
            take()
            take()
            ignoresMissing = true
        }
        return .include(template, ignoresMissing: ignoresMissing, withContext: parseContext() ?? true)
    }

    private mutating func parseContext() -> Bool? {
        guard isName("with") || isName("without"), next.kind == .name("context") else { return nil }
        let withContext = isName("with")
        take()
        take()
        return withContext
    }

    private mutating func parseFromImport() throws(JinjaSyntaxError) -> Statement.Kind {
        let template = try parseExpression()
        try expect(name: "import")
        var names: [(name: String, alias: String)] = []
        var withContext: Bool?
        while true {
            if !names.isEmpty { try expect(.comma) }
            withContext = parseContext()
            if withContext != nil { break }
            let position = current.position
            let name = try parseAssignedName()
            if name.hasPrefix("_") { throw failure("names that begin with '_' cannot be imported", at: position) }
            let alias = skip(name: "as") ? try parseAssignedName() : name
            names.append((name, alias))
            withContext = parseContext()
            if withContext != nil || !isSymbol(.comma) { break }
        }
        return .fromImport(template, names: names, withContext: withContext ?? false)
    }

    // MARK: - Targets

    private mutating func parseAssignedName() throws(JinjaSyntaxError) -> String {
        let position = current.position
        let name = try expectName("a name")
        if Self.constants.contains(name) { throw failure("'\(name)' is a constant and cannot be set", at: position) }
        return name
    }

    private static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    /// Parses what an assignment or loop sets: a name, a namespace's attribute, or several between commas.
    private mutating func parseTarget(allowsNamespace: Bool, endName: String?) throws(JinjaSyntaxError) -> AssignmentTarget {
        expressionDepth += 1
        defer { expressionDepth -= 1 }
        if expressionDepth > RenderLimits.syntaxDepth { throw failure("the target is nested too deeply") }
        var targets: [AssignmentTarget] = []
        var isTuple = false
        while true {
            if !targets.isEmpty { try expect(.comma) }
            if isTupleEnd(endName) { break }
            targets.append(try parseSingleTarget(allowsNamespace: allowsNamespace))
            if !isSymbol(.comma) { break }
            isTuple = true
        }
        if !isTuple {
            guard let first = targets.first else { throw unexpected("a name to set") }
            return first
        }
        return .tuple(targets)
    }

    private mutating func parseSingleTarget(allowsNamespace: Bool) throws(JinjaSyntaxError) -> AssignmentTarget {
        if skip(.leftParenthesis) {
            if skip(.rightParenthesis) { return .tuple([]) }
            let target = try parseTarget(allowsNamespace: false, endName: nil)
            try expect(.rightParenthesis)
            return target
        }
        let name = try parseAssignedName()
        if allowsNamespace, skip(.dot) {
            return .attribute(namespace: name, try expectName("the name of an attribute"))
        }
        return .name(name)
    }
}
