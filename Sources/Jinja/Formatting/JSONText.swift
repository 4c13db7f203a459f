// SPDX-License-Identifier: GPL-3.0-or-later

/// JSON as Python's `json.dumps` writes it with sorted keys, safe inside HTML as `tojson` makes it.
struct JSONText {
    let indent: String?
    let limit: Int
    private(set) var bytes: [UInt8] = []

    init(indent: String?, limit: Int) {
        self.indent = indent
        self.limit = limit
    }

    mutating func write(_ value: JinjaValue, level: Int = 0) throws(JinjaRenderError) {
        if bytes.count > limit { throw JinjaRenderError(.limit, "the JSON text has more than \(limit) bytes") }
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .int(let number): append(String(number))
        case .double(let number):
            append(number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : FloatText.shortest(number))
        case .string(let text), .safe(let text): append(quoted: text)
        case .list(let list), .tuple(let list):
            try write(list.values.count, "[", "]", level) { json, index throws(JinjaRenderError) in
                try json.write(list.values[index], level: level + 1)
            }
        case .dict(let dict): try write(dict, level: level)
        case .undefined(let info): throw JinjaRenderError(.undefined, info.explanation)
        case .object: throw JinjaRenderError(.type, "a \(value.typeName) cannot be written as JSON")
        }
    }

    private mutating func write(_ dict: JinjaDict, level: Int) throws(JinjaRenderError) {
        // Python sorts keys before it turns them into text, and refuses keys that do not compare.
        var pairs: [(text: String, number: Double?, value: JinjaValue)] = []
        for (key, value) in zip(dict.keys, dict.values) {
            switch key {
            case .string(let text), .safe(let text): pairs.append((text, nil, value))
            case .int(let number): pairs.append((String(number), Double(number), value))
            case .bool(let flag): pairs.append((flag ? "true" : "false", flag ? 1 : 0, value))
            case .double(let number): pairs.append((FloatText.shortest(number), number, value))
            case .null where dict.count == 1: pairs.append(("null", nil, value))
            default: throw JinjaRenderError(.type, "the keys of JSON objects cannot be sorted or are no text")
            }
        }
        let numbers = pairs.filter { $0.number != nil }.count
        if numbers > 0, numbers < pairs.count { throw JinjaRenderError(.type, "keys that are text and numbers cannot be sorted") }
        pairs.sort { left, right in
            if let first = left.number, let second = right.number { return first < second }
            return left.text.precedes(right.text)
        }
        try write(pairs.count, "{", "}", level) { json, index throws(JinjaRenderError) in
            json.append(quoted: pairs[index].text)
            json.append(": ")
            try json.write(pairs[index].value, level: level + 1)
        }
    }

    private mutating func write(
        _ count: Int, _ open: String, _ close: String, _ level: Int,
        _ element: (inout JSONText, Int) throws(JinjaRenderError) -> Void
    ) throws(JinjaRenderError) {
        append(open)
        for index in 0..<count {
            if index > 0 { append(indent == nil ? ", " : ",") }
            lineBreak(level + 1)
            try element(&self, index)
        }
        if count > 0 { lineBreak(level) }
        append(close)
    }

    private mutating func lineBreak(_ level: Int) {
        guard let indent else { return }
        bytes.append(0x0A)
        for _ in 0..<level { append(indent) }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0x08: append("\\b")
            case 0x0C: append("\\f")
            // What could end a script or an attribute is written by its number.
            case 0x3C, 0x3E, 0x26, 0x27, 0..<0x20, 0x7F...:
                if unit == 0x7F {
                    bytes.append(0x7F)
                } else {
                    let hex = String(unit, radix: 16)
                    append("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex)
                }
            default: bytes.append(UInt8(truncatingIfNeeded: unit))
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
