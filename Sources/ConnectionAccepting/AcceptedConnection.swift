// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
import Synchronization

/// A connection that was accepted and of which nothing is read until it is set up.
///
/// A server's stream drops what nobody took from it when it ends. A channel that is wrapped for asynchronous code, and run by nobody, ends the
/// process (`NIOAsyncWriter`); this one is merely closed. So a server's stream carries these, and who takes one sets it up.
public final class AcceptedConnection: Sendable {
    /// The channel, with no handlers yet.
    public let channel: any Channel
    private let isServed = Atomic(false)

    private init(_ channel: any Channel) { self.channel = channel }

    deinit {
        if !isServed.load(ordering: .relaxed) { channel.close(promise: nil) }
    }

    /// Takes a connection as a bootstrap's `childChannelInitializer`.
    public static func accept(_ channel: any Channel) -> EventLoopFuture<AcceptedConnection> {
        channel.setOption(.autoRead, value: false).map { AcceptedConnection(channel) }
    }

    /// Sets the connection up on its event loop, and begins to read.
    ///
    /// - Returns: What `body` makes of the channel; to be run at once.
    /// - Throws: What `body` fails with. The connection is closed then.
    public func setUp<Value: Sendable>(_ body: @escaping @Sendable (any Channel) -> EventLoopFuture<Value>) async throws -> Value {
        let value = try await channel.eventLoop.flatSubmit { [channel] in
            body(channel).map { value in
                // Nothing is read of a channel that is closed already, and whoever runs the value sees that.
                try? channel.syncOptions?.setOption(.autoRead, value: true)
                return value
            }
        }.get()
        isServed.store(true, ordering: .relaxed)
        return value
    }
}
