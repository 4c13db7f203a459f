// SPDX-License-Identifier: GPL-3.0-or-later

/// Turns statements into a ``CompiledTemplate``: variables become slots, names of filters and tests become functions.
///
/// This file holds what statements and expressions share: tables, scopes and frames.
struct Compiler {
    /// Where in the template the compiler stands.
    struct Place {
        let scope: Scope
        /// Whether assignments are seen by other templates and by blocks.
        var isTopLevel = false
        /// Whether the statement runs whenever its template does.
        var isRootLevel = false
        /// Whether output must be left out once the template extends another.
        var checksExtension = false

        /// The place inside a body that opens a scope.
        func inner(_ scope: Scope) -> Place { Place(scope: scope, checksExtension: checksExtension) }
    }

    let environment: JinjaEnvironment.Registry
    let template: String
    let source: [UInt8]
    var tables = CodeTables()
    /// Whether an `extends` that always runs has been passed.
    var hasKnownExtends = false
    var extendsCount = 0
    /// The targets of loops over a `range`.
    var counters: Set<Scope.Variable> = []
    /// The function in which each function is nested.
    private var functionParents: [Int?] = []
    private var nameIDs: [String: Int] = [:]

    private init(environment: JinjaEnvironment.Registry, template: String, source: [UInt8]) {
        self.environment = environment
        self.template = template
        self.source = source
    }

    static func compile(
        _ text: String, name: String, options: JinjaOptions, environment: JinjaEnvironment.Registry
    ) throws(JinjaSyntaxError) -> CompiledTemplate {
        let (source, body, nesting) = try Parser.parse(text, template: name, options: options)
        var compiler = Compiler(environment: environment, template: name, source: source)
        let selfSlot = try compiler.compileRoot(body)
        return CompiledTemplate(name: name, source: source, tables: compiler.tables, selfSlot: selfSlot, nesting: nesting)
    }

    private mutating func compileRoot(_ body: [Statement]) throws(JinjaSyntaxError) -> Int? {
        let function = addFunction(parent: nil)
        let scope = Scope(function: function, parent: nil)
        var selfSlot: Int?
        if Self.reads("self", in: body) {
            declare("self", in: scope)
            selfSlot = scope.find("self")?.slot
        }
        analyze(body, in: scope)
        let blocks = registerBlocks(in: body)
        let hasExtends = Self.contains(body) { if case .extends = $0.kind { true } else { false } }
        let place = Place(scope: scope, isTopLevel: true, isRootLevel: true, checksExtension: hasExtends)
        let code = try compile(body, at: place)
        tables.functions[function].loads = loads(of: scope)
        tables.functions[function].body = code
        for (block, index) in blocks { try compile(block, as: tables.blocks[index]) }
        return selfSlot
    }

    /// Gives every block its number, before the statements that refer to them are compiled.
    private mutating func registerBlocks(in statements: [Statement]) -> [(BlockDefinition, Int)] {
        var result: [(BlockDefinition, Int)] = []
        for statement in statements {
            if case .block(let block) = statement.kind {
                let function = addFunction(parent: nil)
                tables.blocks.append(
                    BlockCode(
                        name: block.name, function: function, isRequired: block.isRequired,
                        selfSlot: Self.reads("self", in: block.body) ? addSlot(function: function) : nil,
                        superSlot: Self.reads("super", in: block.body) ? addSlot(function: function) : nil))
                result.append((block, tables.blocks.count - 1))
            }
            result += registerBlocks(in: statement.children)
        }
        return result
    }

    /// Blocks are functions of their own, which see the context and nothing of the code around them.
    private mutating func compile(_ block: BlockDefinition, as code: BlockCode) throws(JinjaSyntaxError) {
        let scope = Scope(function: code.function, parent: nil)
        if let slot = code.selfSlot { scope.declareParameter("self") { _ in slot } }
        if let slot = code.superSlot { scope.declareParameter("super") { _ in slot } }
        analyze(block.body, in: scope)
        let body = try compile(block.body, at: Place(scope: scope))
        tables.functions[code.function].loads = loads(of: scope)
        tables.functions[code.function].body = body
    }

    // MARK: - Functions and scopes

    mutating func addFunction(parent: Int?) -> Int {
        tables.functions.append(FunctionCode())
        functionParents.append(parent)
        return tables.functions.count - 1
    }

    mutating func addSlot(function: Int) -> Int {
        tables.functions[function].slotCount += 1
        return tables.functions[function].slotCount - 1
    }

    mutating func declare(_ name: String, in scope: Scope) {
        scope.declareParameter(name) { addSlot(function: $0) }
    }

    /// How many functions lie between a function and one of those around it.
    func hops(from function: Int, to outer: Int) -> Int {
        var count = 0
        var current = function
        while current != outer, let parent = functionParents[current] {
            current = parent
            count += 1
        }
        return count
    }

    mutating func name(_ text: String) -> Int {
        if let known = nameIDs[text] { return known }
        tables.names.append(VariableName(text))
        nameIDs[text] = tables.names.count - 1
        return tables.names.count - 1
    }

