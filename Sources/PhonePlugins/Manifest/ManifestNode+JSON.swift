// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

extension ManifestNode {
    /// The members of a mapping as free data.
    func jsonObject() throws(PluginProblem) -> JSONObject {
        var object = JSONObject()
        for member in try members() { object[member.name] = member.value.json }
        return object
    }

    /// The value as free data. Unquoted `12`, `1.5`, `true`, `false` and `null` are what they look like
    /// (YAML 1.2, 10.3); everything else is text, also `yes` and `off`.
    var json: JSONValue {
        switch content {
        case .list(let values): return .array(values.map(\.json))
        case .mapping(let members): return .object(JSONObject(members.map { ($0.name, $0.value.json) }))
        case .scalar(let text, isPlain: false): return .string(text)
        case .scalar(let text, isPlain: true):
            switch text {
            case "", "~", "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: return Self.number(text) ?? .string(text)
            }
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isASCIIDigit) }) else { return nil }
        return parts.count == 1 ? Int(text).map(JSONValue.int) : Double(text).map(JSONValue.double)
    }
}
