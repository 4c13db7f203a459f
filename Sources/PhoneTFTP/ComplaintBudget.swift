// SPDX-License-Identifier: GPL-3.0-or-later

/// How many ERROR packets may still be sent about datagrams that nobody asked for: a token bucket of one second's worth.
struct ComplaintBudget {
    private let perSecond: Int64
    private var available: Int64
    private var refilledAt: Duration = .zero

    init(perSecond: Int) {
        self.perSecond = max(Int64(perSecond), 0)
        available = self.perSecond
    }

    /// Takes one packet out of the budget, or returns `false` when it is used up for now.
    mutating func take(now: Duration) -> Bool {
        if now - refilledAt >= .seconds(1) {
            available = perSecond
            refilledAt = now
        }
        guard available > 0 else { return false }
        available -= 1
        return true
    }
}
