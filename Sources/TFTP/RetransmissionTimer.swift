// SPDX-License-Identifier: GPL-3.0-or-later

/// When to send again: the estimator of RFC 6298, bounded by a transfer's limits.
struct RetransmissionTimer: Sendable {
    /// The smoothed time from a packet to its acknowledgment, once one was measured.
    private var smoothed: Duration?
    private var variation: Duration = .zero
    /// The wait before the next retransmission.
    private(set) var timeout: Duration
    private let minimum: Duration
    private let maximum: Duration

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
        if let mean = smoothed {
            let deviation = mean > roundTrip ? mean - roundTrip : roundTrip - mean
            variation = (variation * 3 + deviation) / 4
            smoothed = (mean * 7 + roundTrip) / 8
        } else {
            smoothed = roundTrip
            variation = roundTrip / 2
        }
        timeout = min(max((smoothed ?? roundTrip) + variation * 4, minimum), maximum)
    }

    /// Doubles the wait until something can be measured again: packets were lost, or the client has become slow.
    mutating func backOff() {
        timeout = min(timeout * 2, maximum)
    }
}
