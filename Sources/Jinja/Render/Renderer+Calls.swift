// SPDX-License-Identifier: GPL-3.0-or-later

/// The values that a call is made with.
struct Arguments {
    var positional: [JinjaValue] = []
    var named: [(name: String, value: JinjaValue)] = []

    /// The positional arguments, where the function takes no named ones.
    func onlyPositional(_ range: ClosedRange<Int>, _ function: String) throws(JinjaRenderError) -> [JinjaValue] {
        if let first = named.first { throw JinjaRenderError(.type, "'\(function)' takes no argument named '\(first.name)'") }
        if !range.contains(positional.count) {
            let expected = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw JinjaRenderError(.type, "'\(function)' takes \(expected) arguments, not \(positional.count)")
        }
        return positional
    }

    /// The arguments by the parameters of a signature.
    func bound(to signature: Signature, _ function: String) throws(JinjaRenderError) -> BoundArguments {
        var values = [JinjaValue?](repeating: nil, count: signature.parameters.count)
        if positional.count > values.count {
            throw JinjaRenderError(.type, "'\(function)' takes at most \(values.count) arguments, not \(positional.count)")
        }
        for (index, value) in positional.enumerated() { values[index] = value }
        for (name, value) in named {
            guard let index = signature.parameters.firstIndex(of: name), index >= positional.count else {
                throw JinjaRenderError(.type, "'\(function)' takes no argument named '\(name)' here")
            }
            values[index] = value
        }
        for index in 0..<signature.required where values[index] == nil {
            throw JinjaRenderError(.type, "'\(function)' needs the argument '\(signature.parameters[index])'")
        }
        return BoundArguments(signature: signature, values: values, function: function)
    }
}

/// The arguments of a filter by its parameters.
struct BoundArguments {
    let signature: Signature
    let values: [JinjaValue?]
    let function: String

    /// No arguments, for filters that need none.
    static let none = BoundArguments(signature: Signature(), values: [], function: "the filter")

    subscript(name: String) -> JinjaValue? {
        signature.parameters.firstIndex(of: name).flatMap { values[$0] }
    }

    func integer(_ name: String, default value: Int) throws(JinjaRenderError) -> Int {
        guard let given = self[name] else { return value }
        guard let number = given.intValue else {
            throw JinjaRenderError(.type, "'\(name)' of '\(function)' is an integer, not \(given.typeName)")
        }
        return number
    }

    func flag(_ name: String, default value: Bool = false) -> Bool { self[name]?.isTruthy ?? value }
}

extension Renderer {
    /// Evaluates the arguments at a position of their table; none at -1.
    mutating func arguments(_ index: Int) throws(JinjaRenderError) -> Arguments {
        var result = Arguments()
        if index < 0 { return result }
        let list = code.arguments[index]
        result.positional.reserveCapacity(list.positional.count)
        for value in list.positional { result.positional.append(try evaluate(value)) }
        for argument in list.named { result.named.append((argument.name, try evaluate(argument.value))) }
        if let more = list.list { result.positional += try sequence(expression: more) }
        if let more = list.dict {
            guard case .dict(let dict) = try evaluate(more) else {
                throw JinjaRenderError(.type, "the value behind '**' must be a dict")
            }
            for (key, value) in zip(dict.keys, dict.values) {
                guard let name = key.stringValue else { throw JinjaRenderError(.type, "the names of arguments are text") }
                if result.named.contains(where: { $0.name == name }) {
                    throw JinjaRenderError(.type, "the argument '\(name)' is given twice")
                }
                result.named.append((name, value))
            }
        }
        return result
    }

    /// Evaluates a call whose function also gets a caller.
    mutating func evaluateCall(_ id: Int, caller: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        do {
            switch code.expressions[id] {
            case .call(let callee, let index):
                let callee = try evaluate(callee)
                var arguments = try arguments(index)
                arguments.named.append(("caller", caller))
                return try call(callee, arguments)
            case .method(let base, let name, let index):
                let base = try evaluate(base)
                let function = try attribute(of: base, code.names[name])
                var arguments = try arguments(index)
                arguments.named.append(("caller", caller))
                return try call(function, arguments)
            default: return .undefined
            }
        } catch {
            throw error.located(in: code, expression: id)
        }
    }

