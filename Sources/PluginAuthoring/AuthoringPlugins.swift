// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import PhonePlugins

/// The plugins in the directories that an author names, each alone: one with a fault does not keep the others from being looked at.
public struct AuthoringPlugins: Sendable {
    /// The plugins that could be loaded.
    public let plugins: [Plugin]
    /// What is wrong with the others.
    public let problems: [PluginProblem]

    /// Loads the plugins in directories, each of which holds `plugin.yml` or directories that do.
    public init(_ directories: [String]) {
        var plugins: [Plugin] = []
        var problems: [PluginProblem] = []
        for directory in directories {
            let trimmed = directory.count > 1 && directory.hasSuffix("/") ? String(directory.dropLast()) : directory
            let loaded = PluginCatalog.load(directory: trimmed)
            plugins += loaded.catalog.plugins
            problems += loaded.problems
            if loaded.catalog.plugins.isEmpty, loaded.problems.isEmpty {
                problems.append(
                    PluginProblem(
                        place: .init(file: directory), reason: "holds no plugin",
                        remedy: "name a directory with plugin.yml, or make one with “provctl plugin new”"))
            }
        }
        self.plugins = plugins
        self.problems = problems
    }
}

extension PluginProblem {
    /// The problem as data.
    public var json: JSONValue {
        [
            "severity": "error", "plugin": plugin.map { .string($0.text) } ?? .null, "file": .string(place.file), "line": .int(place.line),
            "column": .int(place.column), "reason": .string(reason), "remedy": .string(remedy),
        ]
    }
}

extension PluginTestReport {
    /// The report as data.
    public var json: JSONValue {
        [
            "plugin": .string(plugin.text), "tests": .int(count),
            "failures": .array(
                failures.map { failure in
                    [
                        "file": .string(failure.place.file), "line": .int(failure.place.line), "column": .int(failure.place.column),
                        "test": .string(failure.name), "message": .string(failure.message),
                    ]
                }),
            "updated": .array(updates.map(JSONValue.string)),
        ]
    }
}
