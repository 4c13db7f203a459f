// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel

/// The observations that provd has not accepted yet, in order.
///
/// An observation that says the same as one that waits takes its place and counts it. The queue is bounded: when it is full, the
/// oldest observation that repeats makes room, else the oldest, and is counted as dropped. What was sent but not
/// acknowledged stays, and is sent again on the next connection: provd may see an observation twice, never not at all.
public struct ObservationQueue: Sendable {
    /// Observations that may wait: four messages of each of 1,000 phones that boot while provd restarts, about 3 MB.
    public static let defaultLimit = 4096
    /// Observations that may be on their way without an acknowledgement, so that provd need not buffer more.
    public static let window = 256

    private let limit: Int
    private var entries: [UInt64: DHCPObservation] = [:]
    /// Where an observation of the same content waits.
    private var places: [DHCPObservation: UInt64] = [:]
    /// Observations that were merged, oldest first; may name some that are gone.
    private var merged: [UInt64] = []
    private var inFlight: [UInt64] = []
    private var nextUnsent: UInt64 = 0
    private var end: UInt64 = 0
    private var acknowledgedOnConnection = 0

    /// How many observations were given up for want of room, each with all it stood for.
    public private(set) var dropped: UInt64 = 0

    /// Makes an empty queue.
    ///
    /// - Parameter limit: Observations that may wait; at least one more than the window.
    public init(limit: Int = Self.defaultLimit) { self.limit = max(limit, Self.window + 1) }

    /// How many observations wait for acknowledgement.
    public var count: Int { entries.count }

    /// Whether everything is acknowledged.
    public var isEmpty: Bool { entries.isEmpty }

    /// Adds an observation at the end. An equal one that was not sent yet is taken away and counted in it, so that what
    /// was seen last stays last: an address may have gone to another phone and come back meanwhile.
    public mutating func add(_ observation: DHCPObservation) {
        var newest = observation
        let key = observation.content
        if let place = places[key], place >= nextUnsent, let waiting = entries[place] {
            let (sum, overflow) = waiting.repeats.addingReportingOverflow(max(1, observation.repeats))
            newest.repeats = overflow ? Int.max : sum
            entries[place] = nil
            merged.append(end)
            if merged.count > 2 * limit { merged.removeAll { entries[$0] == nil } }
        }
        if entries.count >= limit { makeRoom() }
        entries[end] = newest
        places[key] = end
        end += 1
    }

    private mutating func makeRoom() {
        dropped &+= 1
        // Entries before `nextUnsent` are in flight: they must stay, or acknowledgements would count wrongly.
        while let place = merged.first {
            merged.removeFirst()
            if place >= nextUnsent, entries[place] != nil { return remove(place) }
        }
        while nextUnsent < end {
            let place = nextUnsent
            nextUnsent += 1
            if entries[place] != nil { return remove(place) }
        }
    }

    private mutating func remove(_ place: UInt64) {
        guard let observation = entries.removeValue(forKey: place) else { return }
        if places[observation.content] == place { places[observation.content] = nil }
    }

    // MARK: - Delivery

    /// Takes the next observations to send, as far as the window lets.
    public mutating func take() -> [DHCPObservation] {
        var taken: [DHCPObservation] = []
        while inFlight.count < Self.window, nextUnsent < end {
            if let observation = entries[nextUnsent] {
                inFlight.append(nextUnsent)
                taken.append(observation)
            }
            nextUnsent += 1
        }
        return taken
    }

    /// Why an acknowledgement makes no sense.
    public struct AcknowledgementError: Error, Hashable, Sendable {
        /// The number that came.
        public let count: Int
        /// The numbers that could have come.
        public let expected: ClosedRange<Int>
    }

    /// Forgets the observations that provd has accepted.
    ///
    /// - Parameter count: How many it has accepted since the connection began.
    /// - Throws: `AcknowledgementError` if that is less than before or more than was sent.
    public mutating func acknowledge(_ count: Int) throws(AcknowledgementError) {
        let possible = acknowledgedOnConnection...acknowledgedOnConnection + inFlight.count
        guard possible.contains(count) else { throw AcknowledgementError(count: count, expected: possible) }
        let accepted = count - acknowledgedOnConnection
        for place in inFlight.prefix(accepted) { remove(place) }
        inFlight.removeFirst(accepted)
        acknowledgedOnConnection = count
    }

    /// Lets everything that was not acknowledged be taken again.
    public mutating func connectionLost() {
        nextUnsent = inFlight.first ?? nextUnsent
        inFlight = []
        acknowledgedOnConnection = 0
    }
}

extension DHCPObservation {
    /// What the observation says, without when and how often.
    fileprivate var content: DHCPObservation {
        var content = self
        content.time = 0
        content.repeats = 1
        return content
    }
}
