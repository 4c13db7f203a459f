// SPDX-License-Identifier: GPL-3.0-or-later

/// A value that a template works with, with the meaning it has in Python.
public enum JinjaValue: Sendable {
    /// A name, attribute or item that does not exist; it prints as nothing.
    case undefined(JinjaUndefined)
    /// Python's `None`.
    case null
    /// A truth value; it also counts as 1 or 0, as in Python.
    case bool(Bool)
    /// An integer of 64 bits; leaving that range is an error.
    case int(Int)
    /// A floating point number.
    case double(Double)
    /// Text, a sequence of Unicode scalars.
    case string(String)
    /// Text that is written as it is where other text would be escaped.
    case safe(String)
    /// A list.
    case list(JinjaList)
    /// A tuple; it differs from a list in how it prints and compares.
    case tuple(JinjaList)
    /// An ordered dictionary.
    case dict(JinjaDict)
    /// A function, macro, namespace, loop or another thing with behaviour.
    case object(JinjaObject)

    /// The undefined value of no particular name.
    public static var undefined: JinjaValue { .undefined(JinjaUndefined()) }

    /// A list of the given values.
    public static func list(_ values: [JinjaValue]) -> JinjaValue { .list(JinjaList(values)) }

    /// A function that a template can call.
    public static func function(
        _ name: String, _ body: @escaping @Sendable ([JinjaValue]) throws -> JinjaValue
    ) -> JinjaValue {
        .object(JinjaObject(.function(HostFunction(name: name, body: body))))
    }
}

// MARK: - Literals

extension JinjaValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: JinjaValue...) { self = .list(JinjaList(elements)) }
    public init(dictionaryLiteral elements: (String, JinjaValue)...) { self = .dict(JinjaDict(elements)) }
}

// MARK: - Reading

extension JinjaValue {
    /// The text of a string, safe or not.
    public var stringValue: String? {
        switch self {
        case .string(let text), .safe(let text): text
        default: nil
        }
    }

    /// The integer, which a truth value also is.
    public var intValue: Int? {
        switch self {
        case .int(let number): number
        case .bool(let flag): flag ? 1 : 0
        default: nil
        }
    }

    /// The number as floating point, for integers and truth values too.
    public var doubleValue: Double? {
        switch self {
        case .int(let number): Double(number)
        case .bool(let flag): flag ? 1 : 0
        case .double(let number): number
        default: nil
        }
    }

    /// The values of a list or tuple.
    public var listValue: [JinjaValue]? {
        switch self {
        case .list(let list), .tuple(let list): list.values
        default: nil
        }
    }

    /// The dictionary.
    public var dictValue: JinjaDict? {
        if case .dict(let dict) = self { dict } else { nil }
    }

    /// Whether this is an undefined value.
    public var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// The name that Python gives to the type, for messages.
    public var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .null: "none"
        case .bool: "bool"
        case .int: "int"
        case .double: "float"
        case .string: "string"
        case .safe: "safe string"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .object(let object): object.typeName
        }
    }

    /// The attribute of a dictionary; `nil` for other values, and where a method hides a key.
    @inline(__always)
    func dictAttribute(_ name: VariableName) -> JinjaValue? {
        guard case .dict(let dict) = self, !name.isDictMethod else { return nil }
        return dict[name.hashed] ?? name.missingAttribute
    }

    /// The item of a dictionary by a text; `nil` for everything else.
    func dictItem(_ key: JinjaValue) -> JinjaValue? {
        guard case .dict(let dict) = self, case .string(let text) = key else { return nil }
        return dict[text]
    }

    /// How many containers are nested in each other, this one included.
    var depth: Int {
        switch self {
        case .undefined, .null, .bool, .int, .double, .string, .safe: 0
        case .list(let list), .tuple(let list): list.depth
        case .dict(let dict): dict.depth
        case .object(let object): object.depth
        }
    }
}

/// What is known about an undefined value, for the message when it is used.
public struct JinjaUndefined: Sendable {
    private enum Reason: Sendable {
        case anonymous
        case name(String)
        case attribute(String)
        case explained(String)
    }

    private let reason: Reason

    /// An undefined value of no particular name.
    public init() { reason = .anonymous }

    /// The undefined value of a variable.
    public init(name: String) { reason = .name(name) }

    init(attribute: String) { reason = .attribute(attribute) }

    init(explanation: String) { reason = .explained(explanation) }

    /// Whether it is what a variable of a name has that was never set.
    func isMissing(name: String) -> Bool {
        if case .name(let own) = reason { own == name } else { false }
    }

    /// What is undefined, as a sentence part.
    var explanation: String {
        switch reason {
        case .anonymous: "the value is undefined"
        case .name(let name): "'\(name)' is undefined"
        case .attribute(let name): "the value has no attribute or item '\(name)'"
        case .explained(let text): text
        }
    }
}
