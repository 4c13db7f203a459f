// SPDX-License-Identifier: GPL-3.0-or-later


/// Long jobs that somebody may watch.
///
/// Jobs run while `run()` runs, a few at once; more wait in a bounded queue.
public actor Operations {
    /// Where an operation stands (the words of wazo-provd's operation strings).
    public enum State: String, Sendable {
        case waiting, progress, success, fail
    }

    /// A job of which somebody holds the number.
    public struct Operation: Sendable, Equatable {
        /// Its number, from 1.
        public let id: Int
        /// Where it stands.
        public var state: State
        /// Why it failed, in words.
        public var reason: String?
    }

    /// How many jobs run at once. Each waits for a phone most of the time.
    private static let concurrency = 32
    /// The most jobs that wait, and the most finished ones that are remembered.
    private static let capacity = 10_000

    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation
    private var operations: [Int: Operation] = [:]
    private var last = 0

    /// Makes an empty list.
    public init() {
        (jobs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// Begins a job as soon as there is room.
    ///
    /// - Returns: The operation by which it can be watched.
    public func begin(_ job: @escaping @Sendable () async throws -> Void) -> Operation {
        last += 1
        let id = last
        // Clients that never look again must not cost memory for ever: the oldest record goes.
        if operations.count >= Self.capacity, let oldest = operations.keys.min() { operations[oldest] = nil }
        let operation = Operation(id: id, state: .waiting)
        operations[id] = operation
        let result = continuation.yield { [weak self] in
            await self?.update(id, .progress)
            do {
                try await job()
                await self?.update(id, .success)
            } catch {
                await self?.update(id, .fail, reason: "\(error)")
            }
        }
        if case .dropped = result { update(id, .fail, reason: "too many operations are waiting: try again later") }
        return operations[id] ?? operation
    }

    /// The operation with a number, or `nil`.
    public func operation(_ id: Int) -> Operation? { operations[id] }

    /// Forgets an operation. A job that runs goes on.
    ///
    /// - Returns: Whether there was one.
    public func forget(_ id: Int) -> Bool { operations.removeValue(forKey: id) != nil }

    private func update(_ id: Int, _ state: State, reason: String? = nil) {
        operations[id]?.state = state
        operations[id]?.reason = reason
    }

    /// Runs the jobs until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await job in jobs {
                if running >= Self.concurrency {
                    await group.next()
                    running -= 1
                }
                group.addTask { await job() }
                running += 1
            }
        }
    }
}
