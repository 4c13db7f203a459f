// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// How long things took: how many took no longer than each of some bounds, and how long all took together.
///
/// An observation is two atomic additions. A reader may see one of an observation that is just being made, and not the other.
public final class Histogram: Sendable {
    /// The bounds, in seconds, ascending.
    public let bounds: [Double]
    private let buckets: [Counter]
    private let nanoseconds = Counter()

    /// Bounds for what takes from a tenth of a millisecond to ten seconds: a rendered file, an answer, a commit.
    public static let ordinaryBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Makes a histogram.
    ///
    /// - Parameter bounds: In seconds, ascending; what takes longer than the last is counted too.
    public init(bounds: [Double] = ordinaryBounds) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts something that took some time. Time that runs backwards counts as none.
    public func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let time = Double(seconds) + Double(attoseconds) * 1e-18
        // There are few bounds, and most things are quick.
        let place = bounds.firstIndex { time <= $0 } ?? bounds.count
        if buckets.indices.contains(place) { buckets[place].add() }
        let whole = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds.add((whole.overflow ? 0 : whole.partialValue) &+ UInt64(clamping: attoseconds / 1_000_000_000))
    }

    /// Does something and counts how long it took, also if it fails.
    public func time<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let start = ContinuousClock.now
        defer { observe(.now - start) }
        return try body()
    }

    /// How many things there were in all, how many up to each bound, and how many seconds they took together.
    var reading: (count: UInt64, upTo: [(bound: Double, count: UInt64)], seconds: Double) {
        var sum: UInt64 = 0
        var upTo: [(Double, UInt64)] = []
        for (bound, bucket) in zip(bounds, buckets) {
            sum &+= bucket.value
            upTo.append((bound, sum))
        }
        sum &+= buckets.last?.value ?? 0
        return (sum, upTo, Double(nanoseconds.value) / 1e9)
    }
}
