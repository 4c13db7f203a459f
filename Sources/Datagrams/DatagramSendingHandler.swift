// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore

/// Lets a channel that is written to in NIO's way send with a ``DatagramSender``, so that no refused datagram closes it.
///
/// To be added to the pipeline first. Writes succeed when they are taken; whether a datagram leaves, nobody learns.
public final class DatagramSendingHandler: ChannelOutboundHandler {
    public typealias OutboundIn = AddressedEnvelope<ByteBuffer>
    public typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private var sender: DatagramSender?

    /// Makes a handler for one channel.
    public init() {}

    public func handlerAdded(context: ChannelHandlerContext) {
        sender = DatagramSender(channel: context.channel)
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        sender = nil
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let envelope = unwrapOutboundIn(data)
        if let destination = DatagramDestination(envelope.remoteAddress) { sender?.write(envelope.data, to: destination) }
        promise?.succeed()
    }

    public func flush(context: ChannelHandlerContext) {
        sender?.flush()
    }
}
