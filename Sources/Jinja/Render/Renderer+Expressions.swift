// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// The value of an expression. A failure names the expression's place.
    mutating func evaluate(_ id: Int) throws(JinjaRenderError) -> JinjaValue {
        // What makes up most of all nodes comes first, as far as it cannot fail; its parts name their own places.
        switch code.expressions[id] {
        case .local(let slot): return slots[slot]
        case .constant(let index): return code.constants[index]
        case .attribute(let base, let name):
            if let value = dictAttribute(base, name) { return value }
        case .or(let left, let right) where undefinedBehavior != .strict:
            let value = try evaluate(left)
            return value.isTruthy ? value : try evaluate(right)
        case .and(let left, let right) where undefinedBehavior != .strict:
            let value = try evaluate(left)
            return value.isTruthy ? try evaluate(right) : value
        case .conditional(let test, let then, let otherwise):
            if try isTrue(expression: test) { return try evaluate(then) }
            if otherwise >= 0 { return try evaluate(otherwise) }
        case .binary: if let number = integer(id) { return .int(number) }
        case .filter(.string, let operand, arguments: -1):
            if let number = integer(operand) { return .string(DecimalName.text(of: number)) }
        case .lookup(let operand, let table, let name): return try lookUp(operand, table, name)
        case .defaultFilter(let operand, let fallback, let isBoolean):
            if isBoolean < 0 {
                let value = try evaluate(operand)
                guard case .undefined = value else { return value }
                return fallback < 0 ? .string("") : try evaluate(fallback)
            }
        case .item(let base, let index):
            if let value = dictItem(base, index) { return value }
        default: break
        }
        return try evaluateOther(id)
    }

    /// The item of a dictionary that a variable or literal holds, by a variable, a literal or a number made text.
    @inline(__always)
    private func dictItem(_ base: Int, _ index: Int) -> JinjaValue? {
        switch (code.expressions[base], code.expressions[index]) {
        case (.local(let slot), .local(let key)): return slots[slot].dictItem(slots[key])
        case (.local(let slot), .constant(let key)): return slots[slot].dictItem(code.constants[key])
        case (.constant(let dict), .local(let key)): return code.constants[dict].dictItem(slots[key])
        case (.local(let slot), .filter(.string, let operand, arguments: -1)):
            guard case .dict(let dict) = slots[slot], let number = integer(operand), let name = DecimalName.small(number) else {
                return nil
            }
            return dict[name.hashed] ?? name.missingAttribute
        default: return nil
        }
    }

    /// The attribute of a dictionary in a variable; `nil` for everything else.
    @inline(__always)
    private func dictAttribute(_ base: Int, _ name: Int) -> JinjaValue? {
        guard case .local(let slot) = code.expressions[base] else { return nil }
        return slots[slot].dictAttribute(code.names[name])
    }

    /// What a table has for the value of an expression.
    private mutating func lookUp(_ operand: Int, _ table: Int, _ name: Int) throws(JinjaRenderError) -> JinjaValue {
        let value = try evaluate(operand)
        if case .dict(let table) = code.constants[table], let entry = table.entry(for: value) { return entry }
        return code.names[name].missing
    }

    /// The value of an expression of integers, found without making values on the way.
    ///
    /// `nil` for everything else, also where the result is too large; nothing has happened then.
    private func integer(_ id: Int) -> Int? {
        switch code.expressions[id] {
        case .local(let slot): if case .int(let number) = slots[slot] { return number }
        case .constant(let index): if case .int(let number) = code.constants[index] { return number }
        case .attribute(let base, let name):
            guard case .local(let slot) = code.expressions[base], case .dict(let dict) = slots[slot],
                !code.names[name].isDictMethod
            else { return nil }
            return dict.integer(named: code.names[name].hashed)
        case .binary(let operation, let left, let right):
            guard let left = integer(left), let right = integer(right) else { return nil }
            let (result, overflow): (Int, Bool)
            switch operation {
            case .add: (result, overflow) = left.addingReportingOverflow(right)
            case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
            case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
            default: return nil
            }
            return overflow ? nil : result
        default: break
        }
        return nil
    }

    @inline(never)
    private mutating func evaluateOther(_ id: Int) throws(JinjaRenderError) -> JinjaValue {
        do {
            return try value(of: code.expressions[id])
        } catch {
            throw error.located(in: code, expression: id)
        }
    }

    private mutating func value(of node: ExpressionNode) throws(JinjaRenderError) -> JinjaValue {
        switch node {
        case .constant(let index): return code.constants[index]
        case .local(let slot): return slots[slot]
        case .outer(let hops, let slot): return variable(hops: hops, slot: slot)
        case .loopField(let slot, let field):
            if case .object(let object) = slots[slot], case .loop(let number) = object.kind {
                return try loopField(field, ofLoop: number)
            }
            return .undefined
        case .attribute(let base, let name):
            let base = try evaluate(base)
            return try attribute(of: base, code.names[name])
        case .item(let base, let index): return try evaluateItem(base, index)
        case .slice(let base, let bounds): return try evaluateSlice(base, bounds)
        case .list(let first, let count): return .list(try makeList(try operands(first, count)))
        case .tuple(let first, let count): return .tuple(try makeList(try operands(first, count)))
        case .dict(let first, let count): return try evaluateDict(first, count)
        case .concat(let first, let count): return try concatenate(try operands(first, count))
        case .concatConstants(let first, let count): return .string(try joined(try operands(first, count)))
        case .call(let callee, let arguments):
            return try call(try evaluate(callee), try self.arguments(arguments))
        case .method(let base, let name, let arguments):
            return try callMethod(of: try evaluate(base), code.names[name], arguments: arguments)
        case .filter(let filter, let operand, let arguments): return try evaluateFilter(filter, operand, arguments)
        case .hostFilter(let function, let operand, let arguments): return try callHost(function, operand, arguments)
        case .lookup(let operand, let table, let name): return try lookUp(operand, table, name)
        case .defaultFilter(let operand, let fallback, let isBoolean):
            return try evaluateDefault(operand, fallback: fallback, isBoolean: isBoolean)
        case .test, .hostTest, .and, .or, .compare, .compareChain: return try evaluateLogic(node)
        case .unary(let operation, let operand): return try evaluateUnary(operation, operand)
        case .binary(let operation, let left, let right):
            let left = try evaluate(left)
            return try combine(operation, left, try evaluate(right))
        case .conditional(let test, let then, let otherwise):
            if try isTrue(expression: test) { return try evaluate(then) }
            if otherwise >= 0 { return try evaluate(otherwise) }
            return .undefined(JinjaUndefined(explanation: "the condition is false and there is no 'else'"))
        case .captured: return captured
        }
    }

    // MARK: - Truth

    /// The truth of an expression, without making a value where that can be avoided.
    mutating func isTrue(expression id: Int) throws(JinjaRenderError) -> Bool {
        switch code.expressions[id] {
        case .test(let test, let operand, let arguments):
            do {
                return try passes(test, operand, arguments)
            } catch {
                throw error.located(in: code, expression: id)
            }
        case .and(let left, let right): return if try isTrue(expression: left) { try isTrue(expression: right) } else { false }
        case .or(let left, let right): return if try isTrue(expression: left) { true } else { try isTrue(expression: right) }
        case .unary(.not, let operand): return try !isTrue(expression: operand)
        default:
            let value = try evaluate(id)
            return try isTrue(value)
        }
    }

    /// Python's truth of a value.
    func isTrue(_ value: JinjaValue) throws(JinjaRenderError) -> Bool {
        if case .undefined(let info) = value, undefinedBehavior == .strict { throw undefined(info) }
        return value.isTruthy
    }

    private mutating func evaluateLogic(_ node: ExpressionNode) throws(JinjaRenderError) -> JinjaValue {
        switch node {
        case .and(let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return try isTrue(value) ? value : try evaluate(right)
        case .test(let test, let operand, let arguments): return .bool(try passes(test, operand, arguments))
        case .hostTest(let function, let operand, let arguments):
            let result = try callHost(function, operand, arguments)
            return .bool(try isTrue(result))
        case .compare(let operation, let left, let right):
            let left = try evaluate(left)
            return .bool(try compare(operation, left, try evaluate(right)))
        case .compareChain(let first, let start, let count):
            var left = try evaluate(first)
            for position in 0..<count {
                guard let operation = Comparison(number: code.operands[start + position * 2]) else { return .bool(false) }
                let right = try evaluate(code.operands[start + position * 2 + 1])
                if try !compare(operation, left, right) { return .bool(false) }
                left = right
            }
            return .bool(true)
        default: return .undefined
        }
    }

    /// Python's `not`, `-` and `+`.
    private mutating func evaluateUnary(_ operation: UnaryOperator, _ operand: Int) throws(JinjaRenderError) -> JinjaValue {
        switch operation {
        case .not: return .bool(try !isTrue(expression: operand))
        case .minus:
            let value = try evaluate(operand)
            return try negated(value)
        case .plus:
            let value = try evaluate(operand)
            return try number(value, "+")
        }
    }

    // MARK: - Operands

    mutating func operands(_ first: Int, _ count: Int) throws(JinjaRenderError) -> [JinjaValue] {
        var values: [JinjaValue] = []
        values.reserveCapacity(count)
        for position in first..<(first + count) { values.append(try evaluate(code.operands[position])) }
        return values
    }

    private mutating func evaluateDict(_ first: Int, _ count: Int) throws(JinjaRenderError) -> JinjaValue {
        var dict = JinjaDict()
        try useBytes(count * 2 * MemoryLayout<JinjaValue>.stride)
        for position in stride(from: first, to: first + count, by: 2) {
            let key = try evaluate(code.operands[position])
            try dict.set(key, to: try evaluate(code.operands[position + 1]))
        }
        if dict.depth > RenderLimits.valueDepth { throw tooDeep() }
        return .dict(dict)
    }

    private mutating func evaluateItem(_ base: Int, _ index: Int) throws(JinjaRenderError) -> JinjaValue {
        let base = try evaluate(base)
        let index = try evaluate(index)
        if case .dict(let dict) = base, case .string(let key) = index {
            if let value = dict[key] { return value }
            // Only a name could also be a method.
            if let first = key.utf8.first, first < UInt8(ascii: "a") { return .undefined(JinjaUndefined(attribute: key)) }
        }
        return try item(of: base, index)
    }

    private mutating func evaluateDefault(
        _ operand: Int, fallback: Int, isBoolean: Int
    ) throws(JinjaRenderError) -> JinjaValue {
        let value = try evaluate(operand)
        var isUsed = true
        if case .undefined = value {
            isUsed = false
        } else if isBoolean >= 0, try isTrue(expression: isBoolean) {
            isUsed = value.isTruthy
        }
        if isUsed { return value }
        return fallback < 0 ? .string("") : try evaluate(fallback)
    }

    /// Why an undefined value cannot be used.
    func undefined(_ info: JinjaUndefined) -> JinjaRenderError { JinjaRenderError(.undefined, info.explanation) }

    // MARK: - Sequences

    /// The elements of an expression's value, without making an iterator of a filter's result.
    mutating func sequence(expression id: Int) throws(JinjaRenderError) -> [JinjaValue] {
        if case .filter(let filter, let operand, let arguments) = code.expressions[id], filter.makesIterator {
            do {
                return try elements(filter, operand, arguments)
            } catch {
                throw error.located(in: code, expression: id)
            }
        }
        let value = try evaluate(id)
        do {
            return try sequence(value)
        } catch {
            throw error.located(in: code, expression: id)
        }
    }

    /// The elements of a value, as Python's iteration gives them; an iterator is used up.
    mutating func sequence(_ value: JinjaValue) throws(JinjaRenderError) -> [JinjaValue] {
        switch value {
        case .list(let list), .tuple(let list): return list.values
        case .dict(let dict): return dict.keys
        case .string(let text), .safe(let text):
            try useSteps(text.utf8.count)
            try useBytes(text.utf8.count * MemoryLayout<JinjaValue>.stride)
            return text.unicodeScalars.map { .string(String($0)) }
        case .undefined(let info):
            if undefinedBehavior == .strict { throw undefined(info) }
            return []
        case .object(let object):
            switch object.kind {
            case .view(let view): return view.elements
            case .range(let range):
                try useSteps(range.count)
                try useBytes(range.count * MemoryLayout<JinjaValue>.stride)
                return (0..<range.count).map { .int(range[$0]) }
            case .iterator(let number):
                let rest = Array(iterators[number])
                iterators[number] = []
                return rest
            default: throw JinjaRenderError(.type, "a \(value.typeName) has no elements")
            }
        case .null, .bool, .int, .double: throw JinjaRenderError(.type, "a \(value.typeName) has no elements")
        }
    }
}
