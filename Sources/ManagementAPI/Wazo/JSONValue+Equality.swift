// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

extension JSONValue {
    /// The value in a form in which two are the same if wazo-provd's selectors take them for equal: truth values are
    /// numbers, and a number is the same with and without a fraction of zero.
    var comparable: JSONValue {
        switch self {
        case .bool(let value): .int(value ? 1 : 0)
        case .double(let value): Int(exactly: value).map(JSONValue.int) ?? self
        case .array(let elements): .array(elements.map(\.comparable))
        case .object(let object): .object(JSONObject(object.map { ($0, $1.comparable) }))
        case .null, .int, .string: self
        }
    }

    /// Whether a value stands before another: numbers by size, texts by their characters' numbers.
    ///
    /// - Returns: `nil` for values that have no order, such as a number and a text.
    func precedes(_ other: JSONValue) -> Bool? {
        switch (comparable, other.comparable) {
        case (.int(let left), .int(let right)): left < right
        case (.int(let left), .double(let right)): Double(left) < right
        case (.double(let left), .int(let right)): left < Double(right)
        case (.double(let left), .double(let right)): left < right
        case (.string(let left), .string(let right)): left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        default: nil
        }
    }

    /// Whether wazo-provd takes the value for true.
    var isTruthy: Bool {
        switch comparable {
        case .null, .int(0), .string(""): false
        case .array(let elements): !elements.isEmpty
        case .object(let object): !object.isEmpty
        default: true
        }
    }
}
