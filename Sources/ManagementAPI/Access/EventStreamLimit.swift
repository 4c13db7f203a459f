// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Synchronization

/// Counts the streams of events that each token has open: each looks into the database some times a second for as long as it lasts.
final class EventStreamLimit: Sendable {
    /// The most streams of one token: every page of a browser has one, and a site's monitors some.
    static let perToken = 16
    /// The most streams of all.
    static let total = 512

    /// Counts as an open stream for as long as somebody holds it: also a stream that nobody ever reads is given back.
    final class Permit: Sendable {
        private let limit: EventStreamLimit
        private let token: String

        fileprivate init(_ limit: EventStreamLimit, _ token: String) {
            self.limit = limit
            self.token = token
        }

        deinit { limit.release(token) }
    }

    private let open = Mutex<[String: Int]>([:])

    /// Counts one more stream.
    ///
    /// - Throws: `APIError` with 429 if the token, or all together, have as many as they may.
    func enter(_ token: String) throws(APIError) -> Permit {
        let isAllowed = open.withLock { open in
            guard open[token, default: 0] < Self.perToken, open.values.reduce(0, +) < Self.total else { return false }
            open[token, default: 0] += 1
            return true
        }
        guard isAllowed else {
            throw APIError(
                .tooManyRequests, "this token has \(Self.perToken) streams of events open, or all together have \(Self.total): close one, or try again later",
                retryAfter: 10)
        }
        return Permit(self, token)
    }

    private func release(_ token: String) {
        open.withLock { open in
            let rest = (open[token] ?? 0) - 1
            open[token] = rest > 0 ? rest : nil
        }
    }
}
