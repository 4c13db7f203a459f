// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import TFTP

/// A socket that transfers run over, each with a client of its own.
///
/// RFC 1350 tells transfers apart by the ports of both sides together, so transfers with different clients can share the
/// server's. That lets the blocks of many phones leave with one system call, and their acknowledgments arrive with one:
/// in lock-step system calls are most of what a block costs.
final class TransferPort: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    /// Clients that a port takes before it must rest: as many as can be served by one system call and somewhat more.
    private static let maximumClients = 64
    /// Datagrams taken from the socket with one system call.
    private static let datagramsPerRead = 32
    /// Bytes of the longest datagram that a client has reason to send here: an ERROR with a long message.
    private static let maximumDatagramByteCount = 600
    /// Bytes of blocks that may wait in the system: the windows of several clients. What exceeds it waits in the program.
    private static let sendBufferByteCount: Int = 1024 * 1024
    /// ERROR packets to strangers before the port rests; beyond that they are ignored.
    private static let maximumStrangerReplies = 8

    let channel: any Channel
    /// What is sent waits here until it is flushed.
    let sender: DatagramSender
    /// The local address that the port was opened for.
    let local: SocketAddress
    /// Everyone who has had a transfer here since the port rested.
    private var clients: Set<SocketAddress> = []
    /// The transfers that run.
    private var sessions: [SocketAddress: TransferSession] = [:]
    /// Transfers that run or are about to.
    private var holders = 0
    private var strangerReplies = 0

    private init(channel: any Channel, local: SocketAddress) {
        self.channel = channel
        sender = DatagramSender(channel: channel)
        self.local = local
    }

    /// Opens a port that the system chooses, on a local address.
    static func open(at local: SocketAddress, on eventLoop: any EventLoop) -> EventLoopFuture<TransferPort>.Isolated {
        var address = local
        address.port = 0
        // One read for each event: a second one would find nothing, and looking costs a system call.
        return DatagramBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.datagramVectorReadMessageCount, value: datagramsPerRead)
            .channelOption(.socketOption(.so_sndbuf), value: sendBufferByteCount)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: datagramsPerRead * maximumDatagramByteCount))
            .bind(to: address)
            .assumeIsolated()
            .flatMapThrowing { channel in
                let port = TransferPort(channel: channel, local: local)
                try channel.pipeline.syncOperations.addHandler(port)
                return port
            }
    }
}

// MARK: - Who is served

extension TransferPort {
    /// Whether any transfer runs here or is about to.
    var isInUse: Bool { holders > 0 }

    /// Takes a client in, unless the port has had its fill of clients, or had this one before: what is late from a former
    /// transfer must not be taken for an answer in the next.
    func admit(_ client: SocketAddress) -> Bool {
        guard channel.isActive, clients.count < Self.maximumClients, clients.insert(client).inserted else { return false }
        holders += 1
        return true
    }

    /// The transfer of an admitted client begins.
    func begin(_ session: TransferSession, with client: SocketAddress) {
        sessions[client] = session
    }

    /// The transfer of an admitted client is over.
    func end(with client: SocketAddress) {
        sessions[client] = nil
        holders -= 1
    }

    /// Forgets all clients, after a rest.
    func startAnew() {
        clients = []
        strangerReplies = 0
    }
}

// MARK: - Datagrams

extension TransferPort {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        if let session = sessions[envelope.remoteAddress] {
            session.received(envelope.data)
        } else if isInUse, !clients.contains(envelope.remoteAddress) {
            // What comes from a client of before is late, and nobody waits for an answer to it.
            replyToStranger(envelope)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        sender.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a socket reports here, such as an ICMP message, is about one packet; the retransmission takes care of it.
    }

    func channelInactive(context: ChannelHandlerContext) {
        for session in sessions.values { session.stop(reason: "The server lost the transfer's socket.") }
    }

    /// RFC 1350 section 4: a packet from a wrong port is answered, and does not disturb the transfers.
    private func replyToStranger(_ envelope: AddressedEnvelope<ByteBuffer>) {
        guard strangerReplies < Self.maximumStrangerReplies, let stranger = DatagramDestination(envelope.remoteAddress) else { return }
        // Never answer an ERROR: two servers could go on for ever.
        if case .error? = try? TFTPPacket(parsing: envelope.data.readableBytesUInt8Span) { return }
        strangerReplies += 1
        let reply = TFTPPacket.error(code: .unknownTransferID, message: "This port serves other transfers.")
        sender.write(ByteBuffer(bytes: reply.serialized()), to: stranger)
    }
}
