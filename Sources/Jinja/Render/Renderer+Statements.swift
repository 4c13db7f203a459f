// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    mutating func execute(_ body: Body) throws(JinjaRenderError) {
        for index in body.first..<(body.first + body.count) {
            do throws(JinjaRenderError) {
                // What nearly all statements are comes first, and everything else is kept out of the way.
                switch code.statements[index] {
                case .run(let run):
                    if let (first, second) = numbers(ofRun: run), let bytes = runs.bytes(ofRun: run, for: first, second) {
                        output.append(contentsOf: bytes)
                    } else {
                        try executeRun(run, statement: index)
                    }
                case .textAndOutput(let pair):
                    output.append(contentsOf: code.texts[code.textsAndOutputs[pair].text])
                    try emit(expression: code.textsAndOutputs[pair].value, statement: index)
                case .text(let text): output.append(contentsOf: code.texts[text])
                case .output(let value): try emit(expression: value, statement: index)
                case .branch(let branch):
                    let isTrue = try isTrue(expression: code.branches[branch].test)
                    try execute(isTrue ? code.branches[branch].then : code.branches[branch].otherwise)
                case .assign(let assignment):
                    let value = try evaluate(code.assignments[assignment].value)
                    try assign(value, toTarget: code.assignments[assignment].target)
                case let node: try executeOther(node, at: index)
                }
                if output.count > outputLimit { throw outputTooLong() }
            } catch {
                throw error.located(in: code, statement: index)
            }
        }
    }

    @inline(never)
    private mutating func executeOther(_ node: StatementNode, at index: Int) throws(JinjaRenderError) {
        switch node {
        case .text, .output, .textAndOutput, .run, .branch, .assign: break
        case .loop(let loop): try executeLoop(loop)
        case .capture(let capture): try executeCapture(capture)
        case .macro(let macro): try defineMacro(macro)
        case .callBlock(let call): try executeCallBlock(call, statement: index)
        case .scope(let scope): try executeScope(scope)
        case .autoescape(let scope): try executeAutoescape(scope)
        case .block(let call): try executeBlock(call)
        case .extends(let parent): try extend(parent)
        case .include(let include): try executeInclude(include)
        case .importTemplate(let include): try executeImport(include)
        case .perform(let value): _ = try evaluate(value)
        case .unlessExtended(let statement): if extended == nil { try execute(Body(first: statement, count: 1)) }
        }
    }

    /// The numbers that a run puts out, or `nil` when its variables hold something else.
    @inline(__always)
    private func numbers(ofRun run: Int) -> (first: Int, second: Int)? {
        let variables = code.runVariables[run]
        guard case .int(let first) = slots[variables.first] else { return nil }
        if variables.second < 0 { return (first, 0) }
        guard case .int(let second) = slots[variables.second] else { return nil }
        return (first, second)
    }

    /// Writes a run piece by piece, and prepares it for the next time when its variables are small numbers.
    private mutating func executeRun(_ index: Int, statement: Int) throws(JinjaRenderError) {
        let run = code.runs[index]
        let start = output.count
        for piece in run.pieces {
            switch piece {
            case .text(let text): output.append(contentsOf: code.texts[text])
            case .value(let value): try emit(expression: value, statement: statement)
            }
        }
        if let (first, second) = numbers(ofRun: index) {
            runs.keep(output[start...], ofRun: index, for: first, second)
            haveRunsChanged = true
        }
    }

    private mutating func executeCapture(_ index: Int) throws(JinjaRenderError) {
        let capture = code.captures[index]
        load(capture.loads)
        let text = try capturingOutput { renderer throws(JinjaRenderError) in try renderer.execute(capture.body) }
        var value: JinjaValue = isEscaping ? .safe(text) : .string(text)
        if capture.filter >= 0 {
            let outer = captured
            captured = value
            value = try evaluate(capture.filter)
            captured = outer
        }
        if capture.target < 0 {
            try emit(value)
            return
        }
        if isEscaping { value = .safe(try self.text(of: value)) }
        try assign(value, to: code.targets[capture.target])
    }

    /// Runs something whose output becomes a string.
    mutating func capturingOutput(
        _ body: (inout Renderer) throws(JinjaRenderError) -> Void
    ) throws(JinjaRenderError) -> String {
        var outer: [UInt8] = []
        swap(&outer, &output)
        let limit = outputLimit
        outputLimit -= outer.count
        try body(&self)
        let text = String(decoding: output, as: UTF8.self)
        output = outer
        outputLimit = limit
        try useString(text.utf8.count)
        return text
    }

    private mutating func executeScope(_ index: Int) throws(JinjaRenderError) {
        let scope = code.scopes[index]
        load(scope.loads)
        // Every value is evaluated before the first name is set, because none can see the others.
        var values: [JinjaValue] = []
        for binding in scope.bindings { values.append(try evaluate(binding.value)) }
        for (binding, value) in zip(scope.bindings, values) { try assign(value, to: code.targets[binding.target]) }
        try execute(scope.body)
    }

    private mutating func executeAutoescape(_ index: Int) throws(JinjaRenderError) {
        let scope = code.scopes[index]
        load(scope.loads)
        let outer = isEscaping
        isEscaping = try isTrue(expression: scope.escaping)
        try execute(scope.body)
        isEscaping = outer
    }

    // MARK: - Assignment

    /// Puts a value where an assignment or a loop wants it: most often into a slot that nobody else sees.
    @inline(__always)
    mutating func assign(_ value: JinjaValue, toTarget target: Int) throws(JinjaRenderError) {
        if case .slot(let slot, exportName: -1) = code.targets[target] {
            slots[slot] = value
        } else {
            try assign(value, to: code.targets[target])
        }
    }

    /// Puts a value where an assignment or a loop wants it.
    mutating func assign(_ value: JinjaValue, to target: TargetCode) throws(JinjaRenderError) {
        switch target {
        case .slot(let slot, let exportName):
            slots[slot] = value
            if exportName >= 0 { export(code.names[exportName], value) }
        case .namespace(let variable, let name):
            guard case .object(let object) = try evaluate(variable), case .namespace(let number) = object.kind else {
                throw JinjaRenderError(.type, "only the attributes of a namespace can be set; make one with 'namespace()'")
            }
            if value.depth >= RenderLimits.valueDepth { throw tooDeep() }
            try useBytes(MemoryLayout<JinjaValue>.stride)
            namespaces[number].set(code.names[name].hashed, to: value)
        case .tuple(let targets):
            let values = try sequence(value)
            if values.count != targets.count {
                throw JinjaRenderError(.value, "\(values.count) values cannot be taken apart into \(targets.count)")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target) }
        }
    }

    /// Makes a top-level variable visible to blocks, includes and imports.
    mutating func export(_ name: VariableName, _ value: JinjaValue) {
        contexts[context].variables.set(name.hashed, to: value)
        if !name.text.hasPrefix("_") { contexts[context].exported.insert(name.text) }
    }
}
