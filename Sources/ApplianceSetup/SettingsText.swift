// SPDX-License-Identifier: GPL-3.0-or-later

internal import Yams

/// A settings file in YAML, of which single settings change while the rest, comments and all, stays as somebody wrote it.
public struct SettingsText: Sendable, Equatable {
    /// The file's text.
    public private(set) var text: String

    /// Takes the text of a file, which can be empty.
    public init(_ text: String) { self.text = text }

    /// Sets a key of the uppermost level, or takes it away.
    ///
    /// A key that stands on one line, as `http: {port: 80}` does, is written over; one that is missing comes at the end.
    ///
    /// - Parameters:
    ///   - key: A key without quotes, such as `advertised_address`.
    ///   - value: A value in the flow style of YAML, on one line, or `nil` to take the key away.
    /// - Throws: `SetupProblem` if the text is no YAML, or the change would touch more than this key: then a person must make it.
    public mutating func set(_ key: String, to value: String?) throws(SetupProblem) {
        let before = try Self.mapping(text)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = value.map { "\(key): \($0)" }
        if let place = lines.firstIndex(where: { $0.hasPrefix(key + ":") }) {
            if let line { lines[place] = line } else { lines.remove(at: place) }
        } else if let line {
            if lines.last == "" { lines.removeLast() }
            lines += [line, ""]
        }
        let changed = lines.joined(separator: "\n")
        // Whatever the lines look like, the document decides: everything else must mean what it meant.
        var wanted = before
        wanted[key] = try line.map { (line) throws(SetupProblem) in try Self.mapping(line)[key] } ?? nil
        guard let after = try? Self.mapping(changed), after == wanted else {
            throw SetupProblem("“\(key)” cannot be set without touching more of the file: write “\(line ?? "no line for \(key)")” into it by hand")
        }
        text = changed
    }

    /// What the file means, by the keys of its uppermost level.
    private static func mapping(_ text: String) throws(SetupProblem) -> [String: Node] {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw SetupProblem("the file is no YAML: \(error)")
        }
        guard let node else { return [:] }
        guard case .mapping(let mapping) = node else { throw SetupProblem("the file is no mapping of settings") }
        var result: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { throw SetupProblem("the file has a key that is no text") }
            guard result.updateValue(value, forKey: name) == nil else { throw SetupProblem("the file has \(name) twice") }
        }
        return result
    }
}
