// SPDX-License-Identifier: GPL-3.0-or-later

// Installs, upgrades and removes plugins for ever, so that a test can kill it at any moment.
//
//     plugin-churn DEPOT PACKAGE…
//
// Each line says what is done for good: the version, or “none”.

import Foundation
import PhonePlugins
import PluginPackages

/// Says a line at once: what stays in a buffer would be lost.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let arguments = CommandLine.arguments.dropFirst()
guard let directory = arguments.first else { exit(2) }
let depot = try PluginDepot(directory: directory)
say("ready")
var round = 0
while true {
    for package in arguments.dropFirst() {
        let plugin = try await depot.install(package, expected: nil, surroundings: PluginSurroundings())
        say(plugin.manifest.version)
        round += 1
        if round.isMultiple(of: 3) {
            _ = try await depot.remove(plugin.id)
            say("none")
        }
    }
}
