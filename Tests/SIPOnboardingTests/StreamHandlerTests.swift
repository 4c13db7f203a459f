// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOEmbedded
import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Keep-alives over TCP")
struct StreamHandlerTests {
    private static let timeout = Duration.seconds(20)

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: SIPStreamHandler(limits: .standard, timeout: Self.timeout))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 5060)).wait()
        return channel
    }

    private func pings(_ count: Int) -> ByteBuffer { ByteBuffer(string: String(repeating: "\r\n\r\n", count: count)) }

    private func isSilence(_ event: SIPStreamEvent?) -> Bool {
        if case .silence = event { true } else { false }
    }

    @Test("The pings of one read get one pong")
    func onePong() throws {
        let channel = try connection()
        try channel.writeInbound(pings(10_000))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(bytes: SIPStreamFramer.pong))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        _ = try channel.finish()
    }

    @Test("Who asks for pongs and does not read them loses the connection")
    func unread() throws {
        let channel = try connection()
        channel.isWritable = false
        try channel.writeInbound(pings(1))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("Pings alone are silence, which is told each time that it has lasted; a message ends it")
    func silence() throws {
        let channel = try connection()
        for _ in 0..<4 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(5))
            try channel.writeInbound(pings(1))
        }
        #expect(isSilence(try channel.readInbound()))
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        let options = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:a>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        try channel.writeInbound(ByteBuffer(string: options))
        guard case .message? = try channel.readInbound(as: SIPStreamEvent.self) else {
            Issue.record("no message")
            return
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(try channel.readInbound(as: SIPStreamEvent.self) == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        #expect(isSilence(try channel.readInbound()))
        _ = try channel.finish()
    }
}
