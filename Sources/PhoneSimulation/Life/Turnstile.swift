// SPDX-License-Identifier: GPL-3.0-or-later

/// Lets so many in at the same time, and the others in the order in which they came.
actor Turnstile {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var first = 0

    init(_ capacity: Int) { free = max(1, capacity) }

    /// Does something inside. Those who wait are let in when others leave, also when all are cancelled: nothing inside outlives cancellation.
    nonisolated func pass<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        await enter()
        do {
            try Task.checkCancellation()
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        guard first < waiting.count else {
            free += 1
            return
        }
        let next = waiting[first]
        first += 1
        // Those that are gone are thrown away in large pieces.
        if first == waiting.count || first > 1_024 {
            waiting.removeFirst(first)
            first = 0
        }
        next.resume()
    }
}
