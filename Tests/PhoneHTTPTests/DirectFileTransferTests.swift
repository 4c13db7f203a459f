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
        let (answers, continuation) = AsyncStream<Bool?>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if isHTTP { try channel.pipeline.syncOperations.addHandler(HTTPResponseEncoder()) }
                    try channel.pipeline.syncOperations.addHandler(Sender(file, range, continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        var received: [UInt8] = []
        received.reserveCapacity(range.count)
        try await client.executeThenClose { inbound, _ in
            for try await piece in inbound { received.append(contentsOf: piece.readableBytesView) }
        }
        var answer: Bool?
        for await first in answers {
            answer = first
            break
        }
        try await server.close()
        return (answer, received)
    }
}

/// Sends a part of a file over each connection, and closes it.
private final class Sender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let file: OpenFile
    private let range: Range<Int>
    private let answers: AsyncStream<Bool?>.Continuation

    init(_ file: OpenFile, _ range: Range<Int>, _ answers: AsyncStream<Bool?>.Continuation) {
        self.file = file
        self.range = range
        self.answers = answers
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        DirectFileTransfer.send(file, range, on: channel, threadPool: .singleton).whenComplete { [answers] result in
            answers.yield(try? result.get())
            channel.close(promise: nil)
        }
    }
}
