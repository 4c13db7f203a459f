// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

extension NIODeadline {
    /// The time as the TFTP state machine counts it.
    var sinceStart: Duration {
        // Read for every datagram; this initializer needs no division of 128 bits, as `.nanoseconds(_:)` does.
        let (seconds, nanoseconds) = uptimeNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Duration(
            secondsComponent: Int64(clamping: seconds), attosecondsComponent: Int64(clamping: nanoseconds) * 1_000_000_000)
    }

    /// The present, as the TFTP state machine counts it.
    static var nowSinceStart: Duration { now().sinceStart }
}

extension TimeAmount {
    /// The same time in whole nanoseconds; at most some centuries.
    init(bounding duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let bounded = min(max(seconds, 0), 1_000_000_000)
        self = .nanoseconds(bounded * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
