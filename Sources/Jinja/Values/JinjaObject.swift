// SPDX-License-Identifier: GPL-3.0-or-later

/// A value with behaviour: a function, macro, namespace, loop, range or view.
///
/// What changes during a rendering (namespaces, loops…) lives in the rendering and is named here by a
/// number, so that values stay immutable, can be shared between renderings, and cannot form cycles.
public struct JinjaObject: Sendable {
    enum Kind: Sendable {
        case function(HostFunction)
        case builtin(BuiltinFunction)
        case range(RangeValue)
        case view(DictView)
        case method(BoundMethod)
        case macro(Int)
        case namespace(Int)
        case loop(Int)
        case cycler(Int)
        case joiner(Int)
        case module(Int)
        case iterator(Int)
        case block(BlockReference)
        case blocks(context: Int)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    var typeName: String {
        switch kind {
        case .function, .builtin: "function"
        case .range: "range"
        case .view(let view): view.kind.typeName
        case .method: "method"
        case .macro: "macro"
        case .namespace: "namespace"
        case .loop: "loop"
        case .cycler: "cycler"
        case .joiner: "joiner"
        case .module: "template module"
        case .iterator: "iterator"
        case .block, .blocks: "block"
        }
    }

    var depth: Int {
        switch kind {
        case .view(let view): view.dict.depth + 1
        case .method(let method): method.receiver.depth + 1
        default: 0
        }
    }

    /// Whether a template can call it.
    var isCallable: Bool {
        switch kind {
        case .function, .builtin, .method, .macro, .loop, .joiner, .block: true
        case .range, .view, .namespace, .cycler, .module, .iterator, .blocks: false
        }
    }

    var hash: Int {
        switch kind {
        case .function(let function): ObjectIdentifier(function).hashValue
        case .range(let range): range.count &* 31 &+ range.start
        case .macro(let number), .namespace(let number), .loop(let number), .cycler(let number), .joiner(let number),
            .module(let number), .iterator(let number):
            number.hashValue
        case .builtin, .view, .method, .block, .blocks: 5
        }
    }

    /// Whether both are the same thing, which is what Python's `==` means for most of these.
    func isIdentical(to other: JinjaObject) -> Bool {
        switch (kind, other.kind) {
        case (.function(let left), .function(let right)): left === right
        case (.builtin(let left), .builtin(let right)): left == right
        case (.range(let left), .range(let right)): left == right
        case (.macro(let left), .macro(let right)), (.namespace(let left), .namespace(let right)),
            (.loop(let left), .loop(let right)), (.cycler(let left), .cycler(let right)),
            (.joiner(let left), .joiner(let right)), (.module(let left), .module(let right)),
            (.iterator(let left), .iterator(let right)):
            left == right
        case (.block(let left), .block(let right)): left === right
        default: false
        }
    }
}

/// A function of the host.
final class HostFunction: Sendable {
    let name: String
    let body: @Sendable ([JinjaValue]) throws -> JinjaValue

    init(name: String, body: @escaping @Sendable ([JinjaValue]) throws -> JinjaValue) {
        self.name = name
        self.body = body
    }
}

/// The functions that every template knows.
enum BuiltinFunction: String, Sendable, CaseIterable {
    case range, dict, namespace, cycler, joiner
}

/// Python's `range`: its numbers are made one by one when they are asked for.
final class RangeValue: Sendable, Equatable {
    let start: Int
    let step: Int
    let stop: Int
    let count: Int

    /// Makes the range, or `nil` when the step is zero or the count does not fit an integer.
    init?(start: Int, stop: Int, step: Int) {
        if step == 0 { return nil }
        let (distance, overflow) = step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        if overflow || step == .min { return nil }
        let stride = step > 0 ? step : -step
        self.start = start
        self.step = step
        self.stop = stop
        count = distance <= 0 ? 0 : (distance - 1) / stride + 1
    }

    /// The number at a position below ``count``.
    subscript(position: Int) -> Int { start &+ step &* position }

    static func == (left: RangeValue, right: RangeValue) -> Bool {
        left.count == right.count
            && (left.count == 0 || left.start == right.start && (left.count == 1 || left.step == right.step))
    }
}

/// What `dict.items()`, `dict.keys()` and `dict.values()` return.
final class DictView: Sendable {
    enum Kind: Sendable {
        case keys, values, items

        var typeName: String {
            switch self {
            case .keys: "dict_keys"
            case .values: "dict_values"
            case .items: "dict_items"
            }
        }
    }

    let kind: Kind
    let dict: JinjaDict

    init(kind: Kind, dict: JinjaDict) {
        self.kind = kind
        self.dict = dict
    }

    var elements: [JinjaValue] {
        switch kind {
        case .keys: dict.keys
        case .values: dict.values
        case .items: dict.items
        }
    }
}

extension JinjaDict {
    /// The pairs of key and value as tuples.
    var items: [JinjaValue] {
        let keys = keys
        let values = values
        return keys.indices.map { .tuple(JinjaList([keys[$0], values[$0]])) }
    }
}

/// A method together with the value on which it was looked up.
final class BoundMethod: Sendable {
    let receiver: JinjaValue
    let name: String

    init(receiver: JinjaValue, name: String) {
        self.receiver = receiver
        self.name = name
    }
}

/// A block at one level of its inheritance chain, as `super` and `self.name` give it.
final class BlockReference: Sendable {
    let name: String
    let level: Int
    let context: Int

    init(name: String, level: Int, context: Int) {
        self.name = name
        self.level = level
        self.context = context
    }
}