    mutating func loads(of scope: Scope, where isIncluded: (String) -> Bool = { _ in true }) -> Range<Int> {
        let first = tables.loads.count
        for (text, load) in scope.symbols.loads.sorted(by: { $0.key < $1.key }) where isIncluded(text) {
            guard let slot = scope.symbols.variables[text]?.slot else { continue }
            switch load {
            case .parameter: continue
            case .resolve: tables.loads.append(.resolve(slot: slot, name: name(text)))
            case .missing: tables.loads.append(.missing(slot: slot, name: name(text)))
            case .copy(let outer):
                tables.loads.append(.copy(slot: slot, hops: hops(from: scope.function, to: outer.function), from: outer.slot))
            }
        }
        return first..<tables.loads.count
    }

    /// The variables that a template included here, or a scoped block, can see.
    mutating func visibleLocals(at place: Place) -> [IncludeCode.Local] {
        place.scope.visibleStores.map { text, variable in
            IncludeCode.Local(
                name: name(text), hops: hops(from: place.scope.function, to: variable.function), slot: variable.slot)
        }
    }

    // MARK: - Analysis

    mutating func analyze(_ statements: [Statement], in scope: Scope) {
        for statement in statements { analyze(statement, in: scope) }
    }

    private mutating func analyze(_ statement: Statement, in scope: Scope) {
        switch statement.kind {
        case .text, .autoescape, .block: break
        case .ifElse(let branches, let otherwise): analyzeBranches(branches[...], otherwise: otherwise, in: scope)
        case .forLoop(let loop): analyze(loop.iterable, in: scope)
        case .set(let target, let value):
            analyze(value, in: scope)
            store(target, in: scope)
        case .setBlock(let target, _, _): store(target, in: scope)
        case .macro(let macro): scope.store(macro.name) { addSlot(function: $0) }
        case .callBlock(let call, _): analyze(call, in: scope)
        case .filterBlock(let filter, _): analyze(filter, in: scope)
        case .with(let bindings, _): for binding in bindings { analyze(binding.value, in: scope) }
        case .output(let value, _), .extends(let value), .include(let value, _, _), .perform(let value):
            analyze(value, in: scope)
        case .importTemplate(let value, let name, _):
            analyze(value, in: scope)
            scope.store(name) { addSlot(function: $0) }
        case .fromImport(let value, let names, _):
            analyze(value, in: scope)
            for (_, alias) in names { scope.store(alias) { addSlot(function: $0) } }
        }
    }

    private mutating func analyzeBranches(
        _ branches: ArraySlice<(test: Expression, body: [Statement])>, otherwise: [Statement], in scope: Scope
    ) {
        guard let first = branches.first else { return }
        analyze(first.test, in: scope)
        let before = scope.symbols
        analyze(first.body, in: scope)
        let then = scope.symbols
        scope.symbols = before
        for branch in branches.dropFirst() { analyzeBranches([branch], otherwise: [], in: scope) }
        let others = scope.symbols
        scope.symbols = before
        analyze(otherwise, in: scope)
        let last = scope.symbols
        scope.symbols = before
        scope.merge([then, others, last])
    }

    mutating func analyze(_ expression: Expression, in scope: Scope) {
        if case .name(let name) = expression.kind { scope.load(name) { addSlot(function: $0) } }
        for child in expression.children { analyze(child, in: scope) }
    }

    private mutating func store(_ target: AssignmentTarget, in scope: Scope) {
        for name in target.namespaces { scope.load(name) { addSlot(function: $0) } }
        for name in target.names { scope.store(name) { addSlot(function: $0) } }
    }

    // MARK: - Questions about the source

    static func contains(_ statements: [Statement], where matches: (Statement) -> Bool) -> Bool {
        statements.contains { matches($0) || contains($0.children, where: matches) }
    }

    /// Whether the statements read a name before they set it; blocks are not looked into.
    static func reads(_ name: String, in statements: [Statement]) -> Bool {
        firstUse(of: name, in: statements) == true
    }

    /// `true` when the first use reads the name, `false` when it sets it, `nil` without any use.
    private static func firstUse(of name: String, in statements: [Statement]) -> Bool? {
        for statement in statements {
            if case .block = statement.kind { continue }
            if statement.expressions.contains(where: { reads(name, in: $0) }) { return true }
            switch statement.kind {
            case .set(let target, _), .setBlock(let target, _, _):
                if target.namespaces.contains(name) { return true }
                if target.names.contains(name) { return false }
            case .forLoop(let loop):
                if loop.target.names.contains(name) { return false }
            default: break
            }
            if let use = firstUse(of: name, in: statement.children) { return use }
        }
        return nil
    }

    private static func reads(_ name: String, in expression: Expression) -> Bool {
        if case .name(name) = expression.kind { return true }
        return expression.children.contains { reads(name, in: $0) }
    }

    func failure(_ message: String, at position: SourcePosition) -> JinjaSyntaxError {
        JinjaSyntaxError(template: template, line: position.line, column: position.column, message: message)
    }
}
