// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import ProvModel
import Synchronization
import Telemetry

/// Lets transactions that come while another one is being written share the next commit.
///
/// A commit waits for the disk, some milliseconds, and the writer is one. Whoever finds it idle writes at once; those who come meanwhile are written
/// together by the first of them, each in a savepoint of its own: one that fails is undone alone, and nobody is told of success before the
/// commit that holds his changes.
actor TransactionQueue {
    /// How many transactions share a commit at the most, so that the first of them does not wait long for the last.
    private static let maximumShare = 64

    /// One transaction of a commit; what it leads to stays with whoever asked for it.
    private typealias Work = @Sendable (Database) throws -> DocumentChanges

    private enum Turn: Sendable {
        /// Write yourself, and those who wait.
        case lead
        /// It was written by somebody else, or could not be.
        case written((any Error)?)
    }

    private struct Waiting {
        let work: Work
        let turn: CheckedContinuation<Turn, Never>
    }

    private let database: any DatabaseWriter
    private let cache: DocumentCache
    private let metrics: StorageMetrics
    private var waiting: [Waiting] = []
    private var isWriting = false

    init(_ database: any DatabaseWriter, forgetting cache: DocumentCache, _ metrics: StorageMetrics) {
        self.database = database
        self.cache = cache
        self.metrics = metrics
    }

    /// Writes a transaction, alone or with others.
    func write<Result: Sendable>(
        actor: AuditActor?, _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        let outcome = Outcome<Result>()
        let metrics = metrics
        let work: Work = { database in
            var changes = DocumentChanges()
            do {
                var result: Result?
                try database.inSavepoint {
                    let transaction = SQLiteTransaction(database: database, actor: actor, metrics)
                    result = try body(transaction)
                    changes = transaction.changes
                    return .commit
                }
                outcome.set(result.map { .success($0) })
            } catch {
                outcome.set(.failure(error))
                // A full disk ends the transaction around the savepoint too: then the others have failed as well.
                guard database.isInsideTransaction else { throw error }
            }
            return changes
        }
        if isWriting {
            let turn = await withCheckedContinuation { waiting.append(Waiting(work: work, turn: $0)) }
            if case .written(let error) = turn { return try outcome.get(error) }
        }
        isWriting = true
        let followers = waiting.prefix(Self.maximumShare - 1)
        waiting.removeFirst(followers.count)
        let error = await commit([work] + followers.map(\.work))
        for follower in followers { follower.turn.resume(returning: .written(error)) }
        if waiting.isEmpty {
            isWriting = false
        } else {
            waiting.removeFirst().turn.resume(returning: .lead)
        }
        return try outcome.get(error)
    }

    /// Writes transactions with one commit, whatever becomes of the task that asks for it: others wait for it too.
    ///
    /// - Returns: why nothing was written; `nil` if all was that did not fail for itself.
    private func commit(_ share: [Work]) async -> (any Error)? {
        let start = ContinuousClock.now
        let error: (any Error)? = await withCheckedContinuation { continuation in
            let cache = cache
            database.asyncWrite { database in
                var changes = DocumentChanges()
                for work in share { changes.formUnion(try work(database)) }
                database.afterNextTransaction { [changes] _ in cache.forget(changes) }
            } completion: { _, result in
                if case .failure(let error) = result { continuation.resume(returning: error) } else { continuation.resume(returning: nil) }
            }
        }
        metrics.commits[error == nil ? .done : .failed].observe(.now - start)
        if error == nil { metrics.transactions.add(UInt64(share.count)) }
        return error
    }

    /// What a transaction led to, until its commit is known.
    private final class Outcome<Value: Sendable>: Sendable {
        private let state = Mutex<Result<Value, any Error>?>(nil)

        func set(_ result: Result<Value, any Error>?) { state.withLock { $0 = result } }

        func get(_ commitError: (any Error)?) throws -> Value {
            if let commitError { throw commitError }
            guard let result = state.withLock({ $0 }) else { throw StoreError(.other, "a transaction led to nothing") }
            return try result.get()
        }
    }
}
