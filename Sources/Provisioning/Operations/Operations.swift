// SPDX-License-Identifier: GPL-3.0-or-later

/// Long jobs that somebody may watch and stop.
///
/// Jobs run while `run()` runs, a few at once; more wait in a bounded queue.
public actor Operations {
    /// Where an operation stands (the words of wazo-provd's operation strings, and one more).
    public enum State: String, Sendable, CaseIterable {
        case waiting, progress, success, fail
        /// Somebody stopped it.
        case cancelled

        /// Whether nothing more will happen.
        public var isFinal: Bool { self != .waiting && self != .progress }
    }

    /// A job of which somebody holds the number.
    public struct Operation: Sendable, Equatable {
        /// Its number, from 1.
        public let id: Int
        /// What kind of job it is: `synchronise`, `plugin-install`…
        public let kind: String
        /// What it is about: a plugin, a device.
        public let subject: String
        /// Where it stands.
        public var state: State { progress.state }
        /// How far it and its parts are.
        public var progress: OperationPart
        /// Why it failed, in words.
        public var reason: String?
    }

    private struct Record {
        let kind: String
        let subject: String
        let progress: OperationProgress
        let stop: AsyncStream<Void>.Continuation
        var reason: String?
    }

    /// What a job does most of the time.
    public enum Effort: Sendable, CaseIterable {
        /// It downloads and writes: a few of them run at once.
        case work
        /// It waits for a phone, for minutes: many of them wait at once, and keep nobody from working.
        case wait

        /// How many of the kind run at once. Whoever waits costs some kilobytes; who is told when is decided elsewhere.
        fileprivate var concurrency: Int {
            switch self {
            case .work: 32
            case .wait: 4_000
            }
        }
    }

    /// The jobs of one effort.
    private struct Queue {
        let jobs: AsyncStream<@Sendable () async -> Void>
        let add: AsyncStream<@Sendable () async -> Void>.Continuation

        init(_ capacity: Int) { (jobs, add) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity)) }
    }

    private let capacity: Int
    private let work: Queue
    private let waits: Queue
    private var records: [Int: Record] = [:]
    private var last = 0

    /// Makes an empty list.
    ///
    /// - Parameter capacity: The most jobs of each effort that wait, and the most operations that are remembered.
    public init(capacity: Int = 10_000) {
        self.capacity = capacity
        work = Queue(capacity)
        waits = Queue(capacity)
    }

    /// Begins a job that says how far it is, as soon as there is room.
    ///
    /// - Parameters:
    ///   - kind: What kind of job it is.
    ///   - subject: What it is about.
    ///   - plan: The parts of which it is made.
    ///   - effort: What it does most of the time.
    ///   - cleanUp: What is done once when the job is over, however it ends, also if there is no room for it; the
    ///     operation counts as running until then.
    ///   - job: The job. If somebody stops it, its task is cancelled.
    /// - Returns: The operation by which it can be watched.
    public func begin(
        _ kind: String, of subject: String, _ plan: OperationPart, _ effort: Effort = .work,
        cleanUp: @escaping @Sendable () async -> Void = {}, _ job: @escaping @Sendable (OperationProgress) async throws -> Void
    ) async -> Operation {
        last += 1
        let id = last
        // Clients that never look again must not cost memory for ever: the oldest record goes.
        if records.count >= capacity, let oldest = records.keys.min() { records[oldest] = nil }
        let progress = OperationProgress(plan)
        let (stops, stop) = AsyncStream<Void>.makeStream()
        records[id] = Record(kind: kind, subject: subject, progress: progress, stop: stop)
        let queue = effort == .work ? work : waits
        let result = queue.add.yield { [weak self] in
            progress.update { $0.state = .progress }
            do {
                try await Self.untilStopped(stops) { try await job(progress) }
                await cleanUp()
                progress.finish(as: .success)
            } catch {
                await cleanUp()
                await self?.note("\(error)", for: id)
                progress.finish(as: error is Stopped || error is CancellationError ? .cancelled : .fail)
            }
        }
        let refusal: String? =
            switch result {
            case .enqueued: nil
            case .dropped: "too many operations are waiting: try again later"
            case .terminated: "provd is ending: try again when it has started"
            @unknown default: nil
            }
        if let refusal {
            await cleanUp()
            note(refusal, for: id)
            progress.finish(as: .fail)
        }
        return operation(id) ?? Operation(id: id, kind: kind, subject: subject, progress: progress.now)
    }

    private struct Stopped: Error, CustomStringConvertible {
        var description: String { "it was stopped on request" }
    }

    /// Does a job until it ends, or until somebody stops it.
    private static func untilStopped(_ stops: AsyncStream<Void>, _ job: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await job()
                return true
            }
            group.addTask {
                for await _ in stops { return false }
                // Everything ends.
                try Task.checkCancellation()
                return true
            }
            defer { group.cancelAll() }
            guard try await group.next() == false else { return }
            // The job ends as soon as it notices; what it throws is that it was stopped.
            group.cancelAll()
            if (try? await group.next()) == true { return }
            throw Stopped()
        }
    }

    /// The operation with a number, or `nil`.
    public func operation(_ id: Int) -> Operation? {
        records[id].map { Operation(id: id, kind: $0.kind, subject: $0.subject, progress: $0.progress.now, reason: $0.reason) }
    }

    /// All operations that are remembered, oldest first.
    public func all() -> [Operation] { records.keys.sorted().compactMap { operation($0) } }

    /// How many operations are remembered in each state.
    var counts: [State: Int] { records.values.reduce(into: [:]) { $0[$1.progress.state, default: 0] += 1 } }

    /// Asks an operation to stop. It does so at the next moment where nothing is left half done.
    ///
    /// - Returns: Whether there is such an operation.
    public func stop(_ id: Int) -> Bool {
        guard let record = records[id] else { return false }
        record.stop.yield()
        return true
    }

    /// Forgets an operation. A job that runs goes on.
    ///
    /// - Returns: Whether there was one.
    public func forget(_ id: Int) -> Bool { records.removeValue(forKey: id) != nil }

    private func note(_ reason: String, for id: Int) { records[id]?.reason = reason }

    /// Runs the jobs until the task is cancelled.
    public func run() async {
        async let waiting: Void = Self.run(waits, Effort.wait.concurrency)
        await Self.run(work, Effort.work.concurrency)
        await waiting
    }

    private nonisolated static func run(_ queue: Queue, _ concurrency: Int) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await job in queue.jobs {
                if running >= concurrency {
                    await group.next()
                    running -= 1
                }
                group.addTask { await job() }
                running += 1
            }
        }
    }
}
