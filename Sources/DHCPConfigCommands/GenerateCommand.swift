// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig
import FoundationEssentials

/// `dhcpd-config generate`: writes a server's configuration.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write the configuration of a DHCP server for a site.")

    @Option(name: .customLong("for"), help: "The server.")
    var platform: ServerPlatform

    @Flag(help: "Only what a configuration that exists can include: nothing about the server as a whole.")
    var fragment = false

    @Option(help: "An interface to listen on; may be given several times. Default: those that the subnets name.")
    var interface: [String] = []

    @Option(name: .shortAndLong, help: "The file to write, replaced in one step. Default: standard output.")
    var output: String?

    @OptionGroup var hook: HookInput

    @OptionGroup var site: SiteInput

    func run() throws {
        let generated = platform.generate(try site.plan(), GeneratorOptions(isFragment: fragment, interfaces: interface, hook: try hook.leaseHook))
        report(generated.findings)
        guard let output else {
            StandardOutput.write(generated.text)
            return
        }
        do {
            try Data(generated.text.utf8).write(to: URL(filePath: output), options: .atomic)
        } catch {
            StandardError.write("\(output): error: the file cannot be written: \(error)\n")
            throw ExitCode(1)
        }
    }
}
