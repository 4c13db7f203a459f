// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// The elements that `map`, `select`, `batch` and their kind give.
    mutating func elements(
        _ filter: BuiltinFilter, _ value: JinjaValue, _ given: Arguments
    ) throws(JinjaRenderError) -> [JinjaValue] {
        switch filter {
        case .map, .select, .reject, .selectattr, .rejectattr:
            // What is empty or nothing gives no elements, whatever its type.
            if try !isTrue(value) { return [] }
            let items = try sequence(value)
            try useSteps(items.count)
            return filter == .map ? try mapped(items, given) : try selected(items, filter, given)
        case .items:
            if case .undefined(let info) = value {
                if undefinedBehavior == .strict { throw undefined(info) }
                return []
            }
            guard case .dict(let dict) = value else {
                throw JinjaRenderError(.type, "'items' takes a dict, not \(value.typeName)")
            }
            return dict.items
        case .batch: return try batches(try sequence(value), try given.bound(to: filter.signature, "batch"))
        case .slice: return try slices(try sequence(value), try given.bound(to: filter.signature, "slice"))
        case .unique:
            let arguments = try given.bound(to: filter.signature, "unique")
            let items = try sequence(value)
            try useSteps(items.count)
            let keys = try self.keys(of: items, arguments)
            var seen = JinjaDict()
            var result: [JinjaValue] = []
            for (item, key) in zip(items, keys) where try seen.value(for: key) == nil {
                try seen.set(key, to: .null)
                result.append(item)
            }
            return result
        default: return []
        }
    }

    /// The filters that give a list or one of its elements.
    mutating func applySequence(
        _ filter: BuiltinFilter, _ value: JinjaValue, _ arguments: BoundArguments
    ) throws(JinjaRenderError) -> JinjaValue {
        switch filter {
        case .list: return .list(try makeList(try sequence(value)))
        case .reverse: return try reversed(value)
        case .dictsort: return try dictsort(value, arguments)
        case .groupby: return try groups(try sequence(value), arguments)
        case .sort:
            let items = try sequence(value)
            try useSteps(items.count)
            var keys: [JinjaValue] = []
            let paths = attributePaths(arguments["attribute"])
            for item in items {
                var parts: [JinjaValue] = []
                for path in paths { parts.append(folded(try self.value(at: path, of: item), arguments)) }
                // A key is a sequence even with one part, so that equal parts are never asked for their order.
                keys.append(.tuple(JinjaList(parts)))
            }
            let positions = try sortedPositions(of: keys, reverse: arguments.flag("reverse"))
            return .list(try makeList(positions.map { items[$0] }))
        case .min, .max:
            let items = try sequence(value)
            try useSteps(items.count)
            let keys = try self.keys(of: items, arguments)
            guard var best = items.indices.first else {
                return .undefined(JinjaUndefined(explanation: "the sequence is empty, so it has no \(filter.rawValue)"))
            }
            for index in items.indices.dropFirst() {
                let isBetter =
                    filter == .min
                    ? try precedes(keys[index], keys[best], orEqual: false, "<")
                    : try precedes(keys[best], keys[index], orEqual: false, ">")
                if isBetter { best = index }
            }
            return items[best]
        default: return value
        }
    }

    // MARK: - Keys

    /// The parts of a path such as `address.city`; numbers are positions.
    func attributePath(_ attribute: JinjaValue?) -> [JinjaValue] {
        switch attribute {
        case nil, .some(.null): return []
        case .some(let value):
            guard let text = value.stringValue else { return [value] }
            return text.split(separator: ".", omittingEmptySubsequences: false).map { part in
                Int(part).flatMap { part.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } ? .int($0) : nil } ?? .string(String(part))
            }
        }
    }

    private func attributePaths(_ attribute: JinjaValue?) -> [[JinjaValue]] {
        guard let text = attribute?.stringValue else { return [attributePath(attribute)] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { attributePath(.string(String($0))) }
    }

    /// Text in lower case, unless the filter distinguishes case.
    private func folded(_ value: JinjaValue, _ arguments: BoundArguments) -> JinjaValue {
        if arguments.flag("case_sensitive") { return value }
        return value.stringValue.map { .string($0.lowercased()) } ?? value
    }

    private func keys(of items: [JinjaValue], _ arguments: BoundArguments) throws(JinjaRenderError) -> [JinjaValue] {
        let path = attributePath(arguments["attribute"])
        var keys: [JinjaValue] = []
        keys.reserveCapacity(items.count)
        for item in items { keys.append(folded(try value(at: path, of: item), arguments)) }
        return keys
    }

    /// The value at a path, with a default for what is undefined on the way.
    private func value(
        at path: [JinjaValue], of item: JinjaValue, default fallback: JinjaValue?
    ) throws(JinjaRenderError) -> JinjaValue {
        var current = item
        for part in path {
            current = try self.item(of: current, part)
            if current.isUndefined, let fallback { current = fallback }
        }
        return current
    }

    private func fallback(_ value: JinjaValue?) -> JinjaValue? {
        if case .some(.null) = value { return nil }
        return value
    }

    // MARK: - map and select

    private mutating func mapped(_ items: [JinjaValue], _ given: Arguments) throws(JinjaRenderError) -> [JinjaValue] {
        var result: [JinjaValue] = []
        result.reserveCapacity(items.count)
        if given.positional.isEmpty, let attribute = given.named.first(where: { $0.name == "attribute" }) {
            if let other = given.named.first(where: { $0.name != "attribute" && $0.name != "default" }) {
                throw JinjaRenderError(.type, "'map' takes no argument named '\(other.name)'")
            }
            let path = attributePath(attribute.value)
            let fallback = fallback(given.named.first { $0.name == "default" }?.value)
            for item in items { result.append(try value(at: path, of: item, default: fallback)) }
            return result
        }
        guard let name = given.positional.first else {
            throw JinjaRenderError(.type, "'map' needs the name of a filter, or 'attribute='")
        }
        let rest = Arguments(positional: Array(given.positional.dropFirst()), named: given.named)
        for item in items { result.append(try apply(filterNamed: name, to: item, rest)) }
        return result
    }

    private mutating func selected(
        _ items: [JinjaValue], _ filter: BuiltinFilter, _ given: Arguments
    ) throws(JinjaRenderError) -> [JinjaValue] {
        var positional = given.positional[...]
        var path: [JinjaValue] = []
        if filter == .selectattr || filter == .rejectattr {
            guard let attribute = positional.popFirst() else {
                throw JinjaRenderError(.type, "'\(filter.rawValue)' needs the name of an attribute")
            }
            path = attributePath(attribute)
        }
        let name = positional.popFirst()
        let rest = Arguments(positional: Array(positional), named: given.named)
        let isWanted = filter == .select || filter == .selectattr
        var result: [JinjaValue] = []
        for item in items {
            let subject = try value(at: path, of: item)
            let passes: Bool
            if let name {
                passes = try self.passes(testNamed: name, subject, rest)
            } else {
                passes = try isTrue(subject)
            }
            if passes == isWanted { result.append(item) }
        }
        return result
    }

    // MARK: - Parts

    private mutating func batches(_ items: [JinjaValue], _ arguments: BoundArguments) throws(JinjaRenderError) -> [JinjaValue] {
        let size = try arguments.integer("linecount", default: 1)
        try useSteps(items.count)
        var result: [JinjaValue] = []
        var batch: [JinjaValue] = []
        for item in items {
            if batch.count == size {
                result.append(.list(try makeList(batch)))
                batch = []
            }
            batch.append(item)
        }
        if batch.isEmpty { return result }
        if let fill = fallback(arguments["fill_with"]), batch.count < size {
            try useSteps(size)
            try useBytes(size.multipliedReportingOverflow(by: MemoryLayout<JinjaValue>.stride).overflow ? .max : 0)
            batch.append(contentsOf: repeatElement(fill, count: size - batch.count))
        }
        result.append(.list(try makeList(batch)))
        return result
    }

    private mutating func slices(_ items: [JinjaValue], _ arguments: BoundArguments) throws(JinjaRenderError) -> [JinjaValue] {
        let count = try arguments.integer("slices", default: 1)
        if count == 0 { throw JinjaRenderError(.arithmetic, "a sequence cannot be cut into 0 slices") }
        if count < 0 { return [] }
        try useSteps(count)
        let size = items.count / count
        let extra = items.count % count
        var result: [JinjaValue] = []
        var offset = 0
        for number in 0..<count {
            let end = offset + size + (number < extra ? 1 : 0)
            var part = Array(items[offset..<end])
            if let fill = fallback(arguments["fill_with"]), number >= extra { part.append(fill) }
            result.append(.list(try makeList(part)))
            offset = end
        }
        return result
    }

    private mutating func reversed(_ value: JinjaValue) throws(JinjaRenderError) -> JinjaValue {
        switch value {
        case .string(let text), .safe(let text):
            try useSteps(text.utf8.count / 16)
            let result = String(String.UnicodeScalarView(text.unicodeScalars.reversed()))
            return value.isSafe ? .safe(result) : .string(result)
        case .object(let object):
            let items = Array(try sequence(value).reversed())
            if case .iterator = object.kind { return .list(try makeList(items)) }
            return makeIterator(items)
        case .undefined(let info): throw undefined(info)
        default: return makeIterator(try sequence(value).reversed())
        }
    }

    private mutating func dictsort(_ value: JinjaValue, _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        guard case .dict(let dict) = value else {
            if case .undefined(let info) = value { throw undefined(info) }
            throw JinjaRenderError(.type, "'dictsort' takes a dict, not \(value.typeName)")
        }
        let by = arguments["by"]?.stringValue ?? "key"
        guard by == "key" || by == "value" else { throw JinjaRenderError(.value, "'dictsort' sorts by 'key' or 'value'") }
        try useSteps(dict.count)
        let keys = (by == "key" ? dict.keys : dict.values).map { folded($0, arguments) }
        let positions = try sortedPositions(of: keys, reverse: arguments.flag("reverse"))
        let items = dict.items
        return .list(try makeList(positions.map { items[$0] }))
    }

    private mutating func groups(_ items: [JinjaValue], _ arguments: BoundArguments) throws(JinjaRenderError) -> JinjaValue {
        let path = attributePath(arguments["attribute"])
        let fallback = fallback(arguments["default"])
        try useSteps(items.count)
        var values: [JinjaValue] = []
        for item in items { values.append(try value(at: path, of: item, default: fallback)) }
        let keys = values.map { folded($0, arguments) }
        let positions = try sortedPositions(of: keys, reverse: false)
        var result: [JinjaValue] = []
        var start = 0
        while start < positions.count {
            var end = start + 1
            while end < positions.count, try areEqual(keys[positions[start]], keys[positions[end]]) { end += 1 }
            let members = try makeList(positions[start..<end].map { items[$0] })
            result.append(.tuple(try checked(JinjaList([values[positions[start]], .list(members)], isGroup: true))))
            start = end
        }
        return .list(try makeList(result))
    }
}
