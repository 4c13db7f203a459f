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
