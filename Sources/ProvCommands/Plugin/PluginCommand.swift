// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser

/// `provctl plugin …`
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Plugins: writing, testing and installing them.",
        groupedSubcommands: [CommandGroup(name: "Writing plugins (no server needed):", subcommands: AuthoringCommands.all)])
}
