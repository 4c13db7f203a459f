// SPDX-License-Identifier: GPL-3.0-or-later

/// JSON whose members keep the order in which they were written, for configurations that people read.
enum JSONValue {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONValue])
    case object([(String, JSONValue)])

    /// The value in lines, indented by two spaces for each level; small lists and objects stay on one line.
    func formatted(indent: String = "") -> String {
        if let line = oneLine, indent.utf8.count + line.utf8.count <= 120 { return line }
        let inner = indent + "  "
        switch self {
        case .text, .number, .flag: return oneLine ?? ""
        case .list(let values):
            return "[\n" + values.map { inner + $0.formatted(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members):
            let lines = members.map { "\(inner)\(Self.quoted($0)): \($1.formatted(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    /// The value on one line, unless it is deeper than an object of scalars.
    private var oneLine: String? {
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .list(let values):
            let parts = values.map { $0.isScalar ? $0.oneLine : nil }
            return parts.contains(nil) ? nil : "[" + parts.compactMap(\.self).joined(separator: ", ") + "]"
        case .object(let members):
            let parts = members.map { name, value in value.isScalar ? value.oneLine.map { "\(Self.quoted(name)): \($0)" } : nil }
            return parts.contains(nil) ? nil : "{ " + parts.compactMap(\.self).joined(separator: ", ") + " }"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .text, .number, .flag: true
        case .list(let values): values.isEmpty
        case .object: false
        }
    }

    /// A JSON string (RFC 8259, 7).
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}": result += "\\u00" + hexadecimal([UInt8(truncatingIfNeeded: scalar.value)])
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
