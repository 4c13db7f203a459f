// SPDX-License-Identifier: GPL-3.0-or-later

extension Compiler {
    /// Compiles statements into one run.
    mutating func compile(_ statements: [Statement], at place: Place) throws(JinjaSyntaxError) -> Body {
        var nodes: [CompiledStatement] = []
        for statement in statements {
            var source: Range<Int>?
            if case .output(_, let range) = statement.kind { source = range }
            for node in try compile(statement, at: place) {
                nodes.append(CompiledStatement(node: node, position: statement.position, source: source))
            }
        }
        let joined = joinTexts(joinRuns(nodes, function: place.scope.function))
        let first = tables.statements.count
        for entry in joined {
            if let source = entry.source { tables.outputSources[tables.statements.count] = source }
            tables.statements.append(entry.node)
            tables.statementPositions.append(entry.position)
        }
        return Body(first: first, count: joined.count)
    }

    private struct CompiledStatement {
        let node: StatementNode
        let position: SourcePosition
        /// The source of an output, for messages.
        let source: Range<Int>?
    }

    /// Joins texts and outputs of one local variable, or of two counters, into runs.
    private mutating func joinRuns(_ nodes: [CompiledStatement], function: Int) -> [CompiledStatement] {
        var result: [CompiledStatement] = []
        var index = 0
        while index < nodes.count {
            var pieces: [RunCode.Piece] = []
            var variables: RunVariables?
            var output = nodes[index]
            var end = index
            scan: while end < nodes.count {
                switch nodes[end].node {
                case .text(let text): pieces.append(.text(text))
                case .output(let value):
                    guard case .local(let slot) = tables.expressions[value],
                        let joined = joined(variables, with: slot, function: function)
                    else { break scan }
                    if variables == nil { output = nodes[end] }
                    variables = joined
                    pieces.append(.value(value))
                default: break scan
                }
                end += 1
            }
            if let variables, pieces.count > 1 {
                tables.runs.append(RunCode(variables: variables, pieces: pieces))
                result.append(
                    CompiledStatement(node: .run(tables.runs.count - 1), position: output.position, source: output.source))
                index = end
            } else {
                result.append(nodes[index])
                index += 1
            }
        }
        return result
    }

    /// The variables of a run that is to put out another one too, or `nil` where it cannot.
    ///
    /// A second variable is only taken where both count: what a run puts out is kept for small numbers, and any other
    /// value would have the whole run written piece by piece.
    private func joined(_ variables: RunVariables?, with slot: Int, function: Int) -> RunVariables? {
        guard let variables else { return RunVariables(first: slot) }
        if slot == variables.first || slot == variables.second { return variables }
        let counters = [variables.first, slot].map { Scope.Variable(function: function, slot: $0) }
        guard variables.second < 0, counters.allSatisfy(self.counters.contains) else { return nil }
        return RunVariables(first: variables.first, second: slot)
    }

    /// Joins every text with the output behind it.
    private mutating func joinTexts(_ nodes: [CompiledStatement]) -> [CompiledStatement] {
        var result: [CompiledStatement] = []
        for entry in nodes {
            if case .output(let value) = entry.node, case .text(let text) = result.last?.node {
                tables.textsAndOutputs.append(TextAndOutput(text: text, value: value))
                result[result.count - 1] = CompiledStatement(
                    node: .textAndOutput(tables.textsAndOutputs.count - 1), position: entry.position, source: entry.source)
            } else {
                result.append(entry)
            }
        }
        return result
    }

