// SPDX-License-Identifier: GPL-3.0-or-later

import ConnectionAccepting
import Glibc
import Logging
import NIOCore
import NIOEmbedded
import Testing

@Suite("Connections that cannot be accepted")
struct AcceptPauseTests {
    /// The channel's end: counts what is read.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = Never
        var count = 0

        func read(context: ChannelHandlerContext) { count += 1 }
    }

    private let reads = Reads()
    private let channel: EmbeddedChannel

    init() throws {
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        channel = EmbeddedChannel(handlers: [reads, AcceptPauseHandler(pause: .seconds(1), logger: silent)])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80)).wait()
        reads.count = 0
    }

    /// What the channel was last told of reading by itself.
    private var isReading: Bool? { channel.options.last { $0.0 is ChannelOptions.Types.AutoReadOption }?.1 as? Bool }

    private func fail(_ number: CInt) { channel.pipeline.fireErrorCaught(IOError(errnoCode: number, reason: "accept")) }

    @Test("Where descriptors or memory lack, the socket rests, and then goes on", arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func shortage(number: CInt) throws {
        for _ in 0..<3 {
            reads.count = 0
            fail(number)
            fail(number)
            channel.read()
            #expect(isReading == false && reads.count == 0)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
            #expect(isReading == false)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            channel.read()
            #expect(isReading == true && reads.count == 1)
        }
        // Nobody behind it hears of it: to them an error is the end.
        try channel.throwIfErrorCaught()
    }

    @Test("A connection that was taken back costs no pause")
    func takenBack() throws {
        fail(ECONNABORTED)
        channel.read()
        #expect(isReading == nil && reads.count == 1)
        try channel.throwIfErrorCaught()
    }

    @Test("Any other error is passed on")
    func others() throws {
        fail(EBADF)
        #expect(isReading == nil)
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
        channel.pipeline.fireErrorCaught(ChannelError.alreadyClosed)
        #expect(throws: ChannelError.self) { try channel.throwIfErrorCaught() }
    }

    @Test("A socket that is closed while it rests stays closed")
    func closed() throws {
        fail(EMFILE)
        try channel.close().wait()
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(isReading == false)
        try channel.throwIfErrorCaught()
    }
}
