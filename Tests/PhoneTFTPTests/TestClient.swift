// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix
import TFTP

/// A TFTP client with all its packets in the open, so that a test can misbehave at any point.
struct TestClient {
    typealias Datagram = AddressedEnvelope<ByteBuffer>

    /// What the client got.
    struct Fetched: Equatable {
        var bytes: [UInt8] = []
        var options: [TFTPOption] = []
        var error: TFTPErrorCode?
        /// Whether everything came from one and the same port, and which.
        var peer: SocketAddress?
    }

    let server: SocketAddress
    private var inbound: NIOAsyncChannelInboundStream<Datagram>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<Datagram>
    private var latest: TFTPPacket?

    /// Opens a client port on the given address while `body` runs.
    static func with<Result>(
        _ server: SocketAddress, from ip: String = "127.0.0.1", body: (inout TestClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65536))
            .bind(to: SocketAddress(ipAddress: ip, port: 0)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<Datagram, Datagram>(
                        wrappingChannelSynchronously: channel,
                        // A whole window may wait here; none of it may be lost by the test itself.
                        configuration: .init(backPressureStrategy: .init(lowWatermark: 1000, highWatermark: 2000)))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = TestClient(server: server, inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&client)
        }
    }

    func send(_ packet: TFTPPacket, to peer: SocketAddress? = nil) async throws {
        try await send(raw: packet.serialized(), to: peer)
    }

    func send(raw bytes: [UInt8], to peer: SocketAddress? = nil) async throws {
        try await outbound.write(Datagram(remoteAddress: peer ?? server, data: ByteBuffer(bytes: bytes)))
    }

    /// The next packet that says something new: a server repeats itself when this machine is slow.
    mutating func receive() async throws -> (packet: TFTPPacket, peer: SocketAddress) {
        while true {
            let (packet, peer) = try await receiveNextDatagram()
            if packet == latest { continue }
            latest = packet
            return (packet, peer)
        }
    }

    private mutating func receiveNextDatagram() async throws -> (packet: TFTPPacket, peer: SocketAddress) {
        guard let datagram = try await inbound.next(isolation: #isolation) else { throw ChannelError.eof }
        return (try TFTPPacket(parsing: datagram.data.readableBytesUInt8Span), datagram.remoteAddress)
    }

    /// Fetches a file as a good client does.
    ///
    /// - Parameter dropping: blocks that are lost on the way, each once.
    mutating func fetch(
        _ name: String, mode: TFTPMode = .octet, options: [(TFTPOption.Name, Int)] = [], dropping: Set<UInt64> = []
    ) async throws -> Fetched {
        var dropping = dropping
        let asked = options.map { TFTPOption(name: $0.0.rawValue, value: String($0.1)) }
        try await send(.request(TFTPRequest(fileName: name, mode: mode, options: asked)))
        var result = Fetched()
        var blockSize = 512
        var windowSize: UInt64 = 1
        var received: UInt64 = 0
        while true {
            let (packet, peer) = try await receiveNextDatagram()
            guard result.peer == nil || result.peer == peer else { throw ChannelError.unknownLocalAddress }
            result.peer = peer
            switch packet {
            case .error(let code, _):
                result.error = code
                return result
            case .optionAcknowledgment(let options):
                result.options = options
                for option in options {
                    if option.isNamed(.blockSize) { blockSize = Int(option.value) ?? blockSize }
                    if option.isNamed(.windowSize) { windowSize = UInt64(option.value) ?? windowSize }
                }
                try await send(.acknowledgment(block: 0), to: peer)
            case .data(let block, let payload):
                guard block == UInt16(truncatingIfNeeded: received + 1) else {
                    if windowSize > 1 { try await send(.acknowledgment(block: UInt16(truncatingIfNeeded: received)), to: peer) }
                    continue
                }
                if dropping.remove(received + 1) != nil { continue }
                received += 1
                result.bytes += payload
                let isLast = payload.count < blockSize
                if isLast || received % windowSize == 0 || windowSize == 1 {
                    try await send(.acknowledgment(block: block), to: peer)
                }
                if isLast { return result }
            case .request, .acknowledgment:
                throw ChannelError.inappropriateOperationForState
            }
        }
    }
}
