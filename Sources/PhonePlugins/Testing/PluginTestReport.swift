// SPDX-License-Identifier: GPL-3.0-or-later

/// What the tests of a plugin found.
public struct PluginTestReport: Sendable, CustomStringConvertible {
    /// One test that failed.
    public struct Failure: Sendable, Hashable, CustomStringConvertible {
        /// Where the test is written.
        public let place: PluginProblem.Place
        /// What was tested.
        public let name: String
        /// What is not as it should be, with what was expected; several lines for files.
        public let message: String

        public var description: String { "\(place): \(name): \(message)" }
    }

    /// The plugin.
    public let plugin: PluginID
    /// How many tests were run.
    public private(set) var count = 0
    /// The tests that failed.
    public private(set) var failures: [Failure] = []

    /// The golden files that were written.
    public private(set) var updates: [String] = []

    /// Whether nothing failed.
    public var hasPassed: Bool { failures.isEmpty }

    init(plugin: PluginID) { self.plugin = plugin }

    mutating func record(_ place: PluginProblem.Place, _ name: String, _ message: String?) {
        count += 1
        if let message { failures.append(Failure(place: place, name: name, message: message)) }
    }

    mutating func noteUpdate(of path: String) { updates.append(path) }

    public var description: String {
        let summary = "\(plugin): \(count) tests, \(failures.isEmpty ? "all passed" : "\(failures.count) failed")"
            + (updates.isEmpty ? "" : ", \(updates.count) golden files written")
        let details = failures.map { failure in
            failure.description.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n      ")
        }
        return ([summary] + details).joined(separator: "\n  ")
    }
}
