// SPDX-License-Identifier: GPL-3.0-or-later

/// Walks through a template's syntax and notes what it asks of its surroundings.
///
/// It knows the scopes of Jinja2: a loop, a macro, a `with` and a block assignment have one of their own, an `if` has none.
struct Surveyor {
    /// What a name stands for: a member of a variable from outside, or something of the template's own.
    private enum Meaning {
        case alias([String])
        case own
    }

    private(set) var survey = TemplateSurvey()
    private var names: [String: Meaning] = [:]
    /// What the outermost level sets: macros and blocks are filled in when all of it is there.
    private let outermost: Set<String>

    init(root: [Statement]) {
        outermost = Self.names(setIn: root)
        // What every template can use, and what Jinja2 gives to blocks, loops and call blocks.
        for name in BuiltinFunction.allCases.map(\.rawValue) + ["self"] { names[name] = .own }
    }

    // MARK: Statements

    mutating func visit(_ statements: [Statement]) {
        for statement in statements { visit(statement) }
    }

    private mutating func visit(_ statement: Statement) {
        let place = TemplateSurvey.Place(statement.position)
        switch statement.kind {
        case .text: break
        case .output(let value, _), .perform(let value): visit(value)
        case .ifElse(let branches, let otherwise):
            for branch in branches {
                visit(branch.test)
                visit(branch.body)
            }
            visit(otherwise)
        case .forLoop(let loop): visit(loop)
        case .set(let target, let value):
            visit(value)
            bind(target, to: path(of: value))
        case .setBlock(let target, let filter, let body):
            if let filter { visit(filter) }
            scoped { $0.visit(body) }
            bind(target, to: nil)
        case .macro(let macro):
            bind(.name(macro.name), to: nil)
            visit(macro)
        case .callBlock(let call, let macro):
            visit(call)
            visit(macro)
        case .filterBlock(let filter, let body):
            visit(filter)
            scoped { $0.visit(body) }
        case .with(let bindings, let body):
            for binding in bindings { visit(binding.value) }
            scoped { surveyor in
                for binding in bindings { surveyor.bind(binding.target, to: surveyor.path(of: binding.value)) }
                surveyor.visit(body)
            }
        case .autoescape(let value, let body):
            survey.autoescapes.append(place)
            visit(value)
            scoped { $0.visit(body) }
        case .block(let block):
            scoped { surveyor in
                surveyor.bindOutermost()
                surveyor.names["super"] = .own
                surveyor.visit(block.body)
            }
        case .extends(let name): refer(.extends, name, isOptional: false, place)
        case .include(let name, let ignoresMissing, _): refer(.include, name, isOptional: ignoresMissing, place)
        case .importTemplate(let name, let alias, _):
            refer(.import, name, isOptional: false, place)
            bind(.name(alias), to: nil)
        case .fromImport(let name, let imported, _):
            refer(.import, name, isOptional: false, place)
            for entry in imported { bind(.name(entry.alias), to: nil) }
        }
    }

    private mutating func visit(_ loop: ForLoop) {
        visit(loop.iterable)
        let element = path(of: loop.iterable).map { $0 + ["*"] }
        scoped { surveyor in
            surveyor.bind(loop.target, to: element)
            if let condition = loop.condition { surveyor.visit(condition) }
            surveyor.names["loop"] = .own
            surveyor.visit(loop.body)
        }
        scoped { $0.visit(loop.otherwise) }
    }

    private mutating func visit(_ macro: MacroDefinition) {
        for value in macro.defaults { visit(value) }
        scoped { surveyor in
            surveyor.bindOutermost()
            for name in macro.parameters + ["caller", "varargs", "kwargs"] { surveyor.names[name] = .own }
            surveyor.visit(macro.body)
        }
    }

    private mutating func refer(_ kind: TemplateSurvey.Reference.Kind, _ name: Expression, isOptional: Bool, _ place: TemplateSurvey.Place) {
        visit(name)
        let names: [String] =
            switch name.kind {
            case .list(let items), .tuple(let items): items.map(Self.text).allSatisfy { $0 != nil } ? items.compactMap(Self.text) : []
            default: [Self.text(name)].compactMap { $0 }
            }
        survey.references.append(TemplateSurvey.Reference(kind: kind, names: names, isOptional: isOptional, place: place))
    }

    // MARK: Expressions

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .attribute(_, let name): survey.members.insert(name)
        case .item(_, let index): if let name = Self.text(index) { survey.members.insert(name) }
        default: break
        }
        if let path = path(of: expression) {
            survey.variables.append(TemplateSurvey.Variable(path: path, place: TemplateSurvey.Place(expression.position)))
            visitIndexes(of: expression)
            return
        }
        if case .filter(_, let name, let arguments) = expression.kind {
            survey.filters.append(
                TemplateSurvey.Filter(name: name, arguments: arguments.positional.map(Self.text), place: TemplateSurvey.Place(expression.position)))
        }
        // The callee of a method is no member of a variable, so what it is called on is looked at instead.
        if case .call(let callee, let arguments) = expression.kind, case .attribute(let base, _) = callee.kind {
            visit(base)
            for argument in arguments.expressions { visit(argument) }
            return
        }
        for child in expression.children { visit(child) }
    }

    /// Looks at what stands between the brackets of a path: `funckeys[n]` needs `n` as well.
    private mutating func visitIndexes(of expression: Expression) {
        switch expression.kind {
        case .attribute(let base, let name):
            survey.members.insert(name)
            visitIndexes(of: base)
        case .item(let base, let index):
            if let name = Self.text(index) { survey.members.insert(name) }
            visitIndexes(of: base)
            visit(index)
        default: break
        }
    }

    /// The variable from outside, with its members, that an expression names; `nil` for all other expressions.
    private func path(of expression: Expression) -> [String]? {
        switch expression.kind {
        case .name(let name):
            switch names[name] {
            case .alias(let path)?: path
            case .own?: nil
            case nil: [name]
            }
        case .attribute(let base, let member): path(of: base).map { $0 + [member] }
        case .item(let base, let index): path(of: base).map { $0 + [Self.text(index) ?? "*"] }
        default: nil
        }
    }

    private static func text(_ expression: Expression) -> String? {
        if case .constant(.string(let text)) = expression.kind { text } else { nil }
    }

    // MARK: Names

    private mutating func bind(_ target: AssignmentTarget, to path: [String]?) {
        survey.assigned.formUnion(target.names)
        if case .name(let name) = target {
            names[name] = path.map(Meaning.alias) ?? .own
        } else {
            for name in target.names { names[name] = .own }
        }
    }

    private mutating func bindOutermost() {
        for name in outermost where names[name] == nil { names[name] = .own }
    }

    private mutating func scoped(_ body: (inout Surveyor) -> Void) {
        let outer = names
        body(&self)
        names = outer
    }

    /// The names that are set at one level, in any branch of its conditions.
    private static func names(setIn statements: [Statement]) -> Set<String> {
        var names: Set<String> = []
        for statement in statements {
            switch statement.kind {
            case .set(let target, _), .setBlock(let target, _, _): names.formUnion(target.names)
            case .macro(let macro): names.insert(macro.name)
            case .importTemplate(_, let name, _): names.insert(name)
            case .fromImport(_, let imported, _): names.formUnion(imported.map(\.alias))
            case .ifElse(let branches, let otherwise): names.formUnion(Self.names(setIn: branches.flatMap(\.body) + otherwise))
            default: break
            }
        }
        return names
    }
}
