// SPDX-License-Identifier: GPL-3.0-or-later

/// A file could not be rendered: in which template, at which line, why, and what to do.
public struct PluginRenderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// A value of the configuration cannot be written in the file's format.
        case refusedValue
        /// The device's model is not one of the plugin's.
        case unknownModel
        /// The template uses too much time or memory.
        case limit
        /// The template is wrong for this configuration.
        case template
    }

    /// The kind.
    public let code: Code
    /// The plugin.
    public let plugin: PluginID
    /// The template, as a path below `templates/`.
    public let template: String
    /// The line, counted from 1; 0 if none is known.
    public let line: Int
    /// The column, counted from 1; 0 if none is known.
    public let column: Int
    /// The setting of the phone that the line writes, if it can be told.
    public let key: String?
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    public var description: String {
        let place = PluginProblem.Place(file: template, line: line, column: column)
        return "\(plugin): \(place): " + (key.map { "\($0): " } ?? "") + "\(reason): \(remedy)"
    }
}
