// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PhonePlugins
import PluginAuthoring

/// `provctl plugin test`
struct PluginTest: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "test", abstract: "Run the samples and tests that plugins bring.")

    @Argument(help: "Directories with plugin.yml, or directories of such.") var directories: [String]

    func run() throws {
        var hasFailed = false
        for directory in directories {
            let (catalog, problems) = PluginCatalog.load(directory: directory)
            for problem in problems { print(problem) }
            let zones = AuthoringTimeZones()
            for plugin in catalog.plugins {
                let report = PluginTestRunner.run(plugin) { zones.zone(named: $0) }
                print(report)
                if !report.hasPassed { hasFailed = true }
            }
            if !problems.isEmpty || catalog.plugins.isEmpty { hasFailed = true }
        }
        if hasFailed { throw ExitCode.failure }
    }
}