    private mutating func compile(_ statement: Statement, at place: Place) throws(JinjaSyntaxError) -> [StatementNode] {
        switch statement.kind {
        case .text(let range):
            tables.texts.append(Array(source[range]))
            return guarded(.text(tables.texts.count - 1), statement, at: place)
        case .output(let value, _):
            if place.checksExtension, hasKnownExtends { return [] }
            return guarded(.output(try compile(value, at: place)), statement, at: place)
        case .ifElse(let branches, let otherwise): return [try compileBranches(branches[...], otherwise: otherwise, at: place)]
        case .forLoop(let loop): return [.loop(try compile(loop, at: place, position: statement.position))]
        case .set(let target, let value):
            let value = try compile(value, at: place)
            let target = add(try compile(target, at: place, position: statement.position))
            tables.assignments.append(AssignmentCode(target: target, value: value))
            return [.assign(tables.assignments.count - 1)]
        case .setBlock(let target, let filter, let body):
            let scope = Scope(function: place.scope.function, parent: place.scope)
            if let filter { analyze(filter, in: scope) }
            analyze(body, in: scope)
            var inner = place.inner(scope)
            inner.checksExtension = false
            let target = add(try compile(target, at: place, position: statement.position))
            return [try capture(body, filter: filter, scope: scope, at: inner, target: target)]
        case .filterBlock(let filter, let body):
            let scope = Scope(function: place.scope.function, parent: place.scope)
            analyze(body, in: scope)
            analyze(filter, in: scope)
            return [try capture(body, filter: filter, scope: scope, at: place.inner(scope), target: -1)]
        case .with(let bindings, let body):
            let scope = Scope(function: place.scope.function, parent: place.scope)
            for name in bindings.flatMap(\.target.names) { declare(name, in: scope) }
            analyze(body, in: scope)
            var code: [ScopeCode.Binding] = []
            for binding in bindings {
                let value = try compile(binding.value, at: place)
                let target = try compile(binding.target, at: place.inner(scope), position: statement.position)
                code.append(ScopeCode.Binding(target: add(target), value: value))
            }
            return [.scope(try compileScope(scope, bindings: code, body: body, at: place))]
        case .autoescape(let mode, let body):
            let scope = Scope(function: place.scope.function, parent: place.scope)
            analyze(mode, in: scope)
            analyze(body, in: scope)
            let mode = try compile(mode, at: place.inner(scope))
            return [.autoescape(try compileScope(scope, bindings: [], escaping: mode, body: body, at: place))]
        case .macro(let macro):
            let code = try compile(macro, at: place, position: statement.position)
            return [.macro(code)]
        case .callBlock(let call, let body):
            let macro = try compile(body, at: place, position: statement.position, isCallBlock: true)
            tables.calls.append(CallBlockCode(macro: macro, call: try compile(call, at: place)))
            return [.callBlock(tables.calls.count - 1)]
        case .block(let block): return compileBlockCall(block, statement, at: place)
        case .extends(let parent): return [try compileExtends(parent, statement, at: place)]
        case .include, .importTemplate, .fromImport: return [try compileOtherTemplate(statement, at: place)]
        case .perform(let value): return [.perform(try compile(value, at: place))]
        }
    }

    /// Leaves out or guards what a template that extends another does not put out.
    private mutating func guarded(_ node: StatementNode, _ statement: Statement, at place: Place) -> [StatementNode] {
        if !place.checksExtension { return [node] }
        if hasKnownExtends { return [] }
        // Without an extends before it, only one that comes back in a loop could matter, and loops hold none.
        if extendsCount == 0 { return [node] }
        tables.statements.append(node)
        tables.statementPositions.append(statement.position)
        if case .output(_, let source) = statement.kind { tables.outputSources[tables.statements.count - 1] = source }
        return [.unlessExtended(tables.statements.count - 1)]
    }

    private mutating func compileBranches(
        _ branches: ArraySlice<(test: Expression, body: [Statement])>, otherwise: [Statement], at place: Place
    ) throws(JinjaSyntaxError) -> StatementNode {
        var soft = place
        soft.isRootLevel = false
        // The chain of `elif` is built from its end, so that a long chain needs no deep recursion here.
        var compiled: [(test: Int, body: Body, position: SourcePosition)] = []
        for branch in branches {
            compiled.append((try compile(branch.test, at: soft), try compile(branch.body, at: soft), branch.test.position))
        }
        var rest = try compile(otherwise, at: soft)
        for branch in compiled.dropFirst().reversed() {
            tables.branches.append(BranchCode(test: branch.test, then: branch.body, otherwise: rest))
            tables.statements.append(.branch(tables.branches.count - 1))
            tables.statementPositions.append(branch.position)
            rest = Body(first: tables.statements.count - 1, count: 1)
        }
        guard let first = compiled.first else { throw failure("a condition was expected", at: SourcePosition(line: 1, column: 1)) }
        tables.branches.append(BranchCode(test: first.test, then: first.body, otherwise: rest))
        return .branch(tables.branches.count - 1)
    }

    private mutating func compileScope(
        _ scope: Scope, bindings: [ScopeCode.Binding], escaping: Int = -1, body: [Statement], at place: Place
    ) throws(JinjaSyntaxError) -> Int {
        let code = try compile(body, at: place.inner(scope))
        tables.scopes.append(ScopeCode(bindings: bindings, escaping: escaping, loads: loads(of: scope), body: code))
        return tables.scopes.count - 1
    }

