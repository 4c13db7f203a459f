// SPDX-License-Identifier: GPL-3.0-or-later

/// A mapping that is being read: each key is taken once, and what nobody took is an unknown key.
struct YAMLMapping {
    let location: SourceLocation
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []

    /// Opens `node` as a mapping, or reports that it is none.
    init?(_ node: YAMLNode, _ what: String, _ problems: inout DiagnosticList) {
        guard case .mapping(let entries) = node.content else {
            problems.error(node.location, "\(what) must be a mapping of keys to values, not \(node.kind)")
            return nil
        }
        self.entries = entries
        location = node.location
    }

    /// Every entry, for mappings whose keys are names that the writer chooses.
    var all: [YAMLNode.Entry] { entries }

    /// The value of `key`, if it is there and not null.
    mutating func take(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let value = entries.first(where: { $0.key == key })?.value else { return nil }
        if case .null = value.content { return nil }
        return value
    }

    /// The value of `key`; reports when it is missing.
    mutating func require(_ key: String, _ what: String, _ problems: inout DiagnosticList) -> YAMLNode? {
        if let value = take(key) { return value }
        problems.error(location, "\(what) has no “\(key)”", "add “\(key):”")
        return nil
    }

    /// Takes the text of `key`.
    mutating func text(_ key: String, _ problems: inout DiagnosticList) -> String? {
        take(key).flatMap { $0.text(key, &problems) }
    }

    /// Takes `key` as a list of texts; a single text is a list of one.
    mutating func texts(_ key: String, _ problems: inout DiagnosticList) -> [(text: String, location: SourceLocation)] {
        guard let node = take(key) else { return [] }
        if case .list(let nodes) = node.content {
            return nodes.compactMap { element in element.text(key, &problems).map { ($0, element.location) } }
        }
        return node.text(key, &problems).map { [($0, node.location)] } ?? []
    }

    /// Takes `key` as a list of values; reports when it is something else.
    mutating func list(_ key: String, _ problems: inout DiagnosticList) -> [YAMLNode] {
        guard let node = take(key) else { return [] }
        guard case .list(let nodes) = node.content else {
            problems.error(node.location, "“\(key)” must be a list, not \(node.kind)", "begin each entry with “- ”")
            return []
        }
        return nodes
    }

    /// Takes `key` as a whole number within `range`.
    mutating func number(_ key: String, in range: ClosedRange<Int>, _ problems: inout DiagnosticList) -> Int? {
        guard let node = take(key), let text = node.text(key, &problems) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            problems.error(
                node.location, "“\(key)” is “\(text.excerpt)”, not a whole number",
                "write a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Takes `key` as `true` or `false`.
    mutating func flag(_ key: String, _ problems: inout DiagnosticList) -> Bool? {
        guard let node = take(key), let text = node.text(key, &problems) else { return nil }
        switch text {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            problems.error(node.location, "“\(key)” is “\(text.excerpt)”", "write true or false")
            return nil
        }
    }

    /// Takes `key` as one of the names of an enumeration.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ problems: inout DiagnosticList, as type: Choice.Type = Choice.self
    ) -> Choice? {
        guard let node = take(key), let text = node.text(key, &problems) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        problems.error(node.location, "“\(key)” is “\(text.excerpt)”", "write one of: \(names)")
        return nil
    }

    /// Reports every key that was not asked for.
    func finish(_ what: String, _ problems: inout DiagnosticList) {
        for entry in entries where !asked.contains(entry.key) {
            let near = asked.map { ($0, editDistance($0, entry.key)) }.min { $0.1 < $1.1 }
            let remedy =
                if let near, near.1 <= 2 { "did you mean “\(near.0)”?" } else { "known keys are: \(asked.joined(separator: ", "))" }
            problems.error(entry.keyLocation, "\(what) has no key “\(entry.key.excerpt)”", remedy)
        }
    }
}

extension YAMLNode {
    /// The node's text; reports when it is a list or mapping.
    func text(_ what: String, _ problems: inout DiagnosticList) -> String? {
        if case .text(let text) = content { return text }
        problems.error(location, "“\(what)” must be text, not \(kind)")
        return nil
    }
}

extension String {
    /// The beginning of a text from a file, fit for a message.
    var excerpt: String { utf8.count <= 80 ? self : String(prefix(77)) + "…" }
}

/// How many single-character changes lead from one text to the other (Levenshtein), for “did you mean”.
func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.utf8.prefix(64).enumerated() {
        var diagonal = i
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let change = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row.last ?? 0
}
