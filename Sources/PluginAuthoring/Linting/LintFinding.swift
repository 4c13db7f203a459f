// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import PhonePlugins

/// Something about a plugin that its author should look at: where, what, and what to do.
public struct LintFinding: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// The plugin does not do what it says, or leaks.
        case error
        /// It works, and is likely not meant so.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// The name of the rule that found it, such as `unused-template`.
    public let rule: String
    /// Where.
    public let place: PluginProblem.Place
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    /// Describes a finding.
    public init(_ severity: Severity, _ rule: String, _ place: PluginProblem.Place, _ reason: String, _ remedy: String) {
        self.severity = severity
        self.rule = rule
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }

    /// What keeps a plugin from being loaded.
    init(_ problem: PluginProblem) { self.init(.error, "load", problem.place, problem.reason, problem.remedy) }

    public var description: String { "\(place): \(severity.rawValue): \(reason): \(remedy) [\(rule)]" }

    /// The finding as data.
    public var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "rule": .string(rule), "file": .string(place.file), "line": .int(place.line),
            "column": .int(place.column), "reason": .string(reason), "remedy": .string(remedy),
        ]
    }
}
