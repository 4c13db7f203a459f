// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// `value.name`: Python's attributes come before a dictionary's keys.
    func attribute(of value: JinjaValue, _ name: VariableName) throws(JinjaRenderError) -> JinjaValue {
        switch value {
        case .dict(let dict):
            if name.isDictMethod { return bound(value, name.text) }
            return dict[name.hashed] ?? name.missingAttribute
        case .undefined(let info):
            if undefinedBehavior == .chainable { return value }
            throw undefined(info)
        default: return try knownAttribute(of: value, name.text) ?? name.missingAttribute
        }
    }

    private func bound(_ value: JinjaValue, _ name: String) -> JinjaValue {
        .object(JinjaObject(.method(BoundMethod(receiver: value, name: name))))
    }

    /// An attribute that the type of the value has, which leaves out a dictionary's keys.
    private func knownAttribute(of value: JinjaValue, _ name: String) throws(JinjaRenderError) -> JinjaValue? {
        switch value {
        case .string, .safe: return StringMethod(rawValue: name) == nil ? nil : bound(value, name)
        case .dict: return DictMethod(rawValue: name) == nil ? nil : bound(value, name)
        case .list: return name == "count" || name == "index" || name == "copy" ? bound(value, name) : nil
        case .tuple(let list):
            if list.isGroup, list.values.count == 2 {
                if name == "grouper" { return list.values[0] }
                if name == "list" { return list.values[1] }
            }
            return name == "count" || name == "index" ? bound(value, name) : nil
        case .object(let object): return try attribute(of: object, name)
        case .undefined, .null, .bool, .int, .double: return nil
        }
    }

    private func attribute(of object: JinjaObject, _ name: String) throws(JinjaRenderError) -> JinjaValue? {
        switch object.kind {
        case .namespace(let number): return namespaces[number][name]
        case .loop(let number):
            if let field = LoopField(rawValue: name) { return try loopField(field, ofLoop: number) }
            return name == "cycle" || name == "changed" ? bound(.object(object), name) : nil
        case .module(let number): return modules[number].values[name]
        case .cycler(let number):
            if name == "current" { return cyclers[number].items[cyclers[number].position] }
            return name == "next" || name == "reset" ? bound(.object(object), name) : nil
        case .macro(let number):
            let macro = macros[number].code.macros[macros[number].macro]
            switch name {
            case "name": return .string(macro.name)
            case "arguments": return .tuple(JinjaList(macro.parameters.map { .string($0.name) }))
            case "catch_kwargs": return .bool(macro.keywordsSlot != nil)
            case "catch_varargs": return .bool(macro.extrasSlot != nil)
            case "caller": return .bool(macro.callerSlot != nil || macro.parameters.contains { $0.name == "caller" })
            default: return nil
            }
        case .blocks(let context): return reference(toBlock: name, level: 0, context: context)
        case .block(let block):
            return name == "super" ? reference(toBlock: block.name, level: block.level + 1, context: block.context) : nil
        case .range(let range):
            switch name {
            case "start": return .int(range.start)
            case "stop": return .int(range.stop)
            case "step": return .int(range.step)
            default: return nil
            }
        case .function, .builtin, .view, .method, .joiner, .iterator: return nil
        }
    }

    /// `value[index]`: items come before attributes.
    func item(of value: JinjaValue, _ index: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        if case .undefined(let info) = value {
            if undefinedBehavior == .chainable { return value }
            throw undefined(info)
        }
        if case .undefined(let info) = index, undefinedBehavior == .strict { throw undefined(info) }
        if let found = itemOnly(of: value, index) { return found }
        if let name = index.stringValue, let found = try knownAttribute(of: value, name) { return found }
        return .undefined(JinjaUndefined(attribute: (try? text(of: index)) ?? index.typeName))
    }

    private func itemOnly(of value: JinjaValue, _ index: JinjaValue) -> JinjaValue? {
        switch value {
        case .dict(let dict): return (try? dict.value(for: index)) ?? nil
        case .list(let list), .tuple(let list):
            return Self.position(index, count: list.values.count).map { list.values[$0] }
        case .string(let text), .safe(let text):
            guard let number = index.intValue else { return nil }
            let scalars = text.unicodeScalars
            guard let position = Self.position(.int(number), count: scalars.count) else { return nil }
            let character = String(scalars[scalars.index(scalars.startIndex, offsetBy: position)])
            if case .safe = value { return .safe(character) }
            return .string(character)
        case .object(let object):
            switch object.kind {
            case .range(let range): return Self.position(index, count: range.count).map { .int(range[$0]) }
            case .namespace(let number): return index.stringValue.flatMap { namespaces[number][$0] }
            case .blocks(let context):
                return index.stringValue.map { reference(toBlock: $0, level: 0, context: context) }
            default: return nil
            }
        case .undefined, .null, .bool, .int, .double: return nil
        }
    }

    /// The position that an index means; negative ones count from the end.
    private static func position(_ index: JinjaValue, count: Int) -> Int? {
        guard let number = index.intValue else { return nil }
        let position = number < 0 ? number &+ count : number
        return position >= 0 && position < count ? position : nil
    }

    /// The value at a path such as `address.city` or `names.0`, as filters take it.
    func value(at path: [JinjaValue], of value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        var current = value
        for part in path { current = try item(of: current, part) }
        return current
    }

    // MARK: - Slices

    mutating func evaluateSlice(_ base: Int, _ bounds: Int) throws(JinjaRenderError) -> JinjaValue {
        let value = try evaluate(base)
        var numbers: [Int?] = []
        for position in bounds..<(bounds + 3) {
            guard code.operands[position] >= 0 else {
                numbers.append(nil)
                continue
            }
            let bound = try evaluate(code.operands[position])
            if case .null = bound {
                numbers.append(nil)
            } else if let number = bound.intValue {
                numbers.append(number)
            } else {
                throw JinjaRenderError(.type, "a slice needs integers, not a \(bound.typeName)")
            }
        }
        return try slice(value, start: numbers[0], stop: numbers[1], step: numbers[2] ?? 1)
    }

    private mutating func slice(_ value: JinjaValue, start: Int?, stop: Int?, step: Int) throws(JinjaRenderError) -> JinjaValue {
        if step == 0 { throw JinjaRenderError(.value, "the step of a slice cannot be zero") }
        switch value {
        case .list(let list): return .list(try makeList(try pick(list.values, start, stop, step)))
        case .tuple(let list): return .tuple(try makeList(try pick(list.values, start, stop, step)))
        case .string(let text), .safe(let text):
            try useSteps(text.utf8.count / 16)
            var view = String.UnicodeScalarView()
            view.append(contentsOf: try pick(Array(text.unicodeScalars), start, stop, step))
            let result = String(view)
            try useString(result.utf8.count)
            if case .safe = value { return .safe(result) }
            return .string(result)
        case .object(let object):
            if case .range(let range) = object.kind {
                let (from, to) = Self.bounds(start, stop, step, count: range.count)
                let sliced = RangeValue(
                    start: range.start &+ range.step &* from, stop: range.start &+ range.step &* to, step: range.step &* step)
                if let sliced { return .object(JinjaObject(.range(sliced))) }
            }
            throw JinjaRenderError(.type, "a \(value.typeName) cannot be sliced")
        case .undefined(let info):
            if undefinedBehavior == .chainable { return value }
            throw undefined(info)
        default: throw JinjaRenderError(.type, "a \(value.typeName) cannot be sliced")
        }
    }

    private mutating func pick<Element>(
        _ elements: [Element], _ start: Int?, _ stop: Int?, _ step: Int
    ) throws(JinjaRenderError) -> [Element] {
        let (from, to) = Self.bounds(start, stop, step, count: elements.count)
        if step == 1 { return from < to ? Array(elements[from..<to]) : [] }
        try useSteps(elements.count / 16)
        var result: [Element] = []
        var position = from
        while step > 0 ? position < to : position > to {
            result.append(elements[position])
            let (next, overflow) = position.addingReportingOverflow(step)
            if overflow { break }
            position = next
        }
        return result
    }

    /// The first position and the one behind the last, as Python's `slice.indices` gives them.
    private static func bounds(_ start: Int?, _ stop: Int?, _ step: Int, count: Int) -> (Int, Int) {
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? count : count - 1
        func clamp(_ bound: Int) -> Int {
            let position = bound < 0 ? max(bound, -count - 1) + count : bound
            return min(max(position, lowest), highest)
        }
        return (
            start.map(clamp) ?? (step > 0 ? lowest : highest),
            stop.map(clamp) ?? (step > 0 ? highest : lowest)
        )
    }
}
