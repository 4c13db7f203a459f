// SPDX-License-Identifier: GPL-3.0-or-later

/// Something wrong with a plugin: where, what, and what to do about it.
public struct PluginProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// A place in one of a plugin's files.
    public struct Place: Sendable, Hashable, CustomStringConvertible {
        /// The file, as a path that a person can open.
        public let file: String
        /// The line, counted from 1; 0 if the whole file is meant.
        public let line: Int
        /// The column, counted from 1; 0 if the whole line is meant.
        public let column: Int

        /// Names a place.
        public init(file: String, line: Int = 0, column: Int = 0) {
            self.file = file
            self.line = line
            self.column = column
        }

        public var description: String { line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)" }
    }

    /// The plugin, if its id could be read.
    public var plugin: PluginID?
    /// Where it is.
    public let place: Place
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    /// Describes a problem.
    public init(plugin: PluginID? = nil, place: Place, reason: String, remedy: String) {
        self.plugin = plugin
        self.place = place
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String { "\(place): \(reason): \(remedy)" }

    /// The same problem as that of a plugin.
    func attributed(to plugin: PluginID) -> PluginProblem {
        var problem = self
        problem.plugin = plugin
        return problem
    }
}
