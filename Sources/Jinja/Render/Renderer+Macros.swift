// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    mutating func defineMacro(_ index: Int) throws(JinjaRenderError) {
        let macro = code.macros[index]
        let value = try makeMacro(index)
        slots[macro.slot] = value
        if macro.exportName >= 0 { export(code.names[macro.exportName], value) }
    }

    private mutating func makeMacro(_ index: Int) throws(JinjaRenderError) -> JinjaValue {
        try useSteps(1)
        keepFrame()
        contexts[context].isKept = true
        macros.append(
            MacroInstance(code: code, macro: index, closure: frame, context: context, isEscaping: isEscaping))
        return .object(JinjaObject(.macro(macros.count - 1)))
    }

    mutating func executeCallBlock(_ index: Int, statement: Int) throws(JinjaRenderError) {
        let block = code.calls[index]
        let caller = try makeMacro(block.macro)
        if try emitCall(block.call, caller: caller) { return }
        try emit(try evaluateCall(block.call, caller: caller), statement: statement)
    }

    /// Calls a macro for its result.
    mutating func callMacro(_ number: Int, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        let text = try capturingOutput { renderer throws(JinjaRenderError) in try renderer.runMacro(number, arguments) }
        return isEscaping ? .safe(text) : .string(text)
    }

    /// Runs a macro's body; what it puts out goes where output goes now.
    mutating func runMacro(_ number: Int, _ arguments: Arguments) throws(JinjaRenderError) {
        let instance = macros[number]
        let macro = instance.code.macros[instance.macro]
        let bound = try bind(arguments, to: macro)

        let caller = try enter(macro.function, of: instance.code, closure: instance.closure, context: instance.context)
        isEscaping = instance.isEscaping
        load(code.functions[macro.function].loads)
        for (index, parameter) in macro.parameters.enumerated() {
            slots[parameter.slot] = bound.values[index] ?? code.names[parameter.nameID].missing
        }
        if let slot = macro.callerSlot { slots[slot] = bound.caller }
        if let slot = macro.keywordsSlot { slots[slot] = .dict(bound.keywords) }
        if let slot = macro.extrasSlot { slots[slot] = .tuple(bound.extras) }
        for (index, parameter) in macro.parameters.enumerated() where bound.values[index] == nil { try setDefault(parameter) }
        try execute(code.functions[macro.function].body)
        try leave(caller)
    }

    /// Runs a macro with arguments that need no sorting: they are evaluated into its variables at once.
    ///
    /// Gives `false` for every other call, before anything is evaluated.
    mutating func runMacroDirectly(_ number: Int, arguments index: Int) throws(JinjaRenderError) -> Bool {
        let instance = macros[number]
        let macro = instance.code.macros[instance.macro]
        guard macro.isPlain else { return false }
        var given = 0
        if index >= 0 {
            given = code.arguments[index].positional.count
            guard code.arguments[index].isPositional, given <= macro.parameters.count else { return false }
        }
        let function = instance.code.functions[macro.function]
        var variables = [JinjaValue](repeating: .null, count: function.slotCount)
        for position in macro.parameters.indices {
            let slot = macro.parameters[position].slot
            if position < given {
                variables[slot] = try evaluate(code.arguments[index].positional[position])
            } else {
                variables[slot] = instance.code.names[macro.parameters[position].nameID].missing
            }
        }
        let caller = try enter(
            macro.function, of: instance.code, closure: instance.closure, context: instance.context, slots: variables)
        isEscaping = instance.isEscaping
        load(function.loads)
        if given < macro.parameters.count {
            for parameter in macro.parameters.dropFirst(given) { try setDefault(parameter) }
        }
        try execute(function.body)
        try leave(caller)
        return true
    }

    /// Gives a parameter without an argument its default, which can use the parameters before it.
    private mutating func setDefault(_ parameter: MacroParameter) throws(JinjaRenderError) {
        if parameter.defaultValue >= 0 {
            slots[parameter.slot] = try evaluate(parameter.defaultValue)
        } else {
            slots[parameter.slot] = .undefined(JinjaUndefined(explanation: "the parameter '\(parameter.name)' was not given"))
        }
    }

    private struct BoundMacroArguments {
        var values: [JinjaValue?]
        var caller = JinjaValue.undefined(JinjaUndefined(explanation: "the macro was not called with a 'call' block"))
        var keywords = JinjaDict()
        var extras = JinjaList.empty
    }

    private func bind(_ arguments: Arguments, to macro: MacroCode) throws(JinjaRenderError) -> BoundMacroArguments {
        var bound = BoundMacroArguments(values: [JinjaValue?](repeating: nil, count: macro.parameters.count))
        for (index, value) in arguments.positional.prefix(macro.parameters.count).enumerated() { bound.values[index] = value }
        for (name, value) in arguments.named {
            if let index = macro.parameters.firstIndex(where: { $0.name == name }), index >= arguments.positional.count {
                bound.values[index] = value
            } else if name == "caller", macro.callerSlot != nil {
                bound.caller = value
            } else if macro.keywordsSlot != nil {
                bound.keywords[name] = value
            } else {
                throw JinjaRenderError(.type, "the macro '\(macro.name)' takes no argument '\(name)'")
            }
        }
        if arguments.positional.count > macro.parameters.count {
            if macro.extrasSlot == nil {
                throw JinjaRenderError(.type, "the macro '\(macro.name)' takes at most \(macro.parameters.count) arguments")
            }
            bound.extras = try checked(JinjaList(Array(arguments.positional.dropFirst(macro.parameters.count))))
        }
        return bound
    }
}
