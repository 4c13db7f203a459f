// SPDX-License-Identifier: GPL-3.0-or-later

/// Remembers for a while what has happened, so that it is told once and not with every packet.
struct RecentEvents<Event: Hashable & Sendable>: Sendable {
    private let capacity: Int
    private let memory: Duration
    private var times: [Event: ContinuousClock.Instant] = [:]

    init(capacity: Int, memory: Duration) {
        self.capacity = capacity
        self.memory = memory
    }

    /// How many are remembered.
    var count: Int { times.count }

    /// Notes an event, and says whether it is news.
    mutating func note(_ event: Event, now: ContinuousClock.Instant) -> Bool {
        if let last = times[event], last + memory > now { return false }
        // When it is full everything is forgotten: some things are told twice, and nothing grows.
        if times.count >= capacity { times.removeAll(keepingCapacity: true) }
        times[event] = now
        return true
    }
}

/// How many requests with wrong credentials came from an address in a row.
struct FailureCounts: Sendable {
    private let capacity: Int
    private var counts: [String: Int] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many addresses are remembered.
    var count: Int { counts.count }

    /// Counts a failure.
    mutating func fail(_ host: String) -> Int {
        if counts.count >= capacity, counts[host] == nil { counts.removeAll(keepingCapacity: true) }
        let count = (counts[host] ?? 0) + 1
        counts[host] = count
        return count
    }

    /// A request succeeded: the count begins anew.
    mutating func succeed(_ host: String) {
        counts[host] = nil
    }
}

/// The clients that cannot read a challenge because another one with an algorithm that they do not know stands beside it.
///
/// RFC 8760 section 2.4 wants them to pass over it. Some give up instead, and ask again later without credentials as if nothing had happened: then they
/// are offered MD5 alone, from then on.
struct ChallengeMemory: Sendable {
    private enum State: Sendable {
        /// Challenged, and not heard of since.
        case challenged(by: String)
        /// Challenged in vain.
        case needsMD5
    }

    private let capacity: Int
    private var states: [String: State] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many clients are remembered.
    var count: Int { states.count }

    /// Notes that a client is challenged, and says whether it is to be offered MD5 alone.
    ///
    /// - Parameter request: what tells a request from another; a copy of one is no second try.
    mutating func challenge(_ client: String, for request: String) -> Bool {
        // When it is full everything is forgotten: some clients need one more try, and nothing grows.
        if states.count >= capacity, states[client] == nil { states.removeAll(keepingCapacity: true) }
        switch states[client] {
        case nil:
            states[client] = .challenged(by: request)
            return false
        case .challenged(by: request)?:
            return false
        case .challenged?, .needsMD5?:
            states[client] = .needsMD5
            return true
        }
    }

    /// A client answered a challenge. One that needs MD5 goes on to need it.
    mutating func answered(_ client: String) {
        if case .challenged = states[client] { states[client] = nil }
    }
}
