// SPDX-License-Identifier: GPL-3.0-or-later

/// A statement as it was written.
struct Statement {
    indirect enum Kind {
        case text(Range<Int>)
        case output(Expression, source: Range<Int>)
        case ifElse([(test: Expression, body: [Statement])], otherwise: [Statement])
        case forLoop(ForLoop)
        case set(AssignmentTarget, Expression)
        case setBlock(AssignmentTarget, filter: Expression?, body: [Statement])
        case macro(MacroDefinition)
        case callBlock(Expression, MacroDefinition)
        case filterBlock(Expression, body: [Statement])
        case with([(target: AssignmentTarget, value: Expression)], body: [Statement])
        case autoescape(Expression, body: [Statement])
        case block(BlockDefinition)
        case extends(Expression)
        case include(Expression, ignoresMissing: Bool, withContext: Bool)
        case importTemplate(Expression, name: String, withContext: Bool)
        case fromImport(Expression, names: [(name: String, alias: String)], withContext: Bool)
        case perform(Expression)
    }

    let kind: Kind
    let position: SourcePosition
}

/// Where an assignment or a loop puts its value.
indirect enum AssignmentTarget {
    case name(String)
    case attribute(namespace: String, String)
    case tuple([AssignmentTarget])

    /// The names that are set, which leaves out namespaces.
    var names: [String] {
        switch self {
        case .name(let name): [name]
        case .attribute: []
        case .tuple(let targets): targets.flatMap(\.names)
        }
    }

    /// The namespaces that are changed.
    var namespaces: [String] {
        switch self {
        case .name: []
        case .attribute(let namespace, _): [namespace]
        case .tuple(let targets): targets.flatMap(\.namespaces)
        }
    }
}

struct ForLoop {
    let target: AssignmentTarget
    let iterable: Expression
    let condition: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]
}

/// A macro, or the body of a call block, which is a macro named `caller`.
struct MacroDefinition {
    let name: String
    let parameters: [String]
    /// The default values of the last parameters.
    let defaults: [Expression]
    let body: [Statement]
}

struct BlockDefinition {
    let name: String
    let isScoped: Bool
    let isRequired: Bool
    let body: [Statement]
}

extension Statement {
    /// The statements of all bodies directly below.
    var children: [Statement] {
        switch kind {
        case .text, .output, .set, .extends, .include, .importTemplate, .fromImport, .perform: []
        case .ifElse(let branches, let otherwise): branches.flatMap(\.body) + otherwise
        case .forLoop(let loop): loop.body + loop.otherwise
        case .setBlock(_, _, let body), .filterBlock(_, let body), .with(_, let body), .autoescape(_, let body): body
        case .macro(let macro), .callBlock(_, let macro): macro.body
        case .block(let block): block.body
        }
    }

    /// The expressions directly in this statement, without those of its bodies.
    var expressions: [Expression] {
        switch kind {
        case .text, .block: []
        case .output(let value, _), .set(_, let value), .filterBlock(let value, _), .autoescape(let value, _), .extends(let value),
            .include(let value, _, _), .importTemplate(let value, _, _), .fromImport(let value, _, _), .perform(let value):
            [value]
        case .ifElse(let branches, _): branches.map(\.test)
        case .forLoop(let loop): [loop.iterable] + [loop.condition].compactMap { $0 }
        case .setBlock(_, let filter, _): [filter].compactMap { $0 }
        case .macro(let macro): macro.defaults
        case .callBlock(let call, let macro): [call] + macro.defaults
        case .with(let bindings, _): bindings.map(\.value)
        }
    }
}
