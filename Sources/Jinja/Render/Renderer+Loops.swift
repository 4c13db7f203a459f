// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    mutating func executeLoop(_ index: Int) throws(JinjaRenderError) {
        let loop = code.loops[index]
        let items = try sequence(expression: loop.iterable)
        if loop.function != nil {
            keepFrame()
            let recursion = LoopState.Recursion(loop: index, code: code, closure: frame, context: context)
            try executeRecursively(recursion, items: items, depth: 0)
        } else {
            try iterate(loop, items: items, depth: 0, recursion: nil)
        }
    }

    /// Runs a recursive loop in a frame of its own.
    mutating func executeRecursively(
        _ recursion: LoopState.Recursion, items: [JinjaValue], depth: Int
    ) throws(JinjaRenderError) {
        let loop = recursion.code.loops[recursion.loop]
        guard let function = loop.function else { return }
        let isEscaping = isEscaping
        let caller = try enter(function, of: recursion.code, closure: recursion.closure, context: recursion.context)
        self.isEscaping = isEscaping
        try iterate(loop, items: items, depth: depth, recursion: recursion)
        try leave(caller)
    }

    private mutating func iterate(
        _ loop: LoopCode, items: [JinjaValue], depth: Int, recursion: LoopState.Recursion?
    ) throws(JinjaRenderError) {
        var hasRun = false
        load(loop.constantLoads)
        if let loopSlot = loop.loopSlot {
            // The loop's fields need all items, so a condition is applied to all of them first.
            let items =
                loop.condition == nil
                ? items
                : try items.filtered { item throws(JinjaRenderError) in
                    try passes(item, loop)
                }
            loopCount += 1
            let position = loops.count
            loops.append(LoopState(number: loopCount, items: items, depth: depth, recursion: recursion))
            let value = JinjaValue.object(JinjaObject(.loop(loopCount)))
            for index in items.indices {
                try useSteps(1)
                loops[position].index = index
                slots[loopSlot] = value
                try assign(items[index], toTarget: loop.target)
                load(loop.loads)
                try execute(loop.body)
            }
            loops.removeLast()
            hasRun = !items.isEmpty
        } else {
            for item in items {
                try useSteps(1)
                if loop.condition != nil, !(try passes(item, loop)) { continue }
                try assign(item, toTarget: loop.target)
                load(loop.loads)
                try execute(loop.body)
                hasRun = true
            }
        }
        if !hasRun {
            load(loop.elseLoads)
            try execute(loop.otherwise)
        }
    }

    private mutating func passes(_ item: JinjaValue, _ loop: LoopCode) throws(JinjaRenderError) -> Bool {
        guard let condition = loop.condition else { return true }
        load(loop.conditionLoads)
        try useSteps(1)
        try assign(item, toTarget: loop.conditionTarget)
        return try isTrue(expression: condition)
    }

    // MARK: - The loop variable

    /// The position of a running loop, found from the inside.
    func position(ofLoop number: Int) throws(JinjaRenderError) -> Int {
        for position in loops.indices.reversed() where loops[position].number == number { return position }
        throw JinjaRenderError(.value, "the loop has ended")
    }

    func loopField(_ field: LoopField, ofLoop number: Int) throws(JinjaRenderError) -> JinjaValue {
        let position = try position(ofLoop: number)
        let count = loops[position].items.count
        let index = loops[position].index
        switch field {
        case .index: return .int(index + 1)
        case .index0: return .int(index)
        case .revindex: return .int(count - index)
        case .revindex0: return .int(count - index - 1)
        case .first: return .bool(index == 0)
        case .last: return .bool(index == count - 1)
        case .length: return .int(count)
        case .depth: return .int(loops[position].depth + 1)
        case .depth0: return .int(loops[position].depth)
        case .previtem:
            if index == 0 { return .undefined(JinjaUndefined(explanation: "there is no previous item")) }
            return loops[position].items[index - 1]
        case .nextitem:
            if index + 1 >= count { return .undefined(JinjaUndefined(explanation: "there is no next item")) }
            return loops[position].items[index + 1]
        }
    }

    /// Calls the loop again with other items, when it is recursive.
    mutating func callLoop(_ number: Int, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        let position = try position(ofLoop: number)
        guard let recursion = loops[position].recursion else {
            throw JinjaRenderError(.type, "only a loop marked 'recursive' can be called")
        }
        guard arguments.positional.count == 1, arguments.named.isEmpty else {
            throw JinjaRenderError(.type, "a recursive loop takes exactly one argument")
        }
        let depth = loops[position].depth + 1
        let items = try sequence(arguments.positional[0])
        let text = try capturingOutput { renderer throws(JinjaRenderError) in
            try renderer.executeRecursively(recursion, items: items, depth: depth)
        }
        return isEscaping ? .safe(text) : .string(text)
    }

    mutating func loopChanged(_ number: Int, _ values: [JinjaValue]) throws(JinjaRenderError) -> JinjaValue {
        let position = try position(ofLoop: number)
        if let last = loops[position].lastChanged, last.count == values.count {
            var isSame = true
            for (left, right) in zip(last, values) where isSame { isSame = try areEqual(left, right) }
            if isSame { return .bool(false) }
        }
        loops[position].lastChanged = values
        return .bool(true)
    }
}

extension Array {
    /// `filter` for a condition that can fail with a typed error.
    func filtered<Failure: Error>(_ isIncluded: (Element) throws(Failure) -> Bool) throws(Failure) -> [Element] {
        var result: [Element] = []
        for element in self where try isIncluded(element) { result.append(element) }
        return result
    }
}
