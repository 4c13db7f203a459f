// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// Where registered phones are: the location service of RFC 3261 section 10, in memory.
///
/// A restart forgets it. Phones register again by themselves, and until then a phone is
/// reached through its contact's address.
struct RegistrarBindings: Sendable {
    /// One contact of an account.
    struct Binding: Sendable, Hashable {
        let account: SIPAccount
        let contact: SIPURI
        /// The flow of the last REGISTER; `nil` once its connection is closed.
        var flow: SIPFlow?
        /// The proxies between here and the phone, as they named themselves in Path; the nearest comes first.
        var path: [SIPHeader] = []
        let remote: SIPAddress
        let transport: SIPTransport
        let userAgent: String?
        let callID: String
        let sequence: UInt32
        let expiry: ContinuousClock.Instant

        /// Whether the account is a person's.
        var isLine: Bool {
            if case .line = account.owner { true } else { false }
        }

        /// How well the contact agrees with what is known of its sender: anybody with an account can write any address there. Before all
        /// counts that the phone is where it says; behind address translation that it goes by its own name.
        fileprivate var credibility: Int {
            (SIPServer.plainHost(contact.host) == remote.host ? 2 : 0) + (contact.userText == account.username ? 1 : 0)
        }
    }

    /// Why bindings were not changed.
    enum Refusal: Error, Hashable {
        /// A REGISTER that is older than the last one of its Call-ID.
        case outOfOrder
        /// All places are taken.
        case full
    }

    private var bindings: [String: [Binding]] = [:]
    /// The accounts of lines that say that their phone is at a place; whoever said it first comes first.
    private var linesByPlace: [String: [String]] = [:]
    /// How many accounts of lines are registered.
    private(set) var lineCount = 0
    private var accountsByChannel: [SIPFlow.ChannelID: Set<String>] = [:]
    private let perAccount: Int
    private let maximumAccounts: Int

    init(perAccount: Int, maximumAccounts: Int) {
        self.perAccount = max(1, perAccount)
        self.maximumAccounts = maximumAccounts
    }

    /// The account's contacts, the newest first.
    func contacts(of username: String) -> [Binding] {
        bindings[username] ?? []
    }

    /// The contact of a line at a URI. If several accounts claim the place it is that of the most credible, and among equals of the first.
    func binding(at uri: SIPURI) -> Binding? {
        let place = Self.place(uri)
        let claims = (linesByPlace[place] ?? []).compactMap { username in bindings[username]?.first { Self.place($0.contact) == place } }
        return claims.max { $0.credibility < $1.credibility }
    }

    /// What of a URI says where a phone is.
    private static func place(_ uri: SIPURI) -> String {
        "\(uri.userText ?? "")@\(uri.host.lowercased()):\(uri.port ?? 5060)"
    }

    var accountCount: Int { bindings.count }

    /// Whether a connection carries a registration and so may be silent.
    func isRegistered(over channel: SIPFlow.ChannelID) -> Bool {
        accountsByChannel[channel].map { !$0.isEmpty } ?? false
    }

    /// When the account's first contact runs out.
    func nextExpiry(of username: String) -> ContinuousClock.Instant? {
        bindings[username]?.map(\.expiry).min()
    }

    /// Adds or refreshes contacts, all or none.
    ///
    /// - Returns: which of them are new, and which old contacts made place.
    mutating func update(_ updates: [Binding], of username: String) throws(Refusal) -> (new: [Binding], evicted: [Binding]) {
        var list = bindings[username] ?? []
        guard !list.isEmpty || bindings.count < maximumAccounts else { throw .full }
        var new: [Binding] = []
        for update in updates {
            if let index = list.firstIndex(where: { $0.contact.isEquivalent(to: update.contact) }) {
                try Self.checkOrder(list[index], update.callID, update.sequence)
                list.remove(at: index)
            } else {
                new.append(update)
            }
            list.insert(update, at: 0)
        }
        let evicted = Array(list.dropFirst(perAccount))
        store(Array(list.prefix(perAccount)), of: username)
        return (new, evicted)
    }

    /// Removes the contacts for which `isMeant` holds.
    mutating func remove(of username: String, callID: String, sequence: UInt32, where isMeant: (Binding) -> Bool) throws(Refusal) -> [Binding] {
        let list = bindings[username] ?? []
        let removed = list.filter(isMeant)
        for binding in removed { try Self.checkOrder(binding, callID, sequence) }
        store(list.filter { !isMeant($0) }, of: username)
        return removed
    }

    /// Removes contacts that have run out.
    mutating func expire(_ username: String, now: ContinuousClock.Instant) -> [Binding] {
        let list = bindings[username] ?? []
        let expired = list.filter { $0.expiry <= now }
        if !expired.isEmpty { store(list.filter { $0.expiry > now }, of: username) }
        return expired
    }

    /// A connection is closed: what was registered over it must be reached in another way.
    mutating func forget(_ channel: SIPFlow.ChannelID) {
        for username in accountsByChannel.removeValue(forKey: channel) ?? [] {
            guard var list = bindings[username] else { continue }
            for index in list.indices where list[index].flow?.channel == channel { list[index].flow = nil }
            bindings[username] = list
        }
    }

    private mutating func store(_ list: [Binding], of username: String) {
        for binding in bindings[username] ?? [] {
            if let flow = binding.flow, flow.isReliable { accountsByChannel[flow.channel]?.remove(username) }
        }
        // A refresh keeps the account's place among those that claim the same.
        let places = Self.places(list), former = Self.places(bindings[username] ?? [])
        for place in former.subtracting(places) {
            linesByPlace[place]?.removeAll { $0 == username }
            if linesByPlace[place]?.isEmpty == true { linesByPlace[place] = nil }
        }
        for place in places.subtracting(former) { linesByPlace[place, default: []].append(username) }
        lineCount += (list.first?.isLine == true ? 1 : 0) - (bindings[username]?.first?.isLine == true ? 1 : 0)
        bindings[username] = list.isEmpty ? nil : list
        for binding in list {
            if let flow = binding.flow, flow.isReliable { accountsByChannel[flow.channel, default: []].insert(username) }
        }
    }

    /// Where lines are.
    private static func places(_ list: [Binding]) -> Set<String> { Set(list.lazy.filter(\.isLine).map { place($0.contact) }) }

    /// Within a Call-ID the number rises: RFC 3261 section 10.3, step 7.
    private static func checkOrder(_ binding: Binding, _ callID: String, _ sequence: UInt32) throws(Refusal) {
        if binding.callID == callID, sequence <= binding.sequence { throw .outOfOrder }
    }
}
