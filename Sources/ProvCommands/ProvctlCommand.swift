// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
import Foundation
import Glibc
import ProvModel

/// The program `provctl`. It speaks only the management API, but for the commands of plugin authors, which need no server.
public struct ProvctlCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "provctl", abstract: "Looks after the phones and lines of a provd.",
        discussion: """
            Exit codes: 0 it was done, 1 it was not, 3 there is no such thing, 4 the token is none or does not allow it, 5 provd does not \
            answer, 6 somebody else changed it meanwhile or something is in its way, 64 the command was written wrong.
            """,
        version: ProvdVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Every day:",
                subcommands: [
                    LineCommand.self, DeviceCommand.self, ExplainCommand.self, TimelineCommand.self, SightingCommand.self, RolloutCommand.self,
                ]),
            CommandGroup(
                name: "The appliance:",
                subcommands: [
                    SetupCommand.self, DoctorCommand.self, SupportCommand.self, TokenCommand.self, TenantCommand.self, ParameterCommand.self, OperationCommand.self, BackupCommand.self, AuditCommand.self,
                    DHCPCommand.self, PBXCommand.self,
                ]),
            CommandGroup(name: "Plugins:", subcommands: [PluginCommand.self, RepositoryCommand.self]),
        ])

    public init() {}

    /// Options that every command has. They may stand before the command too.
    private static let flags: Set = ["--json", "--quiet", "-q"], options: Set = ["--url", "--token-file", "--ca-file", "--tenant"]

    /// Runs the program.
    public static func run(_ arguments: [String]) async {
        do {
            var command = try parseAsRoot(withGlobalsLast(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as APIClient.Failure {
            FileHandle.standardError.write(Data("Error: \(failure)\n".utf8))
            Glibc.exit(failure.kind.rawValue)
        } catch {
            exit(withError: error)
        }
    }

    /// Moves the options that every command has from before the command to the end, where its parser looks for them.
    static func withGlobalsLast(_ arguments: [String]) -> [String] {
        var moved: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if flags.contains(first) || options.contains(where: { first.hasPrefix($0 + "=") }) {
                moved.append(first)
                rest = rest.dropFirst()
            } else if options.contains(first), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        guard !moved.isEmpty, !rest.isEmpty else { return arguments }
        // What comes after “--” is no option.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + moved + rest[end...]
    }
}

/// Where the API is and how its answers are shown; every command has these.
struct ConnectionOptions: ParsableArguments {
    @Option(name: .long, help: "The address of provd's management API (or the environment's PROVD_URL).")
    var url: String?

    @Option(name: .long, help: "A file that holds the token (or the environment's PROVD_TOKEN_FILE).")
    var tokenFile: String?

    @Option(name: .long, help: "The certificates to believe, for an address with https (or the environment's PROVD_CA_FILE).")
    var caFile: String?

    @Option(name: .long, help: "The tenant for which to act, if not the token's own (or the environment's PROVD_TENANT).")
    var tenant: String?

    @Flag(name: .long, help: "Print the API's JSON instead of a table.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but what was asked for: no headings, no words of success.")
    var quiet = false

    /// Says that something was done.
    func say(_ text: String) {
        if !json, !quiet { print(Table.printable(text)) }
    }

    /// Prints rows, without a heading if nothing but them is wanted.
    func show(_ table: Table) {
        let text = table.text(withHeading: !quiet)
        if !text.isEmpty { print(text) }
    }
}
