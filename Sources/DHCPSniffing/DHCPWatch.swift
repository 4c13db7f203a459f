// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
public import NetTypes
public import ProvModel

/// Finds problems in a series of observations. A pure value: time is that of the observations.
///
/// Each problem is told once, and again only after it was gone or something about it changed: a rogue server must not
/// fill the log. A question that may have been answered out of sight is no problem: answers to unicast renewals never
/// reach a passive capture, so that only DISCOVERs count as unanswered.
public struct DHCPWatch: Sendable {
    /// DISCOVERs without an OFFER that make a problem. Clients repeat after about 4, 8 and 16 s (RFC 2131, 4.1).
    public static let discoversWithoutOffer = 2
    /// Seconds over which these must spread, so that one lost message, or a server that first pings for a second or
    /// three, is no problem.
    public static let patience = 10.0
    /// Seconds after which a DISCOVER begins a new story. Clients that got nothing pause for up to five minutes.
    static let forgetting = 600.0
    /// NAKs within `forgetting` that make a problem. One is ordinary: a phone that was carried to another network asks
    /// for its old address.
    public static let refusals = 3
    /// Clients remembered. When as many are known, all are forgotten, which can only repeat a warning.
    static let rememberedClients = 4096
    /// Problems remembered as told, with the same consequence. Servers can be forged without end.
    static let rememberedProblems = 1024

    private struct Client {
        var firstDiscover = 0.0
        var lastDiscover = 0.0
        var discovers = 0
        var isNoOfferTold = false
        /// What is wrong with the offer that the client has, if it does not take it.
        var poorOffer: DHCPProblem?
        var firstRefusal = 0.0
        var refusals = 0
        /// Its last message was a DHCPINFORM: whoever answers that gives options, and no address (RFC 2131, 4.3.5).
        var hasAddress = false
    }

    private struct ClientKey: Hashable {
        let mac: MACAddress
        let place: DHCPProblem.Place
    }

    private struct KnownPhone {
        var phone: DHCPProblem.Phone
        /// The options it asked for (option 55); none if it did not say.
        var asked = DHCPOptionCodeSet()

        mutating func update(_ phone: DHCPProblem.Phone, asking codes: [UInt8]?) {
            self.phone = phone
            if let codes { asked = DHCPOptionCodeSet(codes) }
        }
    }

    private let expectedServers: [IPv4Address]
    private let wishes: [String: ProvisioningWishes]
    private var firstServers: [DHCPProblem.Place: IPv4Address] = [:]
    private var clients: [ClientKey: Client] = [:]
    private var phones: [MACAddress: KnownPhone] = [:]
    private var told: Set<DHCPProblem> = []
    /// What was told of the options that a phone is given.
    private var toldPoverty: [MACAddress: DHCPProblem] = [:]

    /// Makes a watch that has seen nothing.
    ///
    /// - Parameters:
    ///   - expectedServers: The site's servers. If none are named, the first that answers in a place is taken for its server.
    ///   - wishes: What tells phones where to go, by family.
    public init(expectedServers: [IPv4Address] = [], wishes: [String: ProvisioningWishes] = [:]) {
        self.expectedServers = expectedServers
        self.wishes = wishes
    }

    /// Takes an observation.
    ///
    /// - Returns: The problems that are new with it.
    public mutating func observe(_ observation: DHCPObservation) -> [DHCPProblem] {
        let place = DHCPProblem.Place(interface: observation.interface, vlan: observation.vlan)
        let key = ClientKey(mac: observation.mac, place: place)
        makeRoom()
        remember(observation)
        switch observation.type {
        case .discover:
            return discovered(key, at: observation.time, times: max(1, observation.repeats))
        case .offer:
            change(key) {
                $0.discovers = 0
                $0.isNoOfferTold = false
            }
            let poverty = poverty(of: observation, place)
            if let poverty { change(key) { $0.poorOffer = poverty } } else { clients[key]?.poorOffer = nil }
            return unexpectedServer(of: observation, place)
        case .ack:
            let client = clients.removeValue(forKey: key)
            let givesAddress = client?.hasAddress != true
            return (givesAddress ? unexpectedServer(of: observation, place) : []) + acknowledged(observation, place)
        case .nak:
            return unexpectedServer(of: observation, place) + refused(key, by: observation.server, at: observation.time)
        case .request:
            clients[key]?.hasAddress = false
            defer { clients[key]?.discovers = 0 }
            // A request that names a server follows an offer. Renewals name none (RFC 2131, 4.3.2).
            guard observation.server != nil, let client = clients[key], client.discovers > 0 else { return [] }
            return tellOnce(.unseenAnswers(place))
        case .decline:
            return tellOnce(.addressInUse(observation.ip, client: observation.mac, place))
        case .inform:
            change(key) { $0.hasAddress = true }
            return []
        case .release:
            return []
        }
    }

