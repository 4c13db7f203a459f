// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import Logging
import NIOCore
import TFTP

/// A socket that requests arrive at: reads the datagrams and hands them to the ``TransferRegister``.
final class RequestListener: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    /// Datagrams taken from the socket with one system call.
    static let datagramsPerRead = 16
    /// Bytes of the longest datagram that is taken whole: one more than a request may have, so that a longer one shows.
    static let maximumDatagramByteCount = TFTPRequest.maximumByteCount + 1

    private let register: TransferRegister
    private let sender: DatagramSender
    private let portMode: TFTPServerConfiguration.PortMode
    private let logger: Logger
    private var complaints: ComplaintBudget
    private let refusedPath: @Sendable (SocketAddress) -> Void

    init(
        register: TransferRegister, sender: DatagramSender, configuration: TFTPServerConfiguration,
        refusedPath: @escaping @Sendable (SocketAddress) -> Void, logger: Logger
    ) {
        self.refusedPath = refusedPath
        self.register = register
        self.sender = sender
        self.logger = logger
        portMode = configuration.portMode
        complaints = ComplaintBudget(perSecond: configuration.maximumComplaintsPerSecond)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let client = envelope.remoteAddress
        // A client that no answer can reach has forged its address.
        guard let destination = DatagramDestination(client) else { return }
        do throws(TFTPParseError) {
            switch try TFTPPacket(parsing: envelope.data.readableBytesUInt8Span) {
            case .request(let request) where request.direction == .read:
                let path = try request.relativePath()
                let local = envelope.metadata?.packetInfo?.localAddress
                if !register.requested(request, path: path, from: client, at: local, answeringTo: destination) {
                    logger.notice("Refused a TFTP transfer because too many are under way", metadata: ["client": "\(client)"])
                    complain(to: destination, .notDefined, "The server is busy; try again later.")
                }
            case .request:
                complain(to: destination, .notDefined, "This server is read-only.")
            case .error:
                register.session(of: client, on: portMode)?.received(envelope.data)
            case .data, .acknowledgment, .optionAcknowledgment:
                if let session = register.session(of: client, on: portMode) {
                    session.received(envelope.data)
                } else {
                    complain(to: destination, .unknownTransferID, "There is no such transfer.")
                }
            }
        } catch {
            logger.debug("Refused a malformed TFTP packet", metadata: ["client": "\(client)", "reason": "\(error)"])
            let isSaid = complain(to: destination, error.replyCode, error.description)
            if isSaid, error == .fileNameEscapes { refusedPath(client) }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        sender.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("The TFTP socket reported an error", metadata: ["error": "\(error)"])
    }

    func channelInactive(context: ChannelHandlerContext) {
        register.close()
    }

    /// Sends an ERROR packet about a datagram, within the bounds of the budget.
    ///
    /// - Returns: Whether it was sent.
    @discardableResult
    private func complain(to client: DatagramDestination, _ code: TFTPErrorCode, _ message: String) -> Bool {
        guard complaints.take(now: NIODeadline.nowSinceStart) else { return false }
        let packet = TFTPPacket.error(code: code, message: message)
        sender.write(ByteBuffer(bytes: packet.serialized()), to: client)
        return true
    }
}

extension TFTPParseError {
    /// The code to answer a datagram with.
    fileprivate var replyCode: TFTPErrorCode {
        switch self {
        case .missingFileName, .unreadableFileName, .fileNameEscapes: .fileNotFound
        case .unsupportedMode: .notDefined
        case .truncated, .tooLong, .unknownOpcode, .missingMode, .tooManyOptions: .illegalOperation
        }
    }
}
