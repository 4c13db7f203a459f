// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import Foundation

/// A kind of DHCP server that can be started on a configuration in a place of its own.
protocol StagedServer {
    /// The program's name, and the Debian package that brings it.
    static var program: (name: String, package: String) { get }
    /// What it writes when it serves.
    static var readyText: String { get }
    /// Its arguments.
    ///
    /// - Parameters:
    ///   - configuration: The configuration file.
    ///   - directory: Where its own files go.
    ///   - interfaces: The interfaces of its namespace.
    static func arguments(configuration: String, directory: URL, interfaces: [String]) throws -> [String]
    /// What its environment needs.
    static func environment(directory: URL) -> [String: String]
}

extension StagedServer {
    static func environment(directory: URL) -> [String: String] { [:] }
}

/// dnsmasq (`dnsmasq(8)`).
enum StagedDnsmasq: StagedServer {
    static let program = (name: "dnsmasq", package: "dnsmasq-base")
    static let readyText = "DHCP, "

    static func arguments(configuration: String, directory: URL, interfaces: [String]) -> [String] {
        [
            "--keep-in-foreground", "--conf-file=\(configuration)", "--user=root", "--log-facility=-",
            "--dhcp-leasefile=\(directory.path)/leases", "--pid-file=\(directory.path)/pid",
        ]
    }
}

/// ISC dhcpd (`dhcpd(8)`).
enum StagedISC: StagedServer {
    static let program = (name: "dhcpd", package: "isc-dhcp-server")
    static let readyText = "Server starting service."

    static func arguments(configuration: String, directory: URL, interfaces: [String]) throws -> [String] {
        // It does not start without its file of leases.
        let leases = directory.appending(path: "leases")
        try Data().write(to: leases)
        return ["-4", "-f", "-d", "-cf", configuration, "-lf", leases.path, "-pf", "\(directory.path)/pid"] + interfaces
    }
}

/// Kea's DHCPv4 server (`kea-dhcp4(8)`).
enum StagedKea: StagedServer {
    static let program = (name: "kea-dhcp4", package: "kea-dhcp4-server")
    static let readyText = "DHCP4_STARTED"

    static func arguments(configuration: String, directory: URL, interfaces: [String]) -> [String] { ["-c", configuration] }

    static func environment(directory: URL) -> [String: String] {
        ["KEA_PIDFILE_DIR": directory.path, "KEA_LOCKFILE_DIR": directory.path]
    }
}

extension ServerPlatform {
    /// How the server is staged, if it can be.
    var staged: (any StagedServer.Type)? {
        switch self {
        case .dnsmasq: StagedDnsmasq.self
        case .isc: StagedISC.self
        case .kea: StagedKea.self
        case .routeros, .windows, .opnsense, .ciscoIOS, .systemdNetworkd: nil
        }
    }
}
