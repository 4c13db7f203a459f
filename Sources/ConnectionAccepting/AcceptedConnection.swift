// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
import Synchronization

/// A connection that was accepted and set up, and waits for somebody to serve it.
///
/// A server's stream drops what nobody took from it when it ends, and what is still being set up then is not even put into it. A channel that is
/// wrapped for asynchronous code and run by nobody ends the process (`NIOAsyncWriter`). So a server's stream carries these, each of which sees to
/// its own end.
public final class AcceptedConnection<Value: Sendable>: Sendable {
    /// The channel.
    public let channel: any Channel
    private let value: Value
    private let abandon: @Sendable (Value) async -> Void
    private let isTaken = Atomic(false)

    /// Holds a connection.
    ///
    /// - Parameters:
    ///   - value: What it was set up as.
    ///   - abandon: Runs the value to its end. The channel is closed when this is called.
    public init(_ channel: any Channel, _ value: Value, abandon: @escaping @Sendable (Value) async -> Void) {
        self.channel = channel
        self.value = value
        self.abandon = abandon
    }

    deinit {
        guard !isTaken.load(ordering: .relaxed) else { return }
        channel.close(promise: nil)
        Task { [value, abandon] in await abandon(value) }
    }

    /// What the connection was set up as; whoever takes it runs it.
    public func take() -> Value {
        isTaken.store(true, ordering: .relaxed)
        return value
    }
}

extension AcceptedConnection {
    /// Holds a channel that is wrapped for asynchronous code.
    public convenience init<Inbound: Sendable, Outbound: Sendable>(_ wrapped: Value) where Value == NIOAsyncChannel<Inbound, Outbound> {
        self.init(wrapped.channel, wrapped) { wrapped in try? await wrapped.executeThenClose { _, _ in } }
    }
}
