// SPDX-License-Identifier: GPL-3.0-or-later

import Synchronization

/// Counts the transfers that are under way on all event loops, and says whether one more may begin.
final class Admission: Sendable {
    private struct Counts {
        var total = 0
        var byClient: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let maximum: Int
    private let maximumPerClient: Int

    init(maximum: Int, maximumPerClient: Int) {
        self.maximum = maximum
        self.maximumPerClient = maximumPerClient
    }

    /// Counts one more transfer with the client of this IP address, unless a bound is reached.
    func begin(client: String) -> Bool {
        counts.withLock { counts in
            let ofClient = counts.byClient[client, default: 0]
            guard counts.total < maximum, ofClient < maximumPerClient else { return false }
            counts.total += 1
            counts.byClient[client] = ofClient + 1
            return true
        }
    }

    /// Takes back what ``begin(client:)`` counted.
    func end(client: String) {
        counts.withLock { counts in
            guard let ofClient = counts.byClient[client] else { return }
            counts.total -= 1
            counts.byClient[client] = ofClient > 1 ? ofClient - 1 : nil
        }
    }
}