    // MARK: - Questions without answers

    private mutating func discovered(_ key: ClientKey, at time: Double, times: Int) -> [DHCPProblem] {
        var client = clients[key] ?? Client()
        defer { clients[key] = client }
        client.hasAddress = false
        // It had an offer and asks anew: it does not take it.
        let ignored = client.poorOffer.map { tellPoverty($0, of: key.mac) } ?? []
        if client.discovers == 0 || time - client.lastDiscover > Self.forgetting {
            (client.firstDiscover, client.discovers, client.isNoOfferTold) = (time, 0, false)
        }
        let (discovers, overflow) = client.discovers.addingReportingOverflow(times)
        client.discovers = overflow ? Int.max : discovers
        client.lastDiscover = time
        let seconds = time - client.firstDiscover
        guard client.discovers >= Self.discoversWithoutOffer, seconds >= Self.patience, !client.isNoOfferTold else { return ignored }
        client.isNoOfferTold = true
        return ignored + [.noOffer(client: key.mac, discovers: client.discovers, seconds: seconds, key.place)]
    }

    private mutating func refused(_ key: ClientKey, by server: IPv4Address?, at time: Double) -> [DHCPProblem] {
        var client = clients[key] ?? Client()
        defer { clients[key] = client }
        client.discovers = 0
        if client.refusals == 0 || time - client.firstRefusal > Self.forgetting { (client.firstRefusal, client.refusals) = (time, 0) }
        client.refusals += 1
        guard client.refusals == Self.refusals else { return [] }
        return [.refusedAgain(client: key.mac, server: server, key.place)]
    }

    // MARK: - Answers

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

    private mutating func acknowledged(_ observation: DHCPObservation, _ place: DHCPProblem.Place) -> [DHCPProblem] {
        guard let problem = poverty(of: observation, place) else {
            // What was wrong with this phone's options is told again if it comes back.
            if observation.provisioningOptions != nil { toldPoverty[observation.mac] = nil }
            return []
        }
        return tellPoverty(problem, of: observation.mac)
    }

    /// What an answer to a known phone lacks.
    private func poverty(of observation: DHCPObservation, _ place: DHCPProblem.Place) -> DHCPProblem? {
        guard let options = observation.provisioningOptions.map({ DHCPOptionCodeSet($0) }), let known = phones[observation.mac],
            let wishes = wishes[known.phone.family], !wishes.options.isEmpty || !wishes.headerFields.isEmpty
        else { return nil }
        // A phone that is sent to a voice VLAN asks again there.
        guard wishes.handover.isDisjoint(with: options), !(observation.headerFields ?? []).contains(where: wishes.headerFields.contains) else {
            return nil
        }
        let given = wishes.options.intersection(options)
        guard !given.isEmpty else {
            return .noProvisioningOptions(known.phone, wanted: wishes.options.codes, server: observation.server, place)
        }
        let asked = wishes.options.intersection(known.asked)
        guard !asked.isEmpty, asked.isDisjoint(with: given) else { return nil }
        return .otherOptions(known.phone, asked: asked.codes, given: given.codes, server: observation.server, place)
    }

    // MARK: - Memory

    private mutating func remember(_ observation: DHCPObservation) {
        guard let recognition = observation.recognition, let family = recognition.family else { return }
        let phone = DHCPProblem.Phone(mac: observation.mac, vendor: recognition.vendor, family: family)
        phones[observation.mac, default: KnownPhone(phone: phone)].update(phone, asking: observation.parameterRequestList)
    }

    private mutating func change(_ key: ClientKey, _ body: (inout Client) -> Void) { body(&clients[key, default: Client()]) }

    private mutating func tellOnce(_ problem: DHCPProblem) -> [DHCPProblem] {
        told.insert(problem).inserted ? [problem] : []
    }

    private mutating func tellPoverty(_ problem: DHCPProblem, of phone: MACAddress) -> [DHCPProblem] {
        toldPoverty.updateValue(problem, forKey: phone) == problem ? [] : [problem]
    }

    private mutating func makeRoom() {
        if clients.count >= Self.rememberedClients { clients = [:] }
        if phones.count >= Self.rememberedClients { phones = [:] }
        if firstServers.count >= Self.rememberedClients { firstServers = [:] }
        if toldPoverty.count >= Self.rememberedClients { toldPoverty = [:] }
        if told.count >= Self.rememberedProblems { told = [] }
    }
}
