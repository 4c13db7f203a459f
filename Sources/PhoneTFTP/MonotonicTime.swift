// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

extension NIODeadline {
    /// The time as the TFTP state machine counts it.
    var sinceStart: Duration { .nanoseconds(Int64(clamping: uptimeNanoseconds)) }

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
