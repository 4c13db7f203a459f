// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// Whether the value of an expression passes a test.
    mutating func passes(_ test: BuiltinTest, _ operand: Int, _ arguments: Int) throws(JinjaRenderError) -> Bool {
        let value = try evaluate(operand)
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: if case .null = value { return true } else { return false }
        default: return try passes(test, value, try self.arguments(arguments))
        }
    }

    /// Whether a value passes a test.
    mutating func passes(
        _ test: BuiltinTest, _ value: JinjaValue, _ arguments: Arguments
    ) throws(JinjaRenderError) -> Bool {
        let bound = try arguments.bound(to: test.signature, test.rawValue)
        let other = bound.values.first.flatMap { $0 } ?? .null
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: if case .null = value { return true } else { return false }
        case .boolean: if case .bool = value { return true } else { return false }
        case .true: if case .bool(true) = value { return true } else { return false }
        case .false: if case .bool(false) = value { return true } else { return false }
        case .integer: if case .int = value { return true } else { return false }
        case .float: if case .double = value { return true } else { return false }
        case .number: return value.doubleValue != nil
        case .string: return value.stringValue != nil
        case .mapping: if case .dict = value { return true } else { return false }
        case .escaped: return value.isSafe
        case .lower: return try text(of: value).isPythonLower
        case .upper: return try text(of: value).isPythonUpper
        case .odd: return try areEqual(try combine(.modulo, try number(value, "odd"), .int(2)), .int(1))
        case .even: return try areEqual(try combine(.modulo, try number(value, "even"), .int(2)), .int(0))
        case .divisibleby:
            return try areEqual(try combine(.modulo, try number(value, "divisibleby"), try number(other, "divisibleby")), .int(0))
        case .eq: return try compare(.equal, value, other)
        case .ne: return try compare(.notEqual, value, other)
        case .lt: return try compare(.less, value, other)
        case .le: return try compare(.lessOrEqual, value, other)
        case .gt: return try compare(.greater, value, other)
        case .ge: return try compare(.greaterOrEqual, value, other)
        case .in: return try contains(other, value)
        case .sameas: return try isSame(value, other)
        case .callable:
            switch value {
            case .undefined: return true
            case .object(let object): return object.isCallable
            default: return false
            }
        case .iterable: return try isIterable(value)
        case .sequence: return isSequence(value)
        case .filter: return knows(filter: try text(of: value))
        case .test: return knows(test: try text(of: value))
        }
    }

    /// Python's `is`, as far as immutable values have an identity.
    private mutating func isSame(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaRenderError) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let first), .bool(let second)): return first == second
        case (.int(let first), .int(let second)): return first == second
        case (.object(let first), .object(let second)): return first.isIdentical(to: second)
        case (.string, .string), (.safe, .safe), (.double, .double), (.list, .list), (.tuple, .tuple), (.dict, .dict):
            return try areEqual(left, right)
        default: return false
        }
    }

    private func isIterable(_ value: JinjaValue) throws(JinjaRenderError) -> Bool {
        switch value {
        case .string, .safe, .list, .tuple, .dict: return true
        case .undefined(let info):
            if undefinedBehavior == .strict { throw undefined(info) }
            return true
        case .object(let object):
            switch object.kind {
            case .range, .view, .iterator, .loop: return true
            default: return false
            }
        case .null, .bool, .int, .double: return false
        }
    }

    private func isSequence(_ value: JinjaValue) -> Bool {
        switch value {
        case .string, .safe, .list, .tuple, .dict: return true
        case .undefined: return undefinedBehavior != .strict
        case .object(let object): if case .range = object.kind { return true } else { return false }
        case .null, .bool, .int, .double: return false
        }
    }

    private func knows(filter name: String) -> Bool {
        environment.registry.filters[name] != nil || BuiltinFilter(rawValue: name) != nil || BuiltinFilter.aliases[name] != nil
    }

    private func knows(test name: String) -> Bool {
        environment.registry.tests[name] != nil || BuiltinTest(rawValue: name) != nil || BuiltinTest.aliases[name] != nil
    }

    /// Applies a test that is named by a value, as `select` does.
    mutating func passes(testNamed name: JinjaValue, _ value: JinjaValue, _ arguments: Arguments) throws(JinjaRenderError) -> Bool {
        let name = try requiredText(name, "select")
        if let host = environment.registry.tests[name] {
            let result = try callHost(host, [value] + arguments.positional)
            return try isTrue(result)
        }
        guard let test = BuiltinTest(rawValue: name) ?? BuiltinTest.aliases[name] else {
            throw JinjaRenderError(.value, "there is no test named '\(name)'")
        }
        return try passes(test, value, arguments)
    }
}
