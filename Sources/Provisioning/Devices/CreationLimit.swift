// SPDX-License-Identifier: GPL-3.0-or-later

/// How many devices may come to be known by themselves in a time, as a token bucket.
///
/// A whole company's phones may appear within a minute after a power cut, but they are known then. Without a bound
/// a single machine could fill the database with invented phones.
struct CreationLimit: Sendable {
    /// The most devices at once: more than the largest installation that is unpacked in one go, and some 10 MB of database.
    static let burst = 10_000.0
    /// How many more each second.
    static let perSecond = 10.0

    private var tokens = burst
    private var last: Double?

    /// Takes one token if there is one.
    ///
    /// - Parameter now: Seconds on any clock. A clock that jumps back adds nothing.
    /// - Returns: Whether a device may be created.
    mutating func take(now: Double) -> Bool {
        if let last { tokens = min(Self.burst, tokens + max(0, now - last) * Self.perSecond) }
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
