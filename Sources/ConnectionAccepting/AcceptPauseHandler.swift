// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
public import Logging
public import NIOCore

/// Lets a listening socket rest for a moment when a connection cannot be accepted for want of descriptors or memory.
///
/// The connection waits in the system's queue meanwhile, and the socket stays readable: without the pause its event loop would do nothing
/// but try again, and nobody would hear of it. It goes before all others into the pipeline of the server's channel.
public final class AcceptPauseHandler: ChannelDuplexHandler {
    public typealias InboundIn = any Channel
    public typealias InboundOut = any Channel
    public typealias OutboundIn = Never
    public typealias OutboundOut = Never

    /// What lacks sometimes, and is there again when others have closed theirs (accept(2)).
    private static let shortages: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM]
    /// How long nothing is said after the last word on it: a log grows on the disk of the same machine.
    private static let silence = TimeAmount.minutes(1)

    private let pause: TimeAmount
    private let logger: Logger
    private var end: Scheduled<Void>?
    private var isQuietUntil: NIODeadline?

    /// Makes the handler of one socket.
    ///
    /// - Parameter pause: How long it rests. Connections that end meanwhile make room.
    public init(pause: TimeAmount = .seconds(1), logger: Logger) {
        self.pause = pause
        self.logger = logger
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, error.errnoCode == ECONNABORTED || Self.shortages.contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        // Of a connection that its client took back nothing is left to wait for.
        guard error.errnoCode != ECONNABORTED, end == nil else { return }
        report(error, context)
        // What the channel was asked to read it has not read yet: only so it asks the system no more.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        end = context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.end = nil
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        }
    }

    public func read(context: ChannelHandlerContext) {
        // At the end of a pause the channel reads by itself.
        if end == nil { context.read() }
    }

    public func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
    }

    private func report(_ error: IOError, _ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        if let isQuietUntil, now < isQuietUntil { return }
        isQuietUntil = now + Self.silence
        logger.warning(
            "connections wait, as there are no descriptors or no memory to accept them with",
            metadata: ["address": "\(context.channel.localAddress?.description ?? "?")", "reason": "\(error)"])
    }
}
