// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// Why a selector cannot be understood.
struct DocumentSelectorError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Which documents a client wants: the selectors of the lists under `/0.2`.
///
/// A selector is an object. Each member names a member of the document, with dots for members of members, and says
/// what its value must be: a value equal to this one, or an object of operators such as `{"$in": ["a", "b"]}`.
/// All members must hold. `{}` selects everything.
struct DocumentSelector: Sendable {
    /// What is asked of the values that a path leads to.
    private enum Condition: Sendable {
        case equals(JSONValue)
        case differs(JSONValue)
        case isAmong(Set<JSONValue>)
        case isNotAmong(Set<JSONValue>)
        case less(JSONValue, orEqual: Bool)
        case greater(JSONValue, orEqual: Bool)
        case contains(JSONValue)
        case exists(Bool)
    }

    private let conditions: [(path: DocumentPath, condition: Condition)]

    /// Reads a selector.
    ///
    /// - Parameter ignored: A member that is left out of the selector.
    init(_ value: JSONValue, ignoring ignored: String? = nil) throws(DocumentSelectorError) {
        guard let object = value.object else { throw DocumentSelectorError(description: "a selector is an object") }
        var conditions: [(path: DocumentPath, condition: Condition)] = []
        for (name, wanted) in object where name != ignored {
            let path = DocumentPath(name)
            if let operators = wanted.object, operators.keys.contains(where: { $0.hasPrefix("$") }) {
                for (name, argument) in operators { conditions.append((path, try Self.condition(name, argument))) }
            } else {
                conditions.append((path, .equals(wanted.comparable)))
            }
        }
        self.conditions = conditions
    }

    private static func condition(_ name: String, _ argument: JSONValue) throws(DocumentSelectorError) -> Condition {
        func list() throws(DocumentSelectorError) -> Set<JSONValue> {
            guard let elements = argument.array else { throw DocumentSelectorError(description: "\(name) takes a list") }
            return Set(elements.map(\.comparable))
        }
        switch name {
        case "$in": return .isAmong(try list())
        case "$nin": return .isNotAmong(try list())
        case "$ne": return .differs(argument.comparable)
        case "$gt": return .greater(argument, orEqual: false)
        case "$ge": return .greater(argument, orEqual: true)
        case "$lt": return .less(argument, orEqual: false)
        case "$le": return .less(argument, orEqual: true)
        case "$contains": return .contains(argument)
        case "$exists": return .exists(argument.isTruthy)
        default:
            throw DocumentSelectorError(
                description: "“\(name)” is no operator; they are $in, $nin, $ne, $gt, $ge, $lt, $le, $contains and $exists")
        }
    }

    /// The text that a member must equal, if the selector says so: by it an index can find the documents.
    func text(of name: String) -> String? {
        for case (let path, .equals(.string(let text))) in conditions where path == DocumentPath(name) { return text }
        return nil
    }

    /// Whether a document is selected.
    func selects(_ document: JSONObject) -> Bool {
        conditions.allSatisfy { path, condition in Self.holds(condition, for: path.values(in: document)) }
    }

    private static func holds(_ condition: Condition, for values: [JSONValue]) -> Bool {
        switch condition {
        case .equals(let wanted): values.contains { $0.comparable == wanted }
        case .differs(let unwanted): !values.contains { $0.comparable == unwanted }
        case .isAmong(let wanted): values.contains { wanted.contains($0.comparable) }
        case .isNotAmong(let unwanted): !values.contains { unwanted.contains($0.comparable) }
        case .less(let bound, let orEqual): values.contains { isBefore($0, bound, orEqual) }
        case .greater(let bound, let orEqual): values.contains { isBefore(bound, $0, orEqual) }
        case .contains(let wanted): values.contains { contains($0, wanted) }
        case .exists(let wanted): wanted != values.isEmpty
        }
    }

    /// Whether a value is before another, or equal to it. Values without an order are neither.
    private static func isBefore(_ left: JSONValue, _ right: JSONValue, _ orEqual: Bool) -> Bool {
        guard orEqual else { return left.precedes(right) ?? false }
        return right.precedes(left).map { !$0 } ?? false
    }

    private static func contains(_ value: JSONValue, _ wanted: JSONValue) -> Bool {
        switch value {
        case .string(let text): wanted.string.map { $0.isEmpty || text.contains($0) } ?? false
        case .array(let elements): elements.contains { $0.comparable == wanted.comparable }
        case .object(let object): wanted.string.map { object[$0] != nil } ?? false
        case .null, .bool, .int, .double: false
        }
    }
}
