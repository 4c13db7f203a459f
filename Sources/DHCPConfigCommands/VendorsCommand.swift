// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig

/// `dhcpd-config vendors`: lists the definitions.
struct VendorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendors", abstract: "List the phones that the definitions know, by the names that a site file uses.")

    @Flag(help: "Print a table in Markdown with how each family shows itself and what it is told.")
    var markdown = false

    @OptionGroup var definitions: DefinitionsInput

    func run() throws {
        if markdown {
            StandardOutput.write(try definitions.catalog().markdownTable)
            return
        }
        for definition in try definitions.catalog().definitions {
            StandardOutput.write("\(definition.id): \(definition.title)\n")
            for family in definition.families {
                let protocols = PhoneProtocol.allCases.filter { family.deliveries[$0] != nil }.map(\.rawValue).joined(separator: ", ")
                StandardOutput.write("  \(family.id): \(family.title)\(protocols.isEmpty ? "" : " (\(protocols))")\n")
            }
        }
    }
}
