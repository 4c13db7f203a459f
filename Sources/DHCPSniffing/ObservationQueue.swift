// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import ProvModel

/// The reports that provd has not accepted yet, in order: observations and problems.
///
/// An observation that says the same as one that waits takes its place and counts it, unless a problem of the same client came
/// between: provd must know a client before it can note the client's problem. The queue is bounded: when it is full, the
/// oldest observation that repeats and leads to no problem makes room, else the oldest, and is counted as dropped. What was sent but not
/// acknowledged stays, and is sent again on the next connection: provd may see an observation twice, never not at all.
public struct ObservationQueue: Sendable {
    /// Observations that may wait: four messages of each of 1,000 phones that boot while provd restarts, about 3 MB.
    public static let defaultLimit = 4096
    /// Observations that may be on their way without an acknowledgement, so that provd need not buffer more.
    public static let window = 256

    private let limit: Int
    private var entries: [UInt64: DHCPReport] = [:]
    /// Where an observation of the same content waits.
    private var places: [DHCPReport: UInt64] = [:]
    /// Observations that were merged, oldest first; may name some that are gone.
    private var merged: [UInt64] = []
    /// Where the last problem of a client waits.
    private var problems: [MACAddress: UInt64] = [:]
    private var inFlight: [UInt64] = []
    private var nextUnsent: UInt64 = 0
    private var end: UInt64 = 0
    private var acknowledgedOnConnection = 0

    /// How many observations were given up for want of room, each with all it stood for.
    public private(set) var dropped: UInt64 = 0
    /// How many of them were told already.
    private var toldDropped: UInt64 = 0

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
    public mutating func add(_ report: DHCPReport) {
        var newest = report
        let key = report.content
        if let place = places[key], place >= nextUnsent, let waiting = entries[place], report.isProblem || !leadsToProblem(place, waiting) {
            newest.count(waiting)
            entries[place] = nil
            merged.append(end)
            if merged.count > 2 * limit { merged.removeAll { entries[$0] == nil } }
        }
        if entries.count >= limit { makeRoom() }
        entries[end] = newest
        places[key] = end
        if report.isProblem, let mac = report.mac { problems[mac] = end }
        end += 1
    }

    private mutating func makeRoom() {
        dropped &+= 1
        // Entries before `nextUnsent` are in flight: they must stay, or acknowledgements would count wrongly.
        while let place = merged.first {
            merged.removeFirst()
            if place >= nextUnsent, let report = entries[place], !leadsToProblem(place, report) { return remove(place) }
        }
        while nextUnsent < end {
            let place = nextUnsent
            nextUnsent += 1
            if entries[place] != nil { return remove(place) }
        }
    }

    private mutating func remove(_ place: UInt64) {
        guard let report = entries.removeValue(forKey: place) else { return }
        let key = report.content
        if places[key] == place { places[key] = nil }
        if let mac = report.mac, problems[mac] == place { problems[mac] = nil }
    }

    /// Whether a problem of the same client waits behind a report.
    private func leadsToProblem(_ place: UInt64, _ report: DHCPReport) -> Bool {
        report.mac.flatMap { problems[$0] }.map { $0 > place } ?? false
    }

    // MARK: - Delivery

    /// How many observations were given up in all, if more were since that was asked last and there is room to tell it.
    public mutating func newlyDropped() -> UInt64? {
        guard dropped > toldDropped, entries.count < limit else { return nil }
        toldDropped = dropped
        return dropped
    }

    /// Takes the next observations to send, as far as the window lets.
    public mutating func take() -> [DHCPReport] {
        var taken: [DHCPReport] = []
        while inFlight.count < Self.window, nextUnsent < end {
            if let report = entries[nextUnsent] {
                inFlight.append(nextUnsent)
                taken.append(report)
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

extension DHCPReport {
    /// The client that it is about, if it is about one.
    fileprivate var mac: MACAddress? {
        switch self {
        case .observation(let observation): observation.mac
        case .problem(let problem): problem.mac
        case .statistics: nil
        }
    }

    fileprivate var isProblem: Bool { if case .problem = self { true } else { false } }

    /// What the report says, without when and how often.
    fileprivate var content: DHCPReport {
        switch self {
        case .observation(var observation):
            observation.time = 0
            observation.repeats = 1
            return .observation(observation)
        case .problem(var problem):
            problem.time = 0
            return .problem(problem)
        case .statistics(let statistics):
            // The newest counts say all that earlier ones did.
            return .statistics(
                ObserverStatistics(source: statistics.source, time: 0, frames: 0, messages: 0, malformed: 0, dropped: 0))
        }
    }

    /// Counts an earlier report of the same content in this one.
    fileprivate mutating func count(_ earlier: DHCPReport) {
        guard case .observation(var observation) = self, case .observation(let other) = earlier else { return }
        let (sum, overflow) = other.repeats.addingReportingOverflow(max(1, observation.repeats))
        observation.repeats = overflow ? Int.max : sum
        self = .observation(observation)
    }
}
