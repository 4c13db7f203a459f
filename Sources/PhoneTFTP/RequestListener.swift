// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NIOCore
import TFTP

/// A socket that requests arrive at: reads the datagrams and hands them to the ``TransferRegister``.
final class RequestListener: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// Datagrams taken from the socket with one system call.
    static let datagramsPerRead = 16
    /// Bytes of the longest datagram that is taken whole: one more than a request may have, so that a longer one shows.
    static let maximumDatagramByteCount = TFTPRequest.maximumByteCount + 1

    private let register: TransferRegister
    private let portMode: TFTPServerConfiguration.PortMode
    private let logger: Logger
    private var complaints: ComplaintBudget

    init(register: TransferRegister, configuration: TFTPServerConfiguration, logger: Logger) {
        self.register = register
        self.logger = logger
        portMode = configuration.portMode
        complaints = ComplaintBudget(perSecond: configuration.maximumComplaintsPerSecond)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let client = envelope.remoteAddress
        do throws(TFTPParseError) {
            switch try TFTPPacket(parsing: envelope.data.readableBytesUInt8Span) {
            case .request(let request) where request.direction == .read:
                let path = try request.relativePath()
                let local = envelope.metadata?.packetInfo?.localAddress
                if !register.requested(request, path: path, from: client, at: local) {
                    logger.notice("Refused a TFTP transfer because too many are under way", metadata: ["client": "\(client)"])
                    complain(context, to: client, .notDefined, "The server is busy; try again later.")
                }
            case .request:
                complain(context, to: client, .notDefined, "This server is read-only.")
            case .error:
                register.session(of: client, on: portMode)?.received(envelope.data)
            case .data, .acknowledgment, .optionAcknowledgment:
                if let session = register.session(of: client, on: portMode) {
                    session.received(envelope.data)
                } else {
                    complain(context, to: client, .unknownTransferID, "There is no such transfer.")
                }
            }
        } catch {
            logger.debug("Refused a malformed TFTP packet", metadata: ["client": "\(client)", "reason": "\(error)"])
            complain(context, to: client, error.replyCode, error.description)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("The TFTP socket reported an error", metadata: ["error": "\(error)"])
    }

    func channelInactive(context: ChannelHandlerContext) {
        register.close()
    }

    /// Sends an ERROR packet about a datagram, within the bounds of the budget.
    private func complain(_ context: ChannelHandlerContext, to client: SocketAddress, _ code: TFTPErrorCode, _ message: String) {
        guard complaints.take(now: NIODeadline.nowSinceStart) else { return }
        let packet = TFTPPacket.error(code: code, message: message)
        let envelope = AddressedEnvelope(remoteAddress: client, data: ByteBuffer(bytes: packet.serialized()))
        context.write(wrapOutboundOut(envelope), promise: nil)
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
