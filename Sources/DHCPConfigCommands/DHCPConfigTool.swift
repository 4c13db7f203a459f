// SPDX-License-Identifier: GPL-3.0-or-later

public import ArgumentParser
import ProvModel

/// `dhcpd-config`: writes, checks, explains and applies the DHCP configuration of a site.
public struct DHCPConfigTool: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "dhcpd-config",
        abstract: "Make DHCP servers tell phones where provd is.",
        discussion: """
            A site file says where provd is and which subnets there are; vendor definitions say what each make of phone \
            wants to be told. Both together become the configuration of your DHCP server.
            """,
        version: ProvdVersion.text,
        subcommands: [
            GenerateCommand.self, CheckCommand.self, ExplainCommand.self, VerifyCommand.self, ApplyCommand.self, VendorsCommand.self,
        ])

    public init() {}

    /// Runs the program with the arguments of the process, so that the executable needs nothing but this module.
    public static func launch() { main() }
}
