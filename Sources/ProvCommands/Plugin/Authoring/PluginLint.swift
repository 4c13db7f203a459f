// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText
import PluginAuthoring

/// `provctl plugin lint`
struct PluginLint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Look at plugins for what is wrong, forgotten or useless.",
        discussion: "Each finding says file, line and column, what is wrong, and what to do. The exit status is 1 if there is an error, and with --strict also if there is a warning.")

    @Argument(help: "Directories with plugin.yml, or directories of such.") var directories: [String]
    @Flag(help: "Count warnings as errors.") var strict = false
    @Flag(help: "Print the findings as JSON.") var json = false

    func run() throws {
        let findings = PluginLinter.lint(directories)
        if json {
            print(JSONValue.array(findings.map(\.json)).text(.indented))
        } else {
            for finding in findings { print(finding) }
            let errors = findings.count { $0.severity == .error }
            print("\(errors) errors, \(findings.count - errors) warnings")
        }
        if findings.contains(where: { strict || $0.severity == .error }) { throw ExitCode.failure }
    }
}
