// SPDX-License-Identifier: GPL-3.0-or-later

/// How long to wait before the next attempt to reach provd: longer after each failure.
struct Backoff {
    /// The first wait: a restart of provd is hardly noticed.
    static let shortest: Duration = .milliseconds(100)
    /// The longest wait: a phone that boots when provd has just come back is still recognised before its first request.
    static let longest: Duration = .seconds(2)

    private var wait = Self.shortest

    /// The next wait.
    mutating func next() -> Duration {
        defer { wait = min(wait * 2, Self.longest) }
        return wait
    }

    /// Begins again, after provd has accepted something.
    mutating func reset() { wait = Self.shortest }
}
