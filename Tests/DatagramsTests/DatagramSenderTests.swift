// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import NIOPosix
import Testing

/// What leaves through a sender, seen by a socket on the loopback interface.
@Suite struct DatagramSenderTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func datagramsArriveOneByOne(ip: String) async throws {
        let datagrams = (1...150).map { Array(repeating: UInt8($0), count: $0) }
        let received = try await exchange(ip: ip, count: datagrams.count) { sender, target in
            for datagram in datagrams { sender.write(ByteBuffer(bytes: datagram), to: target) }
        }
        #expect(received == datagrams)
    }

    /// Datagrams that are written as one piece arrive as what they are, the last one shorter; more of them than the
    /// system cuts at one time, too, and such as no system cuts.
    @Test(arguments: [(512, 8), (1432, 64), (9, 200), (4000, 3), (1, 1), (100, 0)])
    func piecesAreCut(segmentByteCount: Int, count: Int) async throws {
        let bytes = (0..<segmentByteCount * count + 1).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let received = try await exchange(ip: "127.0.0.1", count: count + 1) { sender, target in
            sender.write(to: target, segmentByteCount: segmentByteCount) { $0.writeBytes(bytes) }
        }
        #expect(received.map(\.count) == Array(repeating: segmentByteCount, count: count) + [1])
        #expect(received.flatMap { $0 } == bytes)
    }

    /// A datagram that the system refuses to send takes neither the socket nor its neighbours with it: these are for a
    /// network that sockets need a permission for, too long for any packet, and pieces for the same.
    @Test func aRefusedDatagramIsAlone() async throws {
        let broadcast = try #require(DatagramDestination(try SocketAddress(ipAddress: "255.255.255.255", port: 9)))
        let received = try await exchange(ip: "127.0.0.1", count: 4) { sender, target in
            sender.write(ByteBuffer(bytes: [1]), to: target)
            sender.write(ByteBuffer(bytes: [2]), to: broadcast)
            sender.write(ByteBuffer(bytes: [3]), to: target)
            sender.write(ByteBuffer(repeating: 4, count: 70_000), to: target)
            sender.flush()
            sender.write(to: broadcast, segmentByteCount: 2) { $0.writeBytes([5, 5, 5]) }
            sender.write(to: target, segmentByteCount: 1) { $0.writeBytes([6, 7]) }
        }
        #expect(received == [[1], [3], [6], [7]])
    }

    @Test func nothingGoesToPortZero() throws {
        #expect(DatagramDestination(try SocketAddress(ipAddress: "192.0.2.1", port: 0)) == nil)
        #expect(DatagramDestination(try SocketAddress(unixDomainSocketPath: "/nowhere")) == nil)
    }

    /// A channel that is written to in NIO's way outlives what the system refuses, and a destination that cannot be.
    @Test func aChannelOutlivesRefusedDatagrams() async throws {
        let (arrivals, continuation) = AsyncStream<[UInt8]>.makeStream()
        let (target, source) = try await (socket { [Collector(continuation)] }, socket { [DatagramSendingHandler()] })
        let address = try #require(target.localAddress)
        let nowhere = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let broadcast = try SocketAddress(ipAddress: "255.255.255.255", port: 9)
        for (byte, receiver) in [(1, nowhere), (2, broadcast), (3, address)] as [(UInt8, SocketAddress)] {
            try await source.writeAndFlush(AddressedEnvelope(remoteAddress: receiver, data: ByteBuffer(bytes: [byte])))
        }
        for await datagram in arrivals {
            #expect(datagram == [3])
            break
        }
        #expect(source.isActive)
        try await source.close()
        try await target.close()
    }

    private func socket(_ ip: String = "127.0.0.1", _ handlers: @escaping @Sendable () -> [any ChannelHandler]) async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65536))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandlers(handlers()) }
            }
            .bind(host: ip, port: 0).get()
    }

    /// Sends from one socket what `body` writes, and returns the datagrams that another one gets.
    private func exchange(
        ip: String, count: Int, body: @escaping @Sendable (DatagramSender, DatagramDestination) -> Void
    ) async throws -> [[UInt8]] {
        let (arrivals, continuation) = AsyncStream<[UInt8]>.makeStream()
        let (target, source) = try await (socket(ip) { [Collector(continuation)] }, socket(ip) { [] })
        let address = try #require(target.localAddress)
        try await source.eventLoop.submit {
            guard let destination = DatagramDestination(address) else { return }
            let sender = DatagramSender(channel: source)
            body(sender, destination)
            sender.flush()
        }.get()
        var received: [[UInt8]] = []
        for await datagram in arrivals {
            received.append(datagram)
            if received.count == count { break }
        }
        #expect(source.isActive)
        try await source.close()
        try await target.close()
        return received
    }
}

/// Hands on what a socket receives.
private final class Collector: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let continuation: AsyncStream<[UInt8]>.Continuation

    init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(Array(unwrapInboundIn(data).data.readableBytesView))
    }
}
