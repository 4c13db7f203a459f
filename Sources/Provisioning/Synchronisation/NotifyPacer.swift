// SPDX-License-Identifier: GPL-3.0-or-later

/// Spreads what is said to many phones over time, so that they do not all come back in one moment.
actor NotifyPacer {
    /// The time between two: 20 phones a second make 10,000 in eight minutes, each of which fetches some files.
    private static let interval = Duration.milliseconds(50)

    private let clock = ContinuousClock()
    private var next: ContinuousClock.Instant?

    /// Waits for a turn. Whoever is alone does not wait.
    func turn() async throws {
        let now = clock.now
        let turn = max(next ?? now, now)
        next = turn + Self.interval
        if turn > now { try await clock.sleep(until: turn) }
    }
}
