// SPDX-License-Identifier: GPL-3.0-or-later

extension Renderer {
    /// Python's comparison operators.
    mutating func compare(
        _ operation: Comparison, _ left: JinjaValue, _ right: JinjaValue
    ) throws(JinjaRenderError) -> Bool {
        switch operation {
        case .equal: return try areEqual(left, right)
        case .notEqual: return try !areEqual(left, right)
        case .less: return try precedes(left, right, orEqual: false, "<")
        case .lessOrEqual: return try precedes(left, right, orEqual: true, "<=")
        case .greater: return try precedes(right, left, orEqual: false, ">")
        case .greaterOrEqual: return try precedes(right, left, orEqual: true, ">=")
        case .isIn: return try contains(right, left)
        case .isNotIn: return try !contains(right, left)
        }
    }

    /// Python's `==`.
    mutating func areEqual(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaRenderError) -> Bool {
        if undefinedBehavior == .strict {
            if case .undefined(let info) = left { throw undefined(info) }
            if case .undefined(let info) = right { throw undefined(info) }
        }
        if let result = left.scalarEquals(right) { return result }
        switch (left, right) {
        case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
            if first.values.count != second.values.count { return false }
            try useSteps(first.values.count)
            for (left, right) in zip(first.values, second.values) where try !areEqual(left, right) { return false }
            return true
        case (.dict(let first), .dict(let second)):
            if first.count != second.count { return false }
            try useSteps(first.count)
            for (key, value) in zip(first.keys, first.values) {
                guard let other = try second.value(for: key), try areEqual(value, other) else { return false }
            }
            return true
        case (.object(let first), .object(let second)):
            guard case .view(let left) = first.kind, case .view(let right) = second.kind else { return false }
            // Views of keys and of items compare as sets; views of values are never equal.
            guard left.kind == right.kind, left.kind != .values, left.dict.count == right.dict.count else { return false }
            if left.kind == .items { return try areEqual(.dict(left.dict), .dict(right.dict)) }
            for key in left.dict.keys where try right.dict.value(for: key) == nil { return false }
            return true
        default: return false
        }
    }

    /// Python's `<` or `<=`.
    mutating func precedes(
        _ left: JinjaValue, _ right: JinjaValue, orEqual: Bool, _ name: String
    ) throws(JinjaRenderError) -> Bool {
        if let order = left.numericOrder(right) { return order == .less || orEqual && order == .equal }
        switch (left, right) {
        case (.string(let first), .string(let second)), (.string(let first), .safe(let second)),
            (.safe(let first), .string(let second)), (.safe(let first), .safe(let second)):
            try useSteps(min(first.utf8.count, second.utf8.count) / 64)
            return orEqual ? !second.precedes(first) : first.precedes(second)
        case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
            try useSteps(min(first.values.count, second.values.count))
            for (left, right) in zip(first.values, second.values) where try !areEqual(left, right) {
                return try precedes(left, right, orEqual: orEqual, name)
            }
            return orEqual ? first.values.count <= second.values.count : first.values.count < second.values.count
        case (.undefined(let info), _), (_, .undefined(let info)): throw undefined(info)
        default:
            throw JinjaRenderError(.type, "'\(name)' does not work between \(left.typeName) and \(right.typeName)")
        }
    }

    /// Python's `in`.
    mutating func contains(_ container: JinjaValue, _ element: JinjaValue) throws(JinjaRenderError) -> Bool {
        switch container {
        case .string(let text), .safe(let text):
            guard let part = element.stringValue else {
                if case .undefined(let info) = element { throw undefined(info) }
                throw JinjaRenderError(.type, "'in' a string needs a string, not \(element.typeName)")
            }
            try useSteps(text.utf8.count / 16)
            return text.firstOffset(of: part) != nil
        case .dict(let dict): return try dict.value(for: element) != nil
        case .list(let list), .tuple(let list):
            try useSteps(list.values.count)
            for value in list.values where try areEqual(value, element) { return true }
            return false
        case .undefined(let info):
            if undefinedBehavior == .strict { throw undefined(info) }
            return false
        case .object(let object):
            switch object.kind {
            case .view(let view) where view.kind == .keys: return try view.dict.value(for: element) != nil
            case .range(let range):
                guard let number = element.intValue ?? element.doubleValue.flatMap({ Int(exactly: $0) }) else { return false }
                let (distance, overflow) = number.subtractingReportingOverflow(range.start)
                if overflow || range.count == 0 || distance % range.step != 0 { return false }
                let position = distance / range.step
                return position >= 0 && position < range.count
            case .iterator(let number):
                while let value = iterators[number].popFirst() {
                    try useSteps(1)
                    if try areEqual(value, element) { return true }
                }
                return false
            default: return try contains(.list(JinjaList(try sequence(container))), element)
            }
        case .null, .bool, .int, .double: throw JinjaRenderError(.type, "a \(container.typeName) has no elements")
        }
    }

    // MARK: - Sorting

    /// Sorts positions of keys in Python's order; equal keys keep their order, also in reverse.
    mutating func sortedPositions(of keys: [JinjaValue], reverse: Bool) throws(JinjaRenderError) -> [Int] {
        var positions = Array(keys.indices)
        var scratch = positions
        var width = 1
        while width < positions.count {
            try useSteps(positions.count)
            var start = 0
            while start < positions.count {
                let middle = min(start + width, positions.count)
                let end = min(middle + width, positions.count)
                var left = start
                var right = middle
                for target in start..<end {
                    let takesRight: Bool
                    if left >= middle {
                        takesRight = true
                    } else if right >= end {
                        takesRight = false
                    } else if reverse {
                        takesRight = try precedes(keys[positions[left]], keys[positions[right]], orEqual: false, "<")
                    } else {
                        takesRight = try precedes(keys[positions[right]], keys[positions[left]], orEqual: false, "<")
                    }
                    scratch[target] = positions[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&positions, &scratch)
            width *= 2
        }
        return positions
    }
}
