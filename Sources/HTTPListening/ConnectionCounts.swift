// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Counts the open connections of each address.
final class ConnectionCounts: Sendable {
    private let limit: Int
    private let counts = Mutex<[String: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// Notes a new connection.
    ///
    /// - Returns: Whether it may stay. One that may is to be given back with ``close(_:)``.
    func open(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < limit else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// A connection that was open is no more.
    func close(_ address: String) {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