    /// Runs a call of a macro so that it writes to the output at once, or gives `false` for other calls.
    mutating func emitCall(_ id: Int, caller: JinjaValue?) throws(JinjaRenderError) -> Bool {
        let callee: JinjaValue
        let index: Int
        switch code.expressions[id] {
        case .call(let function, let arguments):
            // Only variables are looked at, because anything else would be evaluated twice.
            switch code.expressions[function] {
            case .local(let slot): callee = slots[slot]
            case .outer(let hops, let slot): callee = variable(hops: hops, slot: slot)
            default: return false
            }
            index = arguments
        case .method(let base, let name, let arguments):
            guard case .local(let slot) = code.expressions[base], case .object(let object) = slots[slot],
                case .module(let number) = object.kind, let value = modules[number].values[code.names[name].hashed]
            else { return false }
            callee = value
            index = arguments
        default: return false
        }
        guard case .object(let object) = callee, case .macro(let number) = object.kind else { return false }
        do {
            if caller == nil, try runMacroDirectly(number, arguments: index) { return true }
            var arguments = try arguments(index)
            if let caller { arguments.named.append(("caller", caller)) }
            try runMacro(number, arguments)
        } catch {
            throw error.located(in: code, expression: id)
        }
        return true
    }

    /// Calls a value.
    mutating func call(_ callee: JinjaValue, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        guard case .object(let object) = callee else {
            if case .undefined(let info) = callee { throw undefined(info) }
            throw JinjaRenderError(.type, "a \(callee.typeName) cannot be called")
        }
        try useSteps(1)
        switch object.kind {
        case .macro(let number): return try callMacro(number, arguments)
        case .builtin(let function): return try call(function, arguments)
        case .function(let function):
            if let first = arguments.named.first {
                throw JinjaRenderError(.type, "'\(function.name)' takes no argument named '\(first.name)'")
            }
            return try callHost(function, arguments.positional)
        case .method(let method): return try call(method: method.name, of: method.receiver, arguments)
        case .loop(let number): return try callLoop(number, arguments)
        case .joiner(let number):
            if joiners[number].isUsed { return joiners[number].separator }
            joiners[number].isUsed = true
            return .string("")
        case .block(let block): return try callBlock(block)
        case .range, .view, .namespace, .cycler, .module, .iterator, .blocks:
            throw JinjaRenderError(.type, "a \(callee.typeName) cannot be called")
        }
    }

    /// `value.name(…)`, without making a method value.
    mutating func callMethod(
        of value: JinjaValue, _ name: VariableName, arguments index: Int
    ) throws(JinjaRenderError) -> JinjaValue {
        switch value {
        case .string, .safe:
            guard StringMethod(rawValue: name.text) != nil else {
                throw JinjaRenderError(.undefined, "a string has no method '\(name.text)'")
            }
            return try call(method: name.text, of: value, try arguments(index))
        case .dict where name.isDictMethod: return try call(method: name.text, of: value, try arguments(index))
        default:
            let function = try attribute(of: value, name)
            if case .undefined = function, name.isMutatingMethod {
                throw JinjaRenderError(
                    .type, "values cannot be changed in place by '\(name.text)'; make a new one, or use a namespace")
            }
            return try call(function, try arguments(index))
        }
    }

    private mutating func call(
        method name: String, of receiver: JinjaValue, _ arguments: Arguments
    ) throws(JinjaRenderError) -> JinjaValue {
        switch receiver {
        case .string(let text), .safe(let text):
            guard let method = StringMethod(rawValue: name) else { break }
            return try call(method, of: text, isSafe: receiver.isSafe, arguments)
        case .dict(let dict): return try call(method: name, of: dict, arguments)
        case .list(let list), .tuple(let list):
            if name == "copy" { return receiver }
            let element = try arguments.onlyPositional(1...1, name)[0]
            var count = 0
            for (index, value) in list.values.enumerated() where try areEqual(value, element) {
                if name == "index" { return .int(index) }
                count += 1
            }
            if name == "index" { throw JinjaRenderError(.value, "the value is not in the \(receiver.typeName)") }
            return .int(count)
        case .object(let object):
            switch object.kind {
            case .loop(let number):
                if name == "changed" { return try loopChanged(number, arguments.positional) }
                if arguments.positional.isEmpty { throw JinjaRenderError(.type, "'loop.cycle' needs at least one argument") }
                let index = loops[try position(ofLoop: number)].index
                return arguments.positional[index % arguments.positional.count]
            case .cycler(let number):
                if name == "reset" {
                    cyclers[number].position = 0
                    return .null
                }
                let current = cyclers[number].items[cyclers[number].position]
                cyclers[number].position = (cyclers[number].position + 1) % cyclers[number].items.count
                return current
            default: break
            }
        default: break
        }
        throw JinjaRenderError(.type, "a \(receiver.typeName) has no method '\(name)'")
    }

