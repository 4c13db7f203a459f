// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig

/// `dhcpd-config apply`: replaces a server's configuration, and goes back by itself if the server does not come up.
struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Replace a server's configuration; go back if the server does not come up with it.",
        discussion: """
            The new text is checked by the server's own program, replaces the file in one step, and is checked again; then \
            the reload command runs. If anything fails, the previous text is put back and the server reloaded with it. \
            The previous text stays in FILE.previous.
            """)

    @Option(name: .customLong("for"), help: "The server.")
    var platform: ServerPlatform

    @Option(name: .shortAndLong, help: "The file that the server reads.")
    var output: String

    @Option(help: "A shell command that makes the server read its configuration and fails if the server does not run, such as “systemctl restart isc-dhcp-server”.")
    var reload: String?

    @Option(help: "A shell command that checks the server's whole configuration, for a file that another one includes. Default: the server's own checker on the file.")
    var checkCommand: String?

    @Flag(help: "Only what a configuration that exists can include.")
    var fragment = false

    @Option(help: "An interface to listen on; may be given several times.")
    var interface: [String] = []

    @Flag(help: "Show what would change and change nothing.")
    var dryRun = false

    @OptionGroup var hook: HookInput

    @OptionGroup var site: SiteInput

    func validate() throws {
        if !dryRun, reload == nil { throw ValidationError("say how the server is reloaded: --reload COMMAND") }
    }

    func run() throws {
        let generated = platform.generate(try site.plan(), GeneratorOptions(isFragment: fragment, interfaces: interface, hook: try hook.leaseHook))
        report(generated.findings)
        let installation = ConfigInstallation(path: output)
        do {
            let old = try installation.current()
            guard old != generated.text else {
                StandardOutput.write("\(output) is up to date.\n")
                return
            }
            if dryRun {
                StandardOutput.write(lineDifference(from: old ?? "", to: generated.text, name: output))
                return
            }
            let server = LocalServer(platform: platform, reloadCommand: reload ?? "", checkCommand: checkCommand, isFragment: fragment)
            try installation.install(generated.text, server: server)
        } catch {
            StandardError.write("\(output): error: \(error)\n")
            throw ExitCode(1)
        }
        StandardOutput.write("\(output) is in use.\n")
    }
}

/// The server on this machine.
private struct LocalServer: ConfigInstallation.Server {
    let platform: ServerPlatform
    let reloadCommand: String
    let checkCommand: String?
    let isFragment: Bool

    func check(_ file: String) throws {
        if let checkCommand {
            // It judges the server's own files, which the new text joins only when it is in place.
            guard !file.hasSuffix(".new") else { return }
            let result = try Subcommand.run("/bin/sh", ["-c", checkCommand])
            if result.code != 0 { throw ConfigInstallation.Failure(description: "the check failed:\n\(result.output)") }
            return
        }
        // A fragment is no configuration of its own for every server.
        guard !isFragment || platform == .dnsmasq else { return }
        if case .rejected(let output) = ServerChecker(platform: platform).check(file) {
            throw ConfigInstallation.Failure(description: "the server rejects the new configuration:\n\(output)")
        }
    }

    func reload() throws {
        let result = try Subcommand.run("/bin/sh", ["-c", reloadCommand])
        if result.code != 0 {
            throw ConfigInstallation.Failure(description: "“\(reloadCommand)” failed with code \(result.code):\n\(result.output)")
        }
    }
}

/// The lines that differ, as `diff -u0` shows them without positions.
func lineDifference(from old: String, to new: String, name: String) -> String {
    let oldLines = old.split(separator: "\n", omittingEmptySubsequences: false)
    let newLines = new.split(separator: "\n", omittingEmptySubsequences: false)
    var text = "--- \(name)\n+++ \(name) (new)\n"
    var changes: [(line: Int, order: Int, text: String)] = []
    for change in newLines.difference(from: oldLines) {
        switch change {
        case .remove(let offset, let line, _): changes.append((offset, 0, "-\(line)\n"))
        case .insert(let offset, let line, _): changes.append((offset, 1, "+\(line)\n"))
        }
    }
    for change in changes.sorted(by: { ($0.line, $0.order) < ($1.line, $1.order) }) { text += change.text }
    return text
}
