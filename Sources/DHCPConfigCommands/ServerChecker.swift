// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import Foundation

/// Asks the DHCP server's own program whether it would accept a configuration.
struct ServerChecker {
    /// What the program said.
    enum Verdict {
        case accepted
        case rejected(String)
        /// The program is not on this machine, or the platform has none.
        case unavailable(String)
    }

    let platform: ServerPlatform

    /// Checks the configuration in `file`.
    func check(_ file: String) -> Verdict {
        let command: (program: String, arguments: [String])
        switch platform {
        case .dnsmasq, .opnsense: command = ("dnsmasq", ["--test", "--conf-file=\(file)"])
        case .isc: command = ("dhcpd", ["-4", "-t", "-cf", file])
        case .kea: command = ("kea-dhcp4", ["-t", file])
        case .routeros, .windows, .ciscoIOS, .systemdNetworkd: return .unavailable("\(platform.rawValue) has no checker")
        }
        guard let program = Self.find(command.program) else { return .unavailable("\(command.program) is not installed here") }
        do {
            let result = try Subcommand.run(program, command.arguments)
            if result.code == 0 { return .accepted }
            // AppArmor profiles let server programs read their own directories only.
            if result.output.contains("Permission denied") { return .unavailable("\(program) may not read \(file)") }
            return .rejected(readable(result.output))
        } catch {
            return .unavailable("\(program) could not be started: \(error)")
        }
    }

    /// What the program said without what is no complaint, and with what helps.
    private func readable(_ output: String) -> String {
        guard platform == .kea else { return output }
        // Kea says each complaint twice: in its log, and at the end.
        var lines = output.split(separator: "\n").filter { !$0.contains(" INFO ") }
        let complaints = lines.filter { $0.hasPrefix("Error encountered") }
        if !complaints.isEmpty { lines = complaints }
        if output.contains("doesn't exist in the system") {
            lines.append("Kea's checker wants the interfaces to exist where it runs: check on the server, or name an interface of this machine with --interface")
        }
        return lines.joined(separator: "\n")
    }

    /// Server programs are in directories that are not on every user's path.
    private static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
        return directories.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
