// SPDX-License-Identifier: GPL-3.0-or-later

/// How long to wait before the next try to connect: longer after each failure, so that an Asterisk that starts is not pestered.
struct ReconnectDelay: Sendable {
    private static let first = Duration.seconds(1), longest = Duration.seconds(60)

    private var delay = first

    /// The wait after a failure.
    mutating func next() -> Duration {
        defer { delay = min(delay * 2, Self.longest) }
        return delay
    }

    /// A connection came to be of use.
    mutating func succeeded() { delay = Self.first }
}
