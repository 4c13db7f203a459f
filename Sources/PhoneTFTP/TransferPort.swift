// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix

/// A socket of its own for a transfer, and later for others: opening one costs more than sending a small file.
final class TransferPort: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Bytes of the longest datagram that a client has reason to send here: an ERROR with a long message.
    private static let maximumDatagramByteCount = 600

    let channel: any Channel
    /// The transfer that has the port now.
    var session: TransferSession?

    private init(channel: any Channel) {
        self.channel = channel
    }

    /// Opens a port that the system chooses, on a local address.
    static func open(at local: SocketAddress, on eventLoop: any EventLoop) -> EventLoopFuture<TransferPort>.Isolated {
        var address = local
        address.port = 0
        // One datagram at a time: in lock-step there is no second one, and looking for it is a system call per block.
        return DatagramBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: maximumDatagramByteCount))
            .bind(to: address)
            .assumeIsolated()
            .flatMapThrowing { channel in
                let port = TransferPort(channel: channel)
                try channel.pipeline.syncOperations.addHandler(port)
                return port
            }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What arrives between two transfers is late or a mistake, and nobody waits for an answer to it.
        session?.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a socket reports here, such as an ICMP message, is about one packet; the retransmission takes care of it.
    }

    func channelInactive(context: ChannelHandlerContext) {
        session?.stop(reason: "The server lost the transfer's socket.")
    }
}
