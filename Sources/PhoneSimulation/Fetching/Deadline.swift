// SPDX-License-Identifier: GPL-3.0-or-later

/// Something took longer than it may.
struct DeadlineExceeded: Error {}

/// Does something, and cancels it when its time is over.
///
/// - Throws: ``DeadlineExceeded``, or what the body throws.
func withDeadline<Value: Sendable>(_ time: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            throw DeadlineExceeded()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
