// SPDX-License-Identifier: GPL-3.0-or-later

extension JinjaValue {
    /// Python's truth of a value that needs nothing from the rendering.
    var isTruthy: Bool {
        switch self {
        case .undefined, .null: false
        case .bool(let flag): flag
        case .int(let number): number != 0
        case .double(let number): number != 0
        case .string(let text), .safe(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.values.isEmpty
        case .dict(let dict): !dict.isEmpty
        case .object(let object):
            switch object.kind {
            case .range(let range): range.count > 0
            case .view(let view): !view.dict.isEmpty
            default: true
            }
        }
    }

    /// Whether both are the same key of a dictionary.
    func isSameKey(as other: JinjaValue) -> Bool {
        switch (self, other) {
        case (.tuple(let left), .tuple(let right)):
            left.values.count == right.values.count && zip(left.values, right.values).allSatisfy { $0.isSameKey(as: $1) }
        default: scalarEquals(other) ?? false
        }
    }

    /// Python's `==` where at least one side is no container; `nil` when both are containers.
    func scalarEquals(_ other: JinjaValue) -> Bool? {
        switch (self, other) {
        case (.string(let left), .string(let right)), (.string(let left), .safe(let right)),
            (.safe(let left), .string(let right)), (.safe(let left), .safe(let right)):
            return left.hasSameScalars(as: right)
        case (.int(let left), .int(let right)): return left == right
        case (.undefined, .undefined), (.null, .null): return true
        case (.object(let left), .object(let right)):
            if case .view = left.kind, case .view = right.kind { return nil }
            return left.isIdentical(to: right)
        case (.list, .list), (.tuple, .tuple), (.dict, .dict): return nil
        default:
            return numericOrder(other) == .equal
        }
    }

    /// How two numbers compare.
    enum NumericOrder {
        case less, equal, greater, unordered
    }

    /// The exact order of two numbers, or `nil` when one side is no number.
    func numericOrder(_ other: JinjaValue) -> NumericOrder? {
        if let left = intValue, let right = other.intValue {
            return left < right ? .less : left == right ? .equal : .greater
        }
        switch (self, other) {
        case (.double(let left), .double(let right)):
            return left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
        case (.double(let left), _):
            guard let right = other.intValue else { return nil }
            return Self.order(left, right)
        case (_, .double(let right)):
            guard let left = intValue else { return nil }
            switch Self.order(right, left) {
            case .less: return .greater
            case .greater: return .less
            case let same: return same
            }
        default: return nil
        }
    }

    private static func order(_ left: Double, _ right: Int) -> NumericOrder {
        if left.isNaN { return .unordered }
        // Beyond this range every floating point number is beyond every integer of 64 bits.
        if left >= 0x1p63 { return .greater }
        if left < -0x1p63 { return .less }
        let whole = left.rounded(.down)
        guard let integer = Int(exactly: whole) else { return .unordered }
        if integer != right { return integer < right ? .less : .greater }
        return left > whole ? .greater : .equal
    }
}

extension String {
    /// Whether both have the same Unicode scalars; `==` also unites canonically equal texts.
    func hasSameScalars(as other: String) -> Bool {
        guard self == other, utf8.count == other.utf8.count else { return false }
        return utf8Span.isKnownASCII || utf8.elementsEqual(other.utf8)
    }

    /// Python's order of text, which is the order of the UTF-8 bytes.
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