    private mutating func call(
        method name: String, of dict: JinjaDict, _ arguments: Arguments
    ) throws(JinjaRenderError) -> JinjaValue {
        switch DictMethod(rawValue: name) {
        case .keys, .values, .items:
            _ = try arguments.onlyPositional(0...0, name)
            let kind: DictView.Kind = name == "keys" ? .keys : name == "values" ? .values : .items
            return .object(JinjaObject(.view(DictView(kind: kind, dict: dict))))
        case .get:
            let values = try arguments.onlyPositional(1...2, name)
            return try dict.value(for: values[0]) ?? (values.count > 1 ? values[1] : .null)
        case .copy: return .dict(dict)
        case .pop, .popitem, .update, .clear, .setdefault, .fromkeys, nil:
            throw JinjaRenderError(.type, "values cannot be changed in place by '\(name)'; make a new one, or use a namespace")
        }
    }

    // MARK: - Functions of the language

    private mutating func call(_ function: BuiltinFunction, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        switch function {
        case .range:
            var numbers: [Int] = []
            for value in try arguments.onlyPositional(1...3, "range") {
                guard let number = value.intValue else {
                    throw JinjaRenderError(.type, "'range' takes integers, not \(value.typeName)")
                }
                numbers.append(number)
            }
            let range = RangeValue(
                start: numbers.count > 1 ? numbers[0] : 0, stop: numbers.count > 1 ? numbers[1] : numbers[0],
                step: numbers.count > 2 ? numbers[2] : 1)
            guard let range else { throw JinjaRenderError(.value, "the range has the step 0 or is too long") }
            return .object(JinjaObject(.range(range)))
        case .dict: return .dict(try makeDict(arguments))
        case .namespace:
            let dict = try makeDict(arguments)
            if dict.depth > RenderLimits.valueDepth { throw tooDeep() }
            namespaces.append(dict)
            return .object(JinjaObject(.namespace(namespaces.count - 1)))
        case .cycler:
            if arguments.positional.isEmpty { throw JinjaRenderError(.type, "'cycler' needs at least one argument") }
            cyclers.append(CyclerState(items: arguments.positional))
            return .object(JinjaObject(.cycler(cyclers.count - 1)))
        case .joiner:
            let bound = try arguments.bound(to: Signature("sep"), "joiner")
            joiners.append(JoinerState(separator: bound["sep"] ?? .string(", ")))
            return .object(JinjaObject(.joiner(joiners.count - 1)))
        }
    }

    private mutating func makeDict(_ arguments: Arguments) throws(JinjaRenderError) -> JinjaDict {
        var dict = JinjaDict()
        if arguments.positional.count > 1 { throw JinjaRenderError(.type, "a dict takes at most one positional argument") }
        if case .dict(let other) = arguments.positional.first {
            dict = other
        } else if let first = arguments.positional.first {
            for pair in try sequence(first) {
                let parts = try sequence(pair)
                if parts.count != 2 { throw JinjaRenderError(.value, "a dict is made of pairs, not of \(parts.count) values") }
                try dict.set(parts[0], to: parts[1])
            }
        }
        try useBytes((dict.count + arguments.named.count) * 2 * MemoryLayout<JinjaValue>.stride)
        for (name, value) in arguments.named { dict[name] = value }
        if dict.depth > RenderLimits.valueDepth { throw tooDeep() }
        return dict
    }

    // MARK: - Functions of the host

    mutating func callHost(_ function: Int, _ operand: Int, _ index: Int) throws(JinjaRenderError) -> JinjaValue {
        var values: [JinjaValue] = []
        if index < 0 {
            values = [try evaluate(operand)]
        } else {
            let count = code.arguments[index].positional.count
            values.reserveCapacity(count + 1)
            values.append(try evaluate(operand))
            for position in 0..<count { values.append(try evaluate(code.arguments[index].positional[position])) }
            if let more = code.arguments[index].list { values += try sequence(expression: more) }
        }
        return try callHost(code.hostFunctions[function], values)
    }

    mutating func callHost(_ function: HostFunction, _ values: [JinjaValue]) throws(JinjaRenderError) -> JinjaValue {
        try useSteps(1)
        let result: JinjaValue
        do {
            result = try function.body(values)
        } catch let error as JinjaRenderError {
            throw error
        } catch {
            throw JinjaRenderError(.host, "'\(function.name)' failed: \(error)")
        }
        if result.depth > RenderLimits.valueDepth { throw tooDeep() }
        if let text = result.stringValue { try useString(text.utf8.count) }
        return result
    }
}

/// The methods that dictionaries have in Python; those that change it exist to hide keys of their names.
enum DictMethod: String {
    case keys, values, items, get, copy, pop, popitem, update, clear, setdefault, fromkeys
}

extension JinjaValue {
    var isSafe: Bool {
        if case .safe = self { true } else { false }
    }
}
