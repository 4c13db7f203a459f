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
        for (index, slot) in macro.slots.enumerated() {
            slots[slot] = bound.values[index] ?? code.names[macro.parameterNames[index]].missing
        }
        if let slot = macro.callerSlot { slots[slot] = bound.caller }
        if let slot = macro.keywordsSlot { slots[slot] = .dict(bound.keywords) }
        if let slot = macro.extrasSlot { slots[slot] = .tuple(bound.extras) }
        for (index, slot) in macro.slots.enumerated() where bound.values[index] == nil {
            if macro.defaults[index] >= 0 {
                slots[slot] = try evaluate(macro.defaults[index])
            } else {
                let name = macro.parameters[index]
                slots[slot] = .undefined(JinjaUndefined(explanation: "the parameter '\(name)' was not given"))
            }
        }
        try execute(code.functions[macro.function].body)
        try leave(caller)
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
            if let index = macro.parameters.firstIndex(of: name), index >= arguments.positional.count {
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
