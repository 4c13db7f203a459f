// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Synchronization

/// Lets a request wait that came before the word of its sender's lease.
///
/// A phone may ask for its first file within milliseconds of its lease, by a name that all phones of its model ask for. By its address alone
/// is then known who asks, and of that the sniffer tells a moment later; on a busy machine, too late. A phone that is refused may not ask
/// again for an hour.
final class LeaseNews: Sendable {
    /// The most requests that wait at once, and from one address. Those beyond are answered with what is known.
    private static let capacity = 1_024, capacityPerAddress = 4
    /// For how long nobody waits again for an address of which nothing was told, in seconds: whoever asks in vain again and again gets answers.
    private static let silenceSeconds = 10.0
    /// The most addresses that are remembered for having been waited for in vain.
    private static let silentCapacity = 4_096

    private struct State {
        var waiting: [IPAddress: [Int: AsyncStream<Void>.Continuation]] = [:]
        var waitingCount = 0
        var lastID = 0
        /// Until when nobody waits for an address, in seconds since 1970.
        var silent: [IPAddress: Double] = [:]
    }

    private let patience: Duration
    private let now: @Sendable () -> Double
    private let state = Mutex(State())

    /// - Parameters:
    ///   - patience: For how long a request waits: for less than a phone waits for an answer.
    ///   - now: The time, in seconds since 1970.
    init(patience: Duration, now: @escaping @Sendable () -> Double) {
        self.patience = patience
        self.now = now
    }

    /// How many requests wait.
    var waitingCount: Int { state.withLock { $0.waitingCount } }

    /// Says that an address is a known device's.
    func told(of ip: IPAddress) {
        let continuations = state.withLock { state in
            state.silent[ip] = nil
            return state.waiting[ip].map { Array($0.values) } ?? []
        }
        for continuation in continuations { continuation.yield() }
    }

    /// Waits for something that becomes known with an address and is not known now.
    ///
    /// - Parameters:
    ///   - waited: Is told how long that was.
    ///   - find: Looks for it.
    /// - Returns: What `find` found, or `nil`.
    func find<Found: Sendable>(at ip: IPAddress, waited: inout Duration, _ find: () async throws -> Found?) async throws -> Found? {
        let (news, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard let id = begin(at: ip, continuation) else { return nil }
        defer { end(at: ip, id) }
        // It was perhaps told while nobody listened yet.
        if let found = try await find() { return found }
        let patience = patience, start = ContinuousClock.now
        await withTaskGroup { group in
            group.addTask { for await _ in news { return } }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
        waited = .now - start
        if Task.isCancelled { return nil }
        let found = try await find()
        if found == nil { remember(silent: ip) }
        return found
    }

    private func begin(at ip: IPAddress, _ continuation: AsyncStream<Void>.Continuation) -> Int? {
        let now = now()
        return state.withLock { state in
            guard patience > .zero, state.waitingCount < Self.capacity, state.waiting[ip, default: [:]].count < Self.capacityPerAddress else { return nil }
            // A clock that was set back does not make it longer.
            if let until = state.silent[ip], now < until, until <= now + Self.silenceSeconds { return nil }
            state.lastID += 1
            state.waitingCount += 1
            state.waiting[ip, default: [:]][state.lastID] = continuation
            return state.lastID
        }
    }

    private func end(at ip: IPAddress, _ id: Int) {
        state.withLock { state in
            state.waitingCount -= 1
            state.waiting[ip]?[id] = nil
            if state.waiting[ip]?.isEmpty == true { state.waiting[ip] = nil }
        }
    }

    private func remember(silent ip: IPAddress) {
        let until = now() + Self.silenceSeconds
        state.withLock { state in
            if state.silent.count >= Self.silentCapacity { state.silent = [:] }
            state.silent[ip] = until
        }
    }
}
