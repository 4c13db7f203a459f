// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes
public import ProvModel

/// Finds problems in a series of observations. A pure value: time is that of the observations.
///
/// Each problem is told once, and again only after it was gone or something about it changed: a rogue server must not
/// fill the log.
public struct DHCPWatch: Sendable {
    /// DISCOVERs without an OFFER that make a problem. Clients repeat after about 4, 8 and 16 s (RFC 2131, 4.1), so
    /// that one lost message, or a server that first pings for a second, is none.
    public static let discoversWithoutOffer = 3
    /// Seconds over which these must spread, so that a burst of copies of one message is no problem.
    public static let patience = 6.0
    /// Clients remembered. When as many are known, all are forgotten, which can only repeat a warning.
    static let rememberedClients = 4096
    /// Problems remembered as told, with the same consequence. Servers can be forged without end.
    static let rememberedProblems = 1024

    private struct Client {
        var firstDiscover: Double
        var discovers: Int
    }

    private struct ClientKey: Hashable {
        let mac: MACAddress
        let place: DHCPProblem.Place
    }

    private let expectedServers: [IPv4Address]
    private var firstServers: [DHCPProblem.Place: IPv4Address] = [:]
    private var waiting: [ClientKey: Client] = [:]
    private var vendors: [MACAddress: String] = [:]
    private var told: Set<DHCPProblem> = []
    private var unanswered: Set<ClientKey> = []

    /// Makes a watch that has seen nothing.
    ///
    /// - Parameter expectedServers: The site's servers. If none are named, the first that answers in a place is
    ///   taken for its server.
    public init(expectedServers: [IPv4Address] = []) { self.expectedServers = expectedServers }

    /// Takes an observation.
    ///
    /// - Returns: The problems that are new with it.
    public mutating func observe(_ observation: DHCPObservation) -> [DHCPProblem] {
        let place = DHCPProblem.Place(interface: observation.interface, vlan: observation.vlan)
        let key = ClientKey(mac: observation.mac, place: place)
        makeRoom()
        if let vendor = observation.recognition?.vendor { vendors[observation.mac] = vendor }
        switch observation.type {
        case .discover:
            return discovered(key, at: observation.time, times: observation.repeats)
        case .offer, .ack, .nak:
            forget(key)
            return unexpectedServer(of: observation, place) + missingOptions(of: observation, place)
        case .request:
            defer { forget(key) }
            // A request that names a server follows an offer. Renewals name none (RFC 2131, 4.3.2).
            guard observation.server != nil, waiting[key] != nil else { return [] }
            return tellOnce(.unseenAnswers(place))
        case .decline:
            return tellOnce(.addressInUse(observation.ip, client: observation.mac, place))
        case .release, .inform:
            return []
        }
    }

    private mutating func discovered(_ key: ClientKey, at time: Double, times: Int) -> [DHCPProblem] {
        var client = waiting[key] ?? Client(firstDiscover: time, discovers: 0)
        let (discovers, overflow) = client.discovers.addingReportingOverflow(max(1, times))
        client.discovers = overflow ? Int.max : discovers
        waiting[key] = client
        let seconds = time - client.firstDiscover
        guard client.discovers >= Self.discoversWithoutOffer, seconds >= Self.patience, unanswered.insert(key).inserted else { return [] }
        return [.noOffer(client: key.mac, discovers: client.discovers, seconds: seconds, key.place)]
    }

    private mutating func forget(_ key: ClientKey) {
        waiting[key] = nil
        unanswered.remove(key)
    }

    private mutating func unexpectedServer(of observation: DHCPObservation, _ place: DHCPProblem.Place) -> [DHCPProblem] {
        guard let server = observation.server else { return [] }
        if expectedServers.isEmpty {
            guard let first = firstServers[place] else {
                firstServers[place] = server
                return []
            }
            guard server != first else { return [] }
            return tellOnce(.unexpectedServer(server, expected: [first], place))
        }
        guard !expectedServers.contains(server) else { return [] }
        return tellOnce(.unexpectedServer(server, expected: expectedServers, place))
    }

    private mutating func missingOptions(of observation: DHCPObservation, _ place: DHCPProblem.Place) -> [DHCPProblem] {
        guard observation.type == .ack, let given = observation.provisioningOptions, let vendor = vendors[observation.mac] else { return [] }
        let problem = DHCPProblem.noProvisioningOptions(phone: observation.mac, vendor: vendor, server: observation.server, place)
        guard given.isEmpty else {
            // It is told again if the options go away again.
            told.remove(problem)
            return []
        }
        return tellOnce(problem)
    }

    private mutating func tellOnce(_ problem: DHCPProblem) -> [DHCPProblem] {
        told.insert(problem).inserted ? [problem] : []
    }

    private mutating func makeRoom() {
        if waiting.count >= Self.rememberedClients { (waiting, unanswered) = ([:], []) }
        if vendors.count >= Self.rememberedClients { vendors = [:] }
        if firstServers.count >= Self.rememberedClients { firstServers = [:] }
        if told.count >= Self.rememberedProblems { told = [] }
    }
}
