// SPDX-License-Identifier: GPL-3.0-or-later

/// A value of a manifest with its place, so that each complaint can say where.
struct ManifestNode: Sendable {
    enum Content: Sendable {
        /// A text; `isPlain` if it was written without quotes, so that `12` and `true` may be a number and a truth value.
        case scalar(String, isPlain: Bool)
        case list([ManifestNode])
        case mapping([Member])
    }

    struct Member: Sendable {
        let name: String
        let place: PluginProblem.Place
        var value: ManifestNode
    }

    var content: Content
    let place: PluginProblem.Place

    /// Whether nothing was written, as after a colon at the end of a line.
    var isEmpty: Bool {
        if case .scalar(let text, isPlain: true) = content { text.isEmpty || text == "~" || text == "null" } else { false }
    }

    var kind: String {
        switch content {
        case .scalar: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    func problem(_ reason: String, _ remedy: String) -> PluginProblem { PluginProblem(place: place, reason: reason, remedy: remedy) }

    // MARK: Reading

    func text() throws(PluginProblem) -> String {
        guard case .scalar(let text, _) = content else { throw problem("\(kind) where a text is expected", "write one value") }
        return text
    }

    func nonEmptyText() throws(PluginProblem) -> String {
        let text = try text()
        guard !text.isEmpty else { throw problem("an empty value", "write it, or remove the key") }
        return text
    }

    func number(in range: ClosedRange<Int>) throws(PluginProblem) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw problem("“\(try text())” is no number from \(range.lowerBound) to \(range.upperBound)", "write a whole number in that range")
        }
        return number
    }

    func flag() throws(PluginProblem) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        case let other: throw problem("“\(other)” is neither true nor false", "write true or false")
        }
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) throws(PluginProblem) -> Choice {
        let text = try text()
        guard let choice = Choice(rawValue: text) else {
            throw problem("“\(text)” is not known here", "write one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func list(limit: Int) throws(PluginProblem) -> [ManifestNode] {
        if isEmpty { return [] }
        guard case .list(let values) = content else {
            throw problem("\(kind) where a list is expected", "begin each entry with “- ”, or write [a, b]")
        }
        guard values.count <= limit else { throw problem("\(values.count) entries", "use at most \(limit)") }
        return values
    }

    func members() throws(PluginProblem) -> [Member] {
        if isEmpty { return [] }
        guard case .mapping(let members) = content else { throw problem("\(kind) where a mapping is expected", "write “name: value” lines") }
        return members
    }

    /// The members of a mapping all of whose names are known.
    func mapping(keys: [String]) throws(PluginProblem) -> ManifestMapping { try ManifestMapping(self, keys: keys) }
}

/// The members of a mapping whose names were checked.
struct ManifestMapping {
    let place: PluginProblem.Place
    private let values: [String: ManifestNode]

    init(_ node: ManifestNode, keys: [String]) throws(PluginProblem) {
        place = node.place
        var values: [String: ManifestNode] = [:]
        for member in try node.members() {
            guard keys.contains(member.name) else {
                throw PluginProblem(
                    place: member.place, reason: "“\(member.name)” is no key here",
                    remedy: NearestName.of(member.name, among: keys).map { "did you mean “\($0)”? Known are " } .map { $0 + keys.joined(separator: ", ") }
                        ?? "known are \(keys.joined(separator: ", "))")
            }
            values[member.name] = member.value
        }
        self.values = values
    }

    /// The value of a key; a key without a value counts as absent.
    subscript(key: String) -> ManifestNode? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ key: String, _ remedy: String) throws(PluginProblem) -> ManifestNode {
        guard let value = self[key] else { throw PluginProblem(place: place, reason: "“\(key)” is missing", remedy: remedy) }
        return value
    }
}
