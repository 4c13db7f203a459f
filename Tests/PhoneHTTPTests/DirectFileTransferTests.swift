// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import OpenFiles
import Testing

@testable import PhoneHTTP

/// Files that the system copies to a connection.
@Suite(.timeLimit(.minutes(10))) struct DirectFileTransferTests {
    /// More than a socket takes at one time, and no multiple of any piece.
    private static let bytes = (0..<9_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) }

    @Test(arguments: [0..<9_000_001, 1_000..<1_001, 8_999_000..<9_000_001, 65_535..<3_000_000])
    func whatIsAskedForArrives(range: Range<Int>) async throws {
        let (isSent, received) = try await exchange(range: range)
        #expect(isSent == true)
        #expect(received == Array(Self.bytes[range]))
    }

    /// Without an HTTP encoder this is no connection that the bytes of a body could go to as they are.
    @Test func otherConnectionsAreLeftAlone() async throws {
        let (isSent, received) = try await exchange(range: 0..<100, isHTTP: false)
        #expect(isSent == false)
        #expect(received.isEmpty)
    }

    @Test func aFileThatHasBecomeShorterFails() async throws {
        let (isSent, received) = try await exchange(range: 0..<9_000_001, truncatedTo: 5_000_000)
        #expect(isSent == nil)
        #expect(received == Array(Self.bytes[..<5_000_000]))
    }

    /// Sends a part of a file over a connection on the loopback interface.
    ///
    /// - Returns: the answer, `nil` if it was an error, and what arrived until the connection was closed.
    private func exchange(
        range: Range<Int>, truncatedTo length: UInt64? = nil, isHTTP: Bool = true
    ) async throws -> (isSent: Bool?, received: [UInt8]) {
        let path = FileManager.default.temporaryDirectory.appending(path: "provd-direct-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(Self.bytes).write(to: path)
        let file = try OpenFile(path: path.path)
        if let length {
            let handle = try FileHandle(forWritingTo: path)
            try handle.truncate(atOffset: length)
            try handle.close()
        }
        let (server, answers) = try await serve(file, range, isHTTP: isHTTP)
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        var received: [UInt8] = []
        received.reserveCapacity(range.count)
        try await client.executeThenClose { inbound, _ in
            for try await piece in inbound { received.append(contentsOf: piece.readableBytesView) }
        }
        let answer = await answers.first { _ in true }
        try await server.close()
        return (answer ?? nil, received)
    }

    /// What is less than a connection holds back before it says so, and more than goes into the sockets: nobody but the transfer knows of it.
    @Test func aPhoneThatDoesNotTakeTheLastPieceIsLetGo() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "provd-direct-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(Self.bytes.prefix(60_000)).write(to: path)
        let (server, answers) = try await serve(OpenFile(path: path.path), 0..<60_000, stall: .milliseconds(50), socketByteCount: 4_096)
        let address = try #require(server.localAddress)
        let phone = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096).channelOption(.autoRead, value: false)
            .connect(to: address).get()
        // Only the server can end this; the time limit of the tests is what it may take.
        let answer = await answers.first { _ in true }
        #expect(answer == .some(nil))
        try? await phone.close()
        try await server.close()
    }

    /// A server that sends a part of a file over each connection.
    private func serve(
        _ file: OpenFile, _ range: Range<Int>, isHTTP: Bool = true, stall: TimeAmount = .minutes(10), socketByteCount: Int? = nil
    ) async throws -> (server: any Channel, answers: AsyncStream<Bool?>) {
        let (answers, continuation) = AsyncStream<Bool?>.makeStream()
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isHTTP { try channel.pipeline.syncOperations.addHandler(HTTPResponseEncoder()) }
                    try channel.pipeline.syncOperations.addHandler(Sender(file, range, stall: stall, continuation))
                }
            }
        if let socketByteCount { bootstrap = bootstrap.childChannelOption(.socketOption(.so_sndbuf), value: .init(socketByteCount)) }
        return (try await bootstrap.bind(host: "127.0.0.1", port: 0).get(), answers)
    }
}

/// Sends a part of a file over each connection, and closes it.
private final class Sender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let file: OpenFile
    private let range: Range<Int>
    private let stall: TimeAmount
    private let answers: AsyncStream<Bool?>.Continuation

    init(_ file: OpenFile, _ range: Range<Int>, stall: TimeAmount, _ answers: AsyncStream<Bool?>.Continuation) {
        self.file = file
        self.range = range
        self.stall = stall
        self.answers = answers
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        DirectFileTransfer.send(file, range, on: channel, threadPool: .singleton, stall: stall).whenComplete { [answers] result in
            answers.yield(try? result.get())
            channel.close(promise: nil)
        }
    }
}
