// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import PhonePlugins
import Provisioning

/// Lets plugins under development, and templates of the administrator's own, take effect as soon as their files change.
struct PluginReloading {
    /// How often the files are looked at. Somebody who saves a file waits for it.
    private static let interval = Duration.seconds(1)

    private let shelf: PluginShelf
    private let logger: Logger
    private var reloader: PluginReloader

    init(_ shelf: PluginShelf, developed: [String], surroundings: PluginSurroundings, logger: Logger) {
        self.shelf = shelf
        self.logger = logger
        reloader = PluginReloader(developed: developed, surroundings: surroundings)
    }

    /// Looks until the task is cancelled.
    func run() async {
        var reloader = reloader
        while !Task.isCancelled {
            let changes = reloader.look(at: shelf.catalog)
            for plugin in changes.plugins {
                // A request sees the old catalogue or the new one.
                shelf.change { $0 = $0.replacing(plugin) }
                logger.info("a plugin was loaded again", metadata: ["plugin": "\(plugin.id)", "directory": "\(plugin.directory)"])
            }
            for problem in changes.problems { logger.error("a plugin has a fault", metadata: ["problem": "\(problem)"]) }
            do { try await Task.sleep(for: Self.interval) } catch { return }
        }
    }
}
