// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser

/// `provctl plugin …`
struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin", abstract: "Plugins: writing, testing and installing them.",
        groupedSubcommands: [
            CommandGroup(name: "Plugins of a running provd:", subcommands: InstallCommands.all),
            CommandGroup(name: "Writing plugins (no server needed):", subcommands: AuthoringCommands.all),
            CommandGroup(name: "Packages and repositories (no server needed):", subcommands: PackageCommands.all),
        ])
}