    private mutating func capture(
        _ body: [Statement], filter: Expression?, scope: Scope, at place: Place, target: Int
    ) throws(JinjaSyntaxError) -> StatementNode {
        let code = try compile(body, at: place)
        var filterCode = -1
        if let filter { filterCode = try compile(filter, at: place) }
        tables.captures.append(CaptureCode(loads: loads(of: scope), body: code, filter: filterCode, target: target))
        return .capture(tables.captures.count - 1)
    }

    // MARK: - Loops

    private mutating func compile(
        _ loop: ForLoop, at place: Place, position: SourcePosition
    ) throws(JinjaSyntaxError) -> Int {
        let storesLoop = loop.target.names.contains("loop") || Self.contains(loop.body + loop.otherwise) { Self.stores("loop", $0) }
        if storesLoop { throw failure("'loop' cannot be set inside a loop", at: position) }

        let iterable = try compile(loop.iterable, at: place)
        let outer = place.scope
        let function = loop.isRecursive ? addFunction(parent: outer.function) : nil
        let scope = Scope(function: function ?? outer.function, parent: outer)
        let usesLoop =
            loop.isRecursive || Self.reads("loop", in: loop.body)
            || Self.contains(loop.body) { if case .block(let block) = $0.kind { block.isScoped } else { false } }
        if usesLoop { declare("loop", in: scope) }
        for name in loop.target.names { declare(name, in: scope) }
        analyze(loop.body, in: scope)

        let conditionScope = Scope(function: scope.function, parent: outer)
        var condition: Int?
        var conditionTarget = -1
        if let test = loop.condition {
            for name in loop.target.names { declare(name, in: conditionScope) }
            analyze(test, in: conditionScope)
            condition = try compile(test, at: place.inner(conditionScope))
            conditionTarget = add(try compile(loop.target, at: place.inner(conditionScope), position: position))
        }
        let target = add(try compile(loop.target, at: place.inner(scope), position: position))
        if case .call(let callee, _) = loop.iterable.kind, case .name("range") = callee.kind, case .name(let counter) = loop.target,
            let variable = scope.find(counter)
        {
            counters.insert(variable)
        }
        let body = try compile(loop.body, at: place.inner(scope))
        let elseScope = Scope(function: scope.function, parent: outer)
        analyze(loop.otherwise, in: elseScope)
        let otherwise = try compile(loop.otherwise, at: place.inner(elseScope))
        // Nothing in a loop sets a variable of the context, so that names which the loop only reads are resolved once.
        let stores = scope.symbols.stores
        tables.loops.append(
            LoopCode(
                iterable: iterable, target: target, loopSlot: usesLoop ? scope.find("loop")?.slot : nil,
                condition: condition, conditionTarget: conditionTarget, conditionLoads: loads(of: conditionScope),
                constantLoads: loads(of: scope) { !stores.contains($0) }, loads: loads(of: scope) { stores.contains($0) }, body: body, elseLoads: loads(of: elseScope), otherwise: otherwise,
                function: function))
        return tables.loops.count - 1
    }

    private static func stores(_ name: String, _ statement: Statement) -> Bool {
        switch statement.kind {
        case .set(let target, _), .setBlock(let target, _, _): target.names.contains(name)
        case .forLoop(let loop): loop.target.names.contains(name)
        default: false
        }
    }

    // MARK: - Assignment

    mutating func add(_ target: TargetCode) -> Int {
        tables.targets.append(target)
        return tables.targets.count - 1
    }

    private mutating func compile(
        _ target: AssignmentTarget, at place: Place, position: SourcePosition
    ) throws(JinjaSyntaxError) -> TargetCode {
        switch target {
        case .name(let text):
            guard let variable = place.scope.find(text) else { throw failure("'\(text)' cannot be set here", at: position) }
            return .slot(variable.slot, exportName: place.isTopLevel ? name(text) : -1)
        case .attribute(let namespace, let attribute):
            return .namespace(variable: try variable(namespace, at: place, position: position), name: name(attribute))
        case .tuple(let targets):
            var code: [TargetCode] = []
            for target in targets { code.append(try compile(target, at: place, position: position)) }
            return .tuple(code)
        }
    }

    // MARK: - Macros

