// SPDX-License-Identifier: GPL-3.0-or-later

/// An expression as it was written.
final class Expression {
    indirect enum Kind {
        case constant(JinjaValue)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dict([(key: Expression, value: Expression)])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, CallArguments)
        case filter(Expression, String, CallArguments)
        case test(Expression, String, CallArguments)
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case compare(Expression, [(operation: Comparison, operand: Expression)])
        case concat([Expression])
        case conditional(test: Expression, then: Expression, otherwise: Expression?)
        /// What a filter block, or a block assignment with a filter, has captured.
        case captured
    }

    let kind: Kind
    let position: SourcePosition
    /// How deep the tree below is, this node included.
    let depth: Int

    init(_ kind: Kind, at position: SourcePosition, depth: Int) {
        self.kind = kind
        self.position = position
        self.depth = depth
    }

    /// The expressions directly below, in the order of the source.
    var children: [Expression] {
        switch kind {
        case .constant, .name, .captured: []
        case .list(let items), .tuple(let items), .concat(let items): items
        case .dict(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .attribute(let base, _): [base]
        case .item(let base, let index): [base, index]
        case .slice(let base, let start, let stop, let step): [base] + [start, stop, step].compactMap { $0 }
        case .call(let callee, let arguments): [callee] + arguments.expressions
        case .filter(let operand, _, let arguments), .test(let operand, _, let arguments): [operand] + arguments.expressions
        case .unary(_, let operand): [operand]
        case .binary(_, let left, let right), .and(let left, let right), .or(let left, let right): [left, right]
        case .compare(let first, let rest): [first] + rest.map(\.operand)
        case .conditional(let test, let then, let otherwise): [test, then] + [otherwise].compactMap { $0 }
        }
    }
}

extension Expression {
    /// Whether Jinja2 computes the expression when it compiles the template.
    var isConstant: Bool {
        switch kind {
        case .constant: true
        case .name, .call, .captured: false
        case .filter(_, "map", _), .filter(_, "select", _), .filter(_, "reject", _), .filter(_, "selectattr", _),
            .filter(_, "rejectattr", _):
            false
        default: children.allSatisfy(\.isConstant)
        }
    }
}

/// The arguments of a call, filter or test as they were written.
struct CallArguments {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
    /// `*values`
    var list: Expression?
    /// `**mapping`
    var dict: Expression?

    var expressions: [Expression] { positional + named.map(\.value) + [list, dict].compactMap { $0 } }
    var isEmpty: Bool { positional.isEmpty && named.isEmpty && list == nil && dict == nil }
}

enum UnaryOperator: String {
    case plus = "+"
    case minus = "-"
    case not
}

enum BinaryOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
}

enum Comparison: String, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

extension Comparison {
    /// The position among all operators, by which compiled code names it.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    init?(number: Int) {
        guard Self.allCases.indices.contains(number) else { return nil }
        self = Self.allCases[number]
    }
}
