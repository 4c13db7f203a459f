// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
import DHCPWire
import Foundation

/// Sends DISCOVERs to a server and compares its offers with what the plan says.
public struct Verifier {
    /// How long an offer may take that must come. ISC dhcpd asks the network for a second whether an address is free.
    private static let patience: Duration = .seconds(2)
    /// How long an offer that must not come is waited for.
    private static let doubt: Duration = .milliseconds(250)
    /// DISCOVERs for one offer: the network may lose one.
    private static let attempts = 2

    private let platform: ServerPlatform
    private let plan: DHCPPlan
    private let probes: [VerificationProbe]

    /// Makes a verifier.
    public init(_ platform: ServerPlatform, plan: DHCPPlan, probes: [VerificationProbe]) {
        self.platform = platform
        self.plan = plan
        self.probes = probes
    }

    // MARK: A server of its own

    /// Starts the real server on the generated configuration, in network namespaces of its own.
    ///
    /// - Throws: `VerificationFailure` if something is missing or the server does not start.
    public func verifyStaged() throws -> VerificationReport {
        guard let kind = platform.staged else {
            throw VerificationFailure("\(platform.rawValue) cannot be started here: verify it with --live, or another server with --for isc, kea or dnsmasq")
        }
        guard let program = Program(kind.program.name) else {
            throw VerificationFailure("\(kind.program.name) is not installed: apt-get install \(kind.program.package)")
        }
        Interruption.watch()
        let directory = FileManager.default.temporaryDirectory.appending(path: "dhcpd-config-verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let network = try StagedNetwork(plan)
        defer { network.remove() }

        let configuration = directory.appending(path: "generated.conf")
        try Data(platform.generate(plan, GeneratorOptions(isTrial: true)).text.utf8).write(to: configuration)
        let arguments = try kind.arguments(
            configuration: configuration.path, directory: directory, interfaces: network.ports.map(\.name))
        let (starter, all) = network.asServer(program, arguments)
        let server = try RunningProgram(
            starter, all, environment: kind.environment(directory: directory), log: directory.appending(path: "log"))
        defer { server.end() }
        try server.awaitOutput(kind.readyText)

        let comparison = OfferComparison(platform, plan: plan)
        var rows: [VerificationRow] = []
        for port in network.ports {
            let socket = try network.clients.enter { try DiscoverSocket.open(on: port.clientEnd) }
            for probe in probes where network.port(for: probe.subnet)?.name == port.name {
                rows += comparison.rows(probe, offer: try offer(to: probe, socket, relayed: true))
            }
        }
        return VerificationReport(platform: platform, probes: probes.count, rows: rows)
    }

    // MARK: The server of the network

    /// Asks the server of the network that an interface is in. Only DISCOVERs are sent, so that no lease is taken; a
    /// server may keep the offered addresses for a minute or two.
    ///
    /// - Throws: `VerificationFailure` if the interface cannot be used.
    public func verifyLive(interface: String) throws -> VerificationReport {
        Interruption.watch()
        let socket = try DiscoverSocket.open(on: interface)
        let comparison = OfferComparison(platform, plan: plan)
        var rows: [VerificationRow] = []
        for probe in probes { rows += comparison.rows(probe, offer: try offer(to: probe, socket, relayed: false)) }
        return VerificationReport(platform: platform, probes: probes.count, rows: rows)
    }

    private func offer(to probe: VerificationProbe, _ socket: borrowing DiscoverSocket, relayed: Bool) throws -> DHCPPacket? {
        let isExpected = probe.explanation.admission != .refused
        for _ in 0..<(isExpected ? Self.attempts : 1) {
            try Interruption.check()
            let xid = UInt32.random(in: .min ... .max)
            try socket.send(probe.discover(xid: xid, relayed: relayed))
            if let offer = try socket.offer(to: xid, within: isExpected ? Self.patience : Self.doubt) { return offer }
        }
        return nil
    }
}
