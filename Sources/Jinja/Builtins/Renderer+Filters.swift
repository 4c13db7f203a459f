// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// The result of a filter in an expression.
    mutating func evaluateFilter(_ filter: BuiltinFilter, _ operand: Int, _ arguments: Int) throws(JinjaRenderError) -> JinjaValue {
        if filter.makesIterator { return makeIterator(try elements(filter, operand, arguments)) }
        let value = filter.usesSequence ? try sequenceValue(operand) : try evaluate(operand)
        if arguments < 0 {
            switch (filter, value) {
            case (.string, .int(let number)): return .string(String(number))
            case (.string, .string), (.string, .safe): return value
            case (.length, _): return .int(try length(of: value))
            default: break
            }
        }
        if arguments < 0, filter != .format {
            // That nothing more is needed was checked when the template was compiled.
            try useSteps(1)
            return try apply(filter, to: value, bound: .none)
        }
        return try apply(filter, to: value, try self.arguments(arguments))
    }

    /// An operand whose elements are used at once, so that no iterator needs to be kept for it.
    private mutating func sequenceValue(_ operand: Int) throws(JinjaRenderError) -> JinjaValue {
        if case .filter(let inner, _, _) = code.expressions[operand], inner.makesIterator {
            return .list(JinjaList(try sequence(expression: operand)))
        }
        return try evaluate(operand)
    }

    mutating func makeIterator(_ values: [JinjaValue]) -> JinjaValue {
        iterators.append(values[...])
        return .object(JinjaObject(.iterator(iterators.count - 1)))
    }

    /// The elements that a filter with an iterator for its result gives.
    mutating func elements(_ filter: BuiltinFilter, _ operand: Int, _ arguments: Int) throws(JinjaRenderError) -> [JinjaValue] {
        let value = try sequenceValue(operand)
        return try elements(filter, value, try self.arguments(arguments))
    }

    /// Applies a filter that is named by a value, as `map` does.
    mutating func apply(filterNamed name: JinjaValue, to value: JinjaValue, _ arguments: Arguments) throws(JinjaRenderError) -> JinjaValue {
        let name = try requiredText(name, "map")
        if let host = environment.registry.filters[name] { return try callHost(host, [value] + arguments.positional) }
        guard let filter = BuiltinFilter(rawValue: name) ?? BuiltinFilter.aliases[name] else {
            throw JinjaRenderError(.value, "there is no filter named '\(name)'")
        }
        return try apply(filter, to: value, arguments)
    }

    /// Applies a filter to a value.
    mutating func apply(
        _ filter: BuiltinFilter, to value: JinjaValue, _ given: Arguments
    ) throws(JinjaRenderError) -> JinjaValue {
        try useSteps(1)
        if filter.makesIterator { return makeIterator(try elements(filter, value, given)) }
        if filter == .format { return try applyFormat(value, given) }
        return try apply(filter, to: value, bound: try given.bound(to: filter.signature, filter.rawValue))
    }

    private mutating func apply(
        _ filter: BuiltinFilter, to value: JinjaValue, bound arguments: BoundArguments
    ) throws(JinjaRenderError) -> JinjaValue {
        switch filter {
        case .abs, .float, .int, .round, .sum, .filesizeformat: return try applyNumeric(filter, value, arguments)
        case .attr:
            let name = try requiredText(arguments["name"] ?? .null, "attr")
            return try attributeOnly(of: value, name)
        case .capitalize, .center, .indent, .lower, .replace, .striptags, .title, .trim, .truncate, .upper, .urlencode,
            .wordcount:
            return try applyText(filter, value, arguments)
        case .default:
            let isMissing = value.isUndefined || arguments.flag("boolean") && !value.isTruthy
            return isMissing ? arguments["default_value"] ?? .string("") : value
        case .dictsort, .groupby, .list, .max, .min, .reverse, .sort: return try applySequence(filter, value, arguments)
        case .escape: return .safe(try escaped(value))
        case .forceescape: return .safe(try escaped(.string(try text(of: value))))
        case .first: return try first(of: value)
        case .last: return try last(of: value)
        case .join: return try applyJoin(value, arguments)
        case .length: return .int(try length(of: value))
        case .safe: return .safe(try text(of: value))
        case .string: return value.isSafe ? value : .string(try text(of: value))
        case .tojson: return try applyJSON(value, arguments)
        case .xmlattr: return try applyXMLAttributes(value, arguments)
        case .batch, .format, .items, .map, .reject, .rejectattr, .select, .selectattr, .slice, .unique: return value
        }
    }

    // MARK: - Small filters

    /// Python's `len`.
    func length(of value: JinjaValue) throws(JinjaRenderError) -> Int {
        switch value {
        case .string(let text), .safe(let text): return text.scalarCount
        case .list(let list), .tuple(let list): return list.values.count
        case .dict(let dict): return dict.count
        case .undefined(let info):
            if undefinedBehavior == .strict { throw undefined(info) }
            return 0
        case .object(let object):
            switch object.kind {
            case .range(let range): return range.count
            case .view(let view): return view.dict.count
            case .loop(let number): return loops[try position(ofLoop: number)].items.count
            default: break
            }
        case .null, .bool, .int, .double: break
        }
        throw JinjaRenderError(.type, "a \(value.typeName) has no length")
    }

    private mutating func first(of value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        let missing = JinjaValue.undefined(JinjaUndefined(explanation: "the sequence is empty, so it has no first element"))
        switch value {
        case .string(let text), .safe(let text): return text.unicodeScalars.first.map { .string(String($0)) } ?? missing
        case .object(let object):
            if case .iterator(let number) = object.kind { return iterators[number].popFirst() ?? missing }
            if case .range(let range) = object.kind { return range.count > 0 ? .int(range.start) : missing }
            return try sequence(value).first ?? missing
        default: return try sequence(value).first ?? missing
        }
    }

    private mutating func last(of value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        let missing = JinjaValue.undefined(JinjaUndefined(explanation: "the sequence is empty, so it has no last element"))
        switch value {
        case .string(let text), .safe(let text): return text.unicodeScalars.last.map { .string(String($0)) } ?? missing
        case .undefined(let info): throw undefined(info)
        case .object(let object):
            if case .iterator = object.kind {
                throw JinjaRenderError(.type, "an iterator has no last element; make a list of it with '|list'")
            }
            if case .range(let range) = object.kind { return range.count > 0 ? .int(range[range.count - 1]) : missing }
            return try sequence(value).last ?? missing
        default: return try sequence(value).last ?? missing
        }
    }

    private mutating func attributeOnly(of value: JinjaValue, _ name: String) throws(JinjaRenderError) -> JinjaValue {
        if case .dict = value, DictMethod(rawValue: name) == nil { return .undefined(JinjaUndefined(attribute: name)) }
        return try attribute(of: value, VariableName(name))
    }

    private mutating func applyFormat(_ value: JinjaValue, _ given: Arguments) throws(JinjaRenderError) -> JinjaValue {
        if !given.positional.isEmpty, !given.named.isEmpty {
            throw JinjaRenderError(.type, "'format' takes positional or named arguments, not both")
        }
        let format = try text(of: value)
        let argument: JinjaValue =
            given.named.isEmpty
            ? .tuple(JinjaList(given.positional)) : .dict(JinjaDict(given.named.map { ($0.name, $0.value) }))
        let result = try formatted(format, argument, isSafe: value.isSafe)
        return value.isSafe ? .safe(result) : .string(result)
    }

    private mutating func applyJSON(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        var indent: String?
        if let given = arguments["indent"] {
            if let width = given.intValue {
                try useString(max(0, width))
                indent = String(repeating: " ", count: max(0, width))
            } else if let text = given.stringValue {
                indent = text
            }
        }
        var json = JSONText(indent: indent, limit: limits.stringBytes)
        try json.write(value)
        return .safe(try limited(String(decoding: json.bytes, as: UTF8.self)))
    }

    private mutating func applyXMLAttributes(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        guard case .dict(let dict) = value else { throw JinjaRenderError(.type, "'xmlattr' takes a dict, not \(value.typeName)") }
        var parts: [String] = []
        for (key, value) in zip(dict.keys, dict.values) {
            if case .null = value { continue }
            if value.isUndefined { continue }
            let name = try requiredText(key, "xmlattr")
            if name.utf8.contains(where: { $0 == 0x20 || (0x09...0x0D).contains($0) || $0 == 0x2F || $0 == 0x3E || $0 == 0x3D }) {
                throw JinjaRenderError(.value, "'\(name)' is no name of an attribute")
            }
            parts.append("\(try escaped(key))=\"\(try escaped(value))\"")
        }
        var text = parts.joined(separator: " ")
        if arguments.flag("autospace", default: true), !text.isEmpty { text = " " + text }
        return isEscaping ? .safe(try limited(text)) : .string(try limited(text))
    }
}

extension BuiltinFilter {
    /// Whether the filter only goes through the elements of its value.
    var usesSequence: Bool {
        switch self {
        case .join, .list, .sum, .sort, .min, .max, .groupby, .first: true
        default: makesIterator
        }
    }
}
