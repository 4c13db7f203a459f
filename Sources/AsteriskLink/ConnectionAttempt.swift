// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import Synchronization

/// A connection that comes about and can be given up. NIO's own goes on trying when its task is cancelled.
final class ConnectionAttempt: Sendable {
    private struct State {
        /// One for each address of a name.
        var channels: [any Channel] = []
        var isGivenUp = false
    }

    private let state = Mutex(State())

    /// Takes a channel that is going to connect.
    ///
    /// - Throws: `CancellationError` if the attempt is given up already.
    func begin(_ channel: any Channel) throws {
        let isGivenUp = state.withLock { state in
            state.channels.append(channel)
            return state.isGivenUp
        }
        if isGivenUp { throw CancellationError() }
    }

    /// Closes what tries to connect, and lets nothing begin any more.
    func giveUp() {
        let channels = state.withLock { state in
            state.isGivenUp = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
