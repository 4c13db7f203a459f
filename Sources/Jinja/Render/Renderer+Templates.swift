// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    // MARK: - Variables

    /// The value of a name that no local variable has.
    func resolve(_ name: VariableName) -> JinjaValue {
        if !contexts[context].variables.isEmpty, let value = contexts[context].variables[name.hashed] { return value }
        var layer = contexts[context].layers.count
        while layer > 0 {
            layer -= 1
            if let value = contexts[context].layers[layer][name.hashed] { return value }
        }
        return name.missing
    }

    /// The local variables that another template or a scoped block can see.
    private func visible(_ locals: [IncludeCode.Local]) -> JinjaDict {
        var dict = JinjaDict()
        for local in locals {
            let value = variable(hops: local.hops, slot: local.slot)
            // What was set to an undefined value hides what lies further out; what was not set does not.
            if case .undefined(let info) = value, info.isMissing(name: code.names[local.name].text) { continue }
            dict.set(code.names[local.name].hashed, to: value)
        }
        return dict
    }

    /// Adds a context that sees what is visible here, and gives its number.
    private mutating func addContext(
        for code: CompiledTemplate, withContext: Bool, locals: [IncludeCode.Local], blocks: [String: [BlockImplementation]]
    ) -> Int {
        var layers = [environment.globals]
        if withContext {
            layers = contexts[context].layers
            if !contexts[context].variables.isEmpty { layers.append(contexts[context].variables) }
            let visible = visible(locals)
            if !visible.isEmpty { layers.append(visible) }
        }
        contexts.append(TemplateContext(code: code, layers: layers, blocks: blocks))
        return contexts.count - 1
    }

    private mutating func removeContext(_ number: Int) {
        if number == contexts.count - 1, !contexts[number].isKept { contexts.removeLast() }
    }

    // MARK: - Whole templates

    /// Runs the top level of a template, and of those that it extends.
    mutating func renderRoot(of code: CompiledTemplate, context: Int) throws(JinjaRenderError) {
        var next: CompiledTemplate? = code
        var length = 0
        while let code = next {
            length += 1
            if length > limits.callDepth {
                throw JinjaRenderError(.limit, "templates extend each other more than \(limits.callDepth) times")
            }
            let caller = try enter(0, of: code, closure: -1, context: context)
            isEscaping = escaping.isActive
            extended = nil
            if let slot = code.selfSlot {
                contexts[context].isKept = true
                slots[slot] = .object(JinjaObject(.blocks(context: context)))
            }
            load(code.functions[0].loads)
            try execute(code.functions[0].body)
            next = extended
            try leave(caller)
        }
    }

    mutating func extend(_ parent: Int) throws(JinjaRenderError) {
        if extended != nil { throw JinjaRenderError(.value, "the template already extends another") }
        let name = try evaluate(parent)
        let parent = try template(named: name)
        for (name, block) in parent.blocksByName {
            contexts[context].blocks[name, default: []].append(BlockImplementation(code: parent, block: block))
        }
        extended = parent
    }

    private func template(named value: JinjaValue) throws(JinjaRenderError) -> CompiledTemplate {
        if let found = try template(named: value, orNil: false) { return found }
        throw JinjaRenderError(.templateNotFound, "none of the templates was found")
    }

    /// The template of a name, or the first that exists of several names.
    private func template(named value: JinjaValue, orNil: Bool) throws(JinjaRenderError) -> CompiledTemplate? {
        let names: [JinjaValue]
        switch value {
        case .string, .safe: names = [value]
        case .list(let list), .tuple(let list): names = list.values
        case .undefined(let info): throw JinjaRenderError(.undefined, "no template is named, because \(info.explanation)")
        default: throw JinjaRenderError(.type, "a template's name is text, not \(value.typeName)")
        }
        for name in names {
            guard let text = name.stringValue else {
                throw JinjaRenderError(.type, "a template's name is text, not \(name.typeName)")
            }
            do {
                return try environment.code(named: text)
            } catch .templateNotFound {
                continue
            } catch {
                throw JinjaRenderError(.template, error.description)
            }
        }
        if orNil { return nil }
        let tried = names.compactMap { $0.stringValue.map { "'\($0)'" } }.joined(separator: ", ")
        throw JinjaRenderError(.templateNotFound, "the template \(tried) was not found")
    }

    mutating func executeInclude(_ index: Int) throws(JinjaRenderError) {
        let include = code.includes[index]
        let name = try evaluate(include.template)
        guard let included = try template(named: name, orNil: include.ignoresMissing) else { return }
        let context = addContext(
            for: included, withContext: include.withContext, locals: include.locals, blocks: TemplateContext.blocks(of: included))
        try renderRoot(of: included, context: context)
        removeContext(context)
    }

    mutating func executeImport(_ index: Int) throws(JinjaRenderError) {
        let include = code.includes[index]
        let name = try evaluate(include.template)
        let imported = try template(named: name)
        let context = addContext(
            for: imported, withContext: include.withContext, locals: include.locals, blocks: TemplateContext.blocks(of: imported))
        let text = try capturingOutput { renderer throws(JinjaRenderError) in
            try renderer.renderRoot(of: imported, context: context)
        }
        var values = JinjaDict()
        for (key, value) in zip(contexts[context].variables.keys, contexts[context].variables.values) {
            if let name = key.stringValue, contexts[context].exported.contains(name) { values[name] = value }
        }
        removeContext(context)
        if let target = include.moduleTarget {
            modules.append(ModuleState(name: imported.name, values: values, text: text))
            try assign(.object(JinjaObject(.module(modules.count - 1))), to: target)
            unexport(target)
        }
        for item in include.imports {
            let name = code.names[item.name]
            let missing = JinjaUndefined(explanation: "the template '\(imported.name)' does not export '\(name.text)'")
            try assign(values[name.hashed] ?? .undefined(missing), to: item.target)
            unexport(item.target)
        }
    }

    /// What was imported is not handed on to those who import this template.
    private mutating func unexport(_ target: TargetCode) {
        if case .slot(_, let exportName) = target, exportName >= 0 {
            contexts[context].exported.remove(code.names[exportName].text)
        }
    }

    // MARK: - Blocks

    mutating func executeBlock(_ index: Int) throws(JinjaRenderError) {
        let call = code.blockCalls[index]
        let block = code.blocks[call.block]
        if block.isRequired, contexts[context].blocks[block.name, default: []].count <= 1 {
            throw JinjaRenderError(.value, "the block '\(block.name)' must be filled by the template that extends this one")
        }
        guard let locals = call.locals else {
            try renderBlock(block.name, level: 0, context: context)
            return
        }
        let derived = addContext(for: code, withContext: true, locals: locals, blocks: contexts[context].blocks)
        try renderBlock(block.name, level: 0, context: derived)
        removeContext(derived)
    }

    private mutating func renderBlock(_ name: String, level: Int, context: Int) throws(JinjaRenderError) {
        let chain = contexts[context].blocks[name, default: []]
        guard level < chain.count else { throw JinjaRenderError(.undefined, "there is no block '\(name)'") }
        let implementation = chain[level]
        let block = implementation.code.blocks[implementation.block]
        let caller = try enter(block.function, of: implementation.code, closure: -1, context: context)
        isEscaping = escaping.isActive
        extended = nil
        if let slot = block.selfSlot {
            contexts[context].isKept = true
            slots[slot] = .object(JinjaObject(.blocks(context: context)))
        }
        if let slot = block.superSlot {
            contexts[context].isKept = true
            slots[slot] = reference(toBlock: name, level: level + 1, context: context)
        }
        load(code.functions[block.function].loads)
        try execute(code.functions[block.function].body)
        try leave(caller)
    }

    /// A block at a level of its inheritance chain, or undefined beyond the chain's end.
    func reference(toBlock name: String, level: Int, context: Int) -> JinjaValue {
        if level < contexts[context].blocks[name, default: []].count {
            return .object(JinjaObject(.block(BlockReference(name: name, level: level, context: context))))
        }
        return .undefined(JinjaUndefined(explanation: "there is no \(level > 0 ? "parent " : "")block called '\(name)'"))
    }

    mutating func callBlock(_ block: BlockReference) throws(JinjaRenderError) -> JinjaValue {
        let text = try capturingOutput { renderer throws(JinjaRenderError) in
            try renderer.renderBlock(block.name, level: block.level, context: block.context)
        }
        return isEscaping ? .safe(text) : .string(text)
    }
}
