// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

/// Hands the datagrams of a transfer's own port to its session.
final class TransferPortHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Bytes of the longest datagram that a client has reason to send here: an ERROR with a long message.
    static let maximumDatagramByteCount = 600

    private let session: TransferSession

    init(session: TransferSession) {
        self.session = session
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a socket reports here, such as an ICMP message, is about one packet; the retransmission takes care of it.
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.stop(reason: "The server lost the transfer's socket.")
    }
}
