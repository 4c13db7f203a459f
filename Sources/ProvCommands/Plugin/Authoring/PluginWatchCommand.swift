// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PhonePlugins
import PluginAuthoring

/// `provctl plugin watch`
struct PluginWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Lint and test plugins again whenever one of their files changes.", discussion: "End it with Ctrl-C.")

    /// Editors write several files at once; a plugin is looked at when nothing has changed for this long.
    private static let pause = Duration.milliseconds(300)

    @Argument(help: "Directories with plugin.yml, or directories of such.") var directories: [String]

    func run() async throws {
        var seen: PluginSnapshot?
        while true {
            let now = PluginSnapshot(directories)
            if now != seen {
                seen = now
                look()
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func look() {
        let findings = PluginLinter.lint(directories)
        for finding in findings { print(finding) }
        let loaded = AuthoringPlugins(directories)
        let zones = AuthoringTimeZones()
        let reports = loaded.plugins.map { plugin in PluginTestRunner.run(plugin) { zones.zone(named: $0) } }
        for report in reports { print(report) }
        let isGood = findings.isEmpty && !reports.isEmpty && reports.allSatisfy(\.hasPassed)
        print(isGood ? "good; waiting for changes" : "waiting for changes")
    }
}
