// SPDX-License-Identifier: GPL-3.0-or-later

/// When to send again: the estimator of RFC 6298, bounded by a transfer's limits.
struct RetransmissionTimer: Sendable {
    /// The smoothed time from a packet to its acknowledgment in nanoseconds, once one was measured.
    private var smoothed: Int64?
    private var variation: Int64 = 0
    /// The wait before the next retransmission.
    private(set) var timeout: Duration
    private let minimum: Duration
    private let maximum: Duration

    /// What is added at least to the mean, in nanoseconds: no clock is exact (G of RFC 6298).
    private static let granularity: Int64 = 1_000_000

    /// - Parameter agreed: the longest wait as negotiated with the client (RFC 2349).
    init(limits: TFTPTransferLimits, agreed: Duration?) {
        maximum = agreed ?? limits.maximumTimeout
        minimum = min(limits.minimumTimeout, maximum)
        timeout = min(limits.initialTimeout, maximum)
    }

    /// Learns from packets that were sent once and acknowledged after this time.
    ///
    /// Only from those: after a retransmission it is unknown which copy was acknowledged (Karn's algorithm).
    mutating func measured(_ roundTrip: Duration) {
        let measured = Self.nanoseconds(roundTrip)
        let mean: Int64
        if let former = smoothed {
            variation = (variation * 3 + abs(former - measured)) / 4
            mean = (former * 7 + measured) / 8
        } else {
            variation = measured / 2
            mean = measured
        }
        smoothed = mean
        timeout = min(max(.nanoseconds(mean + max(variation * 4, Self.granularity)), minimum), maximum)
    }

    /// Doubles the wait until something can be measured again: packets were lost, or the client has become slow.
    mutating func backOff() {
        timeout = min(timeout * 2, maximum)
    }

    /// A round trip as a number that is quick to reckon with, which is done for each acknowledgment; at most an hour,
    /// so that no sum is too large.
    private static func nanoseconds(_ roundTrip: Duration) -> Int64 {
        let (seconds, attoseconds) = roundTrip.components
        guard (0..<3600).contains(seconds) else { return seconds < 0 ? 0 : 3600 * 1_000_000_000 }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
