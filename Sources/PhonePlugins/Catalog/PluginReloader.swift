// SPDX-License-Identifier: GPL-3.0-or-later

/// Loads plugins again when their files change: those under development, and every plugin for which an administrator has templates.
///
/// It decides what is loaded; whoever holds the catalogue puts the plugins into it, in one step.
public struct PluginReloader: Sendable {
    /// What a look has found.
    public struct Changes: Sendable {
        /// Plugins that take the place of those of their ids.
        public var plugins: [Plugin] = []
        /// Plugins that have a fault now: the version that was loaded before goes on serving.
        public var problems: [PluginProblem] = []
    }

    private let surroundings: PluginSurroundings
    private let developed: [String]
    private var developedSnapshots: [String: PluginSnapshot] = [:]
    private var templateSnapshots: [PluginID: PluginSnapshot] = [:]

    /// Prepares to watch.
    ///
    /// - Parameters:
    ///   - developed: The directories of plugins under development, each with `plugin.yml`. They are loaded by the first look.
    ///   - surroundings: Where downloaded files and an administrator's own templates lie.
    public init(developed: [String], surroundings: PluginSurroundings) {
        self.developed = developed
        self.surroundings = surroundings
    }

    /// Looks at the files, and loads what has changed since the last look.
    ///
    /// - Parameter catalog: The plugins that serve now.
    public mutating func look(at catalog: PluginCatalog) -> Changes {
        var changes = Changes()
        var directories: [String] = []
        for directory in developed {
            let now = PluginSnapshot([directory])
            if developedSnapshots.updateValue(now, forKey: directory) != now { directories.append(directory) }
        }
        for plugin in catalog.plugins {
            guard let templates = surroundings.templates else { break }
            let now = PluginSnapshot(["\(templates)/\(plugin.id)"])
            // The first look only learns: the plugins were loaded with what was there.
            guard let before = templateSnapshots.updateValue(now, forKey: plugin.id), before != now else { continue }
            if !directories.contains(plugin.directory) { directories.append(plugin.directory) }
        }
        for directory in directories {
            do {
                let plugin = try Plugin(directory: directory, surroundings: surroundings)
                changes.plugins.append(plugin)
                changes.problems += plugin.problems
            } catch {
                changes.problems.append(error)
            }
        }
        return changes
    }
}
