// SPDX-License-Identifier: GPL-3.0-or-later

/// A JSON text as a value (RFC 8259).
///
/// Whole numbers stay whole numbers and objects keep the order of their members, so that a document which
/// a client stored comes back as it was sent.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The text of a string, else `nil`.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The number of an integer, else `nil`.
    public var int: Int? { if case .int(let value) = self { value } else { nil } }
    /// The truth value of a boolean, else `nil`.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements of an array, else `nil`.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The members of an object, else `nil`.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The member of an object, or `nil` if this is not an object or has no such member.
    public subscript(key: String) -> JSONValue? { object?[key] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
    public init(nilLiteral: ()) { self = .null }
}

/// The members of a JSON object, in order, with one value for each name.
public struct JSONObject: Sendable {
    private var names: [String] = []
    private var values: [String: JSONValue] = [:]

    /// Makes an object without members.
    public init() {}

    /// Makes an object of members; of two with one name the later value stays, at the place of the first.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (name, value) in members { self[name] = value }
    }

    /// The value of a member. Setting `nil` removes it; a new member comes last.
    public subscript(name: String) -> JSONValue? {
        get { values[name] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
            } else if values.removeValue(forKey: name) != nil {
                names.removeAll { $0 == name }
            }
        }
    }

    /// The members' names, in order.
    public var keys: [String] { names }

    /// The object over which another is laid: objects are merged member by member, anything else is replaced.
    public func merged(with upper: JSONObject) -> JSONObject {
        var result = self
        for (name, value) in upper {
            if case .object(let below)? = result[name], case .object(let above) = value {
                result[name] = .object(below.merged(with: above))
            } else {
                result[name] = value
            }
        }
        return result
    }
}

extension JSONObject: Hashable {
    /// Two objects are equal if they have the same members; order does not matter (RFC 8259, 4).
    public static func == (left: JSONObject, right: JSONObject) -> Bool { left.values == right.values }
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { names.startIndex }
    public var endIndex: Int { names.endIndex }
    public subscript(position: Int) -> (String, JSONValue) {
        let name = names[position]
        return (name, values[name] ?? .null)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
