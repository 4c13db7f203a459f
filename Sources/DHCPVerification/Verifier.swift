// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
import DHCPWire
import Foundation
public import NetTypes

/// Sends DISCOVERs to a server and compares its offers with what the plan says.
public struct Verifier {
    /// How long an offer may take that must come. ISC dhcpd asks the network for a second whether an address is free.
    private static let patience: Duration = .seconds(2)
    /// How long an offer that must not come is waited for.
    private static let doubt: Duration = .milliseconds(250)
    /// How long all servers of a network are listened for at the beginning. One that asks whether an address is free
    /// before it offers it takes a second or two.
    private static let survey: Duration = .seconds(3)
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

    /// Asks the servers of the network that an interface is in. Only DISCOVERs are sent, so that no lease is taken; a
    /// server may keep the offered addresses for a minute or two.
    ///
    /// - Parameter expected: The server that should answer. If none is named, it is the one whose offers are least wrong.
    /// - Throws: `VerificationFailure` if the interface cannot be used.
    public func verifyLive(interface: String, expecting expected: IPv4Address? = nil) throws -> VerificationReport {
        Interruption.watch()
        let socket = try DiscoverSocket.open(on: interface)
        var live = LiveComparison(platform, plan: plan, expected: expected)
        for (number, probe) in probes.enumerated() {
            live.take(probe, try offers(to: probe, socket, known: live.known, isFirst: number == 0))
        }
        return live.report(platform)
    }

    /// All offers for a probe: of every server that is known, and of others that are as quick.
    private func offers(
        to probe: VerificationProbe, _ socket: borrowing DiscoverSocket, known: Set<IPv4Address>, isFirst: Bool
    ) throws -> [HeardOffer] {
        let isExpected = probe.explanation.admission != .refused
        let window = isFirst ? Self.survey : isExpected ? Self.patience : Self.doubt
        for _ in 0..<(isExpected ? Self.attempts : 1) {
            try Interruption.check()
            let xid = UInt32.random(in: .min ... .max)
            try socket.send(probe.discover(xid: xid, relayed: false))
            let heard = try socket.offers(to: xid, within: window) { offers in
                !isFirst && !known.isEmpty && known.isSubset(of: offers.map(\.server))
            }
            if !heard.isEmpty { return heard }
        }
        return []
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
