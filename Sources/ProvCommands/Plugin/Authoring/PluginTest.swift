// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText
import PhonePlugins
import PluginAuthoring

/// `provctl plugin test`
struct PluginTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the samples and tests that plugins bring.",
        discussion: "Every sample of every pattern is compared, every file in tests/ is executed, and every parameter of raw configurations must be used or listed as unsupported.")

    @Argument(help: "Directories with plugin.yml, or directories of such.") var directories: [String]
    @Flag(help: "Write golden files that are missing or differ, instead of reporting them.") var update = false
    @Option(help: "Write what the template of each test sees into this directory, for rendering with another engine.") var contexts: String?
    @Flag(help: "Print the results as JSON.") var json = false

    func run() throws {
        let loaded = AuthoringPlugins(directories)
        let zones = AuthoringTimeZones()
        var reports: [PluginTestReport] = []
        for plugin in loaded.plugins {
            reports.append(PluginTestRunner.run(plugin, updatesGoldenFiles: update) { zones.zone(named: $0) })
            if let contexts { _ = try RenderCaseExport.write(plugin, to: contexts, zones: zones) }
        }
        if json {
            print(JSONValue.array(loaded.problems.map(\.json) + reports.map(\.json)).text(.indented))
        } else {
            for problem in loaded.problems { print(problem) }
            for report in reports { print(report) }
        }
        guard loaded.problems.isEmpty, !reports.isEmpty, reports.allSatisfy(\.hasPassed) else { throw ExitCode.failure }
    }
}
