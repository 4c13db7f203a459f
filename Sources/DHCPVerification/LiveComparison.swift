// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DHCPWire
import NetTypes

/// An offer that was heard on a network, with the hardware address of whoever sent the frame: a server or a relay.
struct HeardOffer {
    let packet: DHCPPacket
    let hardware: MACAddress?

    /// The server's name for itself (option 54), which every offer has (RFC 2131, table 3).
    var server: IPv4Address { (try? packet.options.serverIdentifier).flatMap(\.self) ?? .any }
}

/// Sorts the offers of a network by server, and says which server is the site's. A pure value.
struct LiveComparison {
    private struct Server {
        var hardware: MACAddress?
        var offers: [Int: DHCPPacket] = [:]
    }

    private let comparison: OfferComparison
    private let expected: IPv4Address?
    private var probes: [VerificationProbe] = []
    private var servers: [IPv4Address: Server] = [:]

    /// Makes a comparison that has heard nothing.
    ///
    /// - Parameter expected: The site's server. If none is named, it is the one whose offers are least wrong.
    init(_ platform: ServerPlatform, plan: DHCPPlan, expected: IPv4Address?) {
        comparison = OfferComparison(platform, plan: plan)
        self.expected = expected
    }

    /// The servers that answered so far.
    var known: Set<IPv4Address> { Set(servers.keys) }

    /// Takes all answers to one DISCOVER.
    mutating func take(_ probe: VerificationProbe, _ offers: [HeardOffer]) {
        for offer in offers {
            var server = servers[offer.server] ?? Server(hardware: offer.hardware)
            server.offers[probes.count] = server.offers[probes.count] ?? offer.packet
            servers[offer.server] = server
        }
        probes.append(probe)
    }

    /// What came of it: the values of the site's server, and who else answered.
    func report(_ platform: ServerPlatform) -> VerificationReport {
        let rows = servers.mapValues { server in probes.indices.flatMap { comparison.rows(probes[$0], offer: server.offers[$0]) } }
        let own = expected ?? rows.min { ($0.value.count(where: \.isFailure), $0.key) < ($1.value.count(where: \.isFailure), $1.key) }?.key
        let silence = probes.flatMap { comparison.rows($0, offer: nil) }
        let others = servers.filter { $0.key != own }.sorted { $0.key < $1.key }.map { address, server in
            // What it did not answer is no fault of a server that should not answer.
            let wrong = server.offers.keys.sorted().flatMap { comparison.rows(probes[$0], offer: server.offers[$0]) }.filter(\.isFailure)
            return VerificationReport.OtherServer(address: address, hardware: server.hardware, answers: server.offers.count, wrong: wrong)
        }
        return VerificationReport(
            platform: platform, probes: probes.count, rows: own.flatMap { rows[$0] } ?? silence, server: own, otherServers: others)
    }
}
