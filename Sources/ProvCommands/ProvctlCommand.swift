// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser

/// The program `provctl`. It speaks only the management API, but for the commands of plugin authors, which need no server.
public struct ProvctlCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "provctl", abstract: "Looks after the phones and lines of a provd.",
        subcommands: [LineCommand.self, DeviceCommand.self, TimelineCommand.self, PluginCommand.self, RepositoryCommand.self])

    public init() {}
}

/// Where the API is and how its answers are shown; every command has these.
struct ConnectionOptions: ParsableArguments {
    @Option(name: .long, help: "The address of provd's management API (or the environment's PROVD_URL).")
    var url: String?

    @Option(name: .long, help: "A file that holds the token (or the environment's PROVD_TOKEN_FILE).")
    var tokenFile: String?

    @Flag(name: .long, help: "Print the API's JSON instead of a table.")
    var json = false
}
