// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import TFTP

/// Fetches files over TFTP, each from a port of its own, as RFC 1350 wants it.
struct TFTPFetcher: Sendable {
    let server: ProvisioningServer
    let hosts: HostBook

    private typealias Socket = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    func fetch(_ path: String) async throws -> FetchAnswer {
        do {
            return try await withDeadline(FetchLimits.patience) { try await transfer(path) }
        } catch is DeadlineExceeded {
            throw FetchFailure("no TFTP answer within \(FetchLimits.patience.components.seconds) s")
        } catch let error as FetchFailure {
            throw error
        } catch {
            try Task.checkCancellation()
            throw FetchFailure("TFTP: \(error)")
        }
    }

    private func transfer(_ path: String) async throws -> FetchAnswer {
        let address = try await hosts.address(of: server.host, port: server.tftpPort)
        let any = try SocketAddress(ipAddress: address.protocol == .inet6 ? "::" : "0.0.0.0", port: 0)
        let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // A block and its header.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: TFTPDownload.blockSize + TFTPPacket.dataHeaderByteCount))
            .bind(to: any) { channel in
                channel.eventLoop.makeCompletedFuture { try Socket(wrappingChannelSynchronously: channel) }
            }
        return try await socket.executeThenClose { inbound, outbound in
            let session = TFTPSession(path: path, server: address)
            try await outbound.write(await session.request)
            return try await withThrowingTaskGroup(of: FetchAnswer.self) { group in
                group.addTask {
                    for try await envelope in inbound {
                        let (reply, answer) = await session.receive(envelope)
                        if let reply { try await outbound.write(reply) }
                        if let answer { return answer }
                    }
                    throw FetchFailure("TFTP: the socket was closed")
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: TFTPDownload.retransmission)
                        switch await session.look() {
                        case .busy: continue
                        case .again(let packet): try await outbound.write(packet)
                        case .givenUp: throw FetchFailure("TFTP: no answer")
                        }
                    }
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        }
    }
}

/// One transfer with its two ends.
private actor TFTPSession {
    enum Look {
        case busy
        case again(AddressedEnvelope<ByteBuffer>)
        case givenUp
    }

    private var download: TFTPDownload
    private let server: SocketAddress
    /// The port from which the server sends this file (RFC 1350, section 4).
    private var peer: SocketAddress?
    private var hasHeard = false

    init(path: String, server: SocketAddress) {
        download = TFTPDownload(path: path)
        self.server = server
    }

    var request: AddressedEnvelope<ByteBuffer> { envelope(download.request) }

    func receive(_ envelope: AddressedEnvelope<ByteBuffer>) -> (AddressedEnvelope<ByteBuffer>?, FetchAnswer?) {
        let sender = envelope.remoteAddress
        guard sender.ipAddress == server.ipAddress, peer == nil || peer == sender else { return (nil, nil) }
        let bytes = Array(envelope.data.readableBytesView)
        guard let packet = try? TFTPPacket(parsing: bytes.span) else { return (nil, nil) }
        peer = sender
        hasHeard = true
        return switch download.received(packet) {
        case .send(let bytes): (self.envelope(bytes), nil)
        case .finish(let bytes, let answer): (self.envelope(bytes), answer)
        case .end(let answer): (nil, answer)
        case .ignore: (nil, nil)
        }
    }

    func look() -> Look {
        if hasHeard {
            hasHeard = false
            return .busy
        }
        return download.silence().map { .again(envelope($0)) } ?? .givenUp
    }

    private func envelope(_ bytes: [UInt8]) -> AddressedEnvelope<ByteBuffer> {
        AddressedEnvelope(remoteAddress: peer ?? server, data: ByteBuffer(bytes: bytes))
    }
}