    private mutating func compile(
        _ macro: MacroDefinition, at place: Place, position: SourcePosition, isCallBlock: Bool = false
    ) throws(JinjaSyntaxError) -> Int {
        let function = addFunction(parent: place.scope.function)
        let scope = Scope(function: function, parent: place.scope)
        for parameter in macro.parameters { declare(parameter, in: scope) }
        var special: [String: Int] = [:]
        for name in ["caller", "kwargs", "varargs"] where Self.reads(name, in: macro.body) {
            if let index = macro.parameters.firstIndex(of: name) {
                let hasDefault = index >= macro.parameters.count - macro.defaults.count
                if name == "caller", !hasDefault {
                    throw failure("the parameter 'caller' must be left out or be given a default", at: position)
                }
            } else {
                declare(name, in: scope)
                special[name] = scope.find(name)?.slot
            }
        }
        for value in macro.defaults { analyze(value, in: scope) }
        analyze(macro.body, in: scope)
        var inner = place.inner(scope)
        inner.checksExtension = false
        var parameters: [MacroParameter] = []
        let firstDefault = macro.parameters.count - macro.defaults.count
        for (index, parameter) in macro.parameters.enumerated() {
            var value = -1
            if index >= firstDefault { value = try compile(macro.defaults[index - firstDefault], at: inner) }
            guard let slot = scope.find(parameter)?.slot else { continue }
            parameters.append(MacroParameter(name: parameter, nameID: name(parameter), slot: slot, defaultValue: value))
        }
        let body = try compile(macro.body, at: inner)
        tables.functions[function].loads = loads(of: scope)
        tables.functions[function].body = body
        tables.macros.append(
            MacroCode(
                name: macro.name, function: function, parameters: parameters, callerSlot: special["caller"],
                keywordsSlot: special["kwargs"], extrasSlot: special["varargs"],
                slot: isCallBlock ? -1 : place.scope.find(macro.name)?.slot ?? -1,
                exportName: place.isTopLevel && !isCallBlock ? name(macro.name) : -1))
        return tables.macros.count - 1
    }

    // MARK: - Other templates

    private mutating func compileBlockCall(
        _ block: BlockDefinition, _ statement: Statement, at place: Place
    ) -> [StatementNode] {
        guard let index = tables.blocks.firstIndex(where: { $0.name == block.name }) else { return [] }
        if place.isTopLevel, hasKnownExtends { return [] }
        tables.blockCalls.append(BlockCall(block: index, locals: block.isScoped ? visibleLocals(at: place) : nil))
        let node = StatementNode.block(tables.blockCalls.count - 1)
        if !place.isTopLevel || extendsCount == 0 { return [node] }
        tables.statements.append(node)
        tables.statementPositions.append(statement.position)
        return [.unlessExtended(tables.statements.count - 1)]
    }

    private mutating func compileExtends(
        _ parent: Expression, _ statement: Statement, at place: Place
    ) throws(JinjaSyntaxError) -> StatementNode {
        if !place.isTopLevel { throw failure("'extends' can only stand at the top level", at: statement.position) }
        if hasKnownExtends { throw failure("the template already extends another", at: statement.position) }
        let parent = try compile(parent, at: place)
        if place.isRootLevel { hasKnownExtends = true }
        extendsCount += 1
        return .extends(parent)
    }

    private mutating func compileOtherTemplate(
        _ statement: Statement, at place: Place
    ) throws(JinjaSyntaxError) -> StatementNode {
        let locals = visibleLocals(at: place)
        switch statement.kind {
        case .include(let template, let ignoresMissing, let withContext):
            tables.includes.append(
                IncludeCode(
                    template: try compile(template, at: place), ignoresMissing: ignoresMissing, withContext: withContext,
                    locals: withContext ? locals : [], moduleTarget: nil, imports: []))
            return .include(tables.includes.count - 1)
        case .importTemplate(let template, let text, let withContext):
            let target = try compile(.name(text), at: place, position: statement.position)
            tables.includes.append(
                IncludeCode(
                    template: try compile(template, at: place), ignoresMissing: false, withContext: withContext,
                    locals: withContext ? locals : [], moduleTarget: target, imports: []))
        case .fromImport(let template, let names, let withContext):
            var imports: [IncludeCode.Import] = []
            for (text, alias) in names {
                let target = try compile(.name(alias), at: place, position: statement.position)
                imports.append(IncludeCode.Import(name: name(text), target: target))
            }
            tables.includes.append(
                IncludeCode(
                    template: try compile(template, at: place), ignoresMissing: false, withContext: withContext,
                    locals: withContext ? locals : [], moduleTarget: nil, imports: imports))
        default: break
        }
        return .importTemplate(tables.includes.count - 1)
    }
}
