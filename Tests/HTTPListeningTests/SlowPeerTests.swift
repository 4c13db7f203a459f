// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import HTTPListening

@Suite("Clients that are slow or many")
struct SlowPeerTests {
    private let limits: ConnectionLimits = {
        var limits = ConnectionLimits()
        limits.request = .seconds(300)
        limits.stall = .seconds(60)
        limits.firstRequest = .seconds(1)
        limits.lastAnswer = .seconds(8)
        return limits
    }()

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: SlowPeerHandler(limits))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80)).wait()
        return channel
    }

    private var head: HTTPRequestPart { .head(HTTPRequest(method: .put, scheme: "http", authority: "provd", path: "/log")) }

    @Test("A body that comes byte by byte is cut off when its time is over")
    func trickle() throws {
        let channel = try channel()
        try channel.writeInbound(head)
        for _ in 0..<29 {
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
            channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
    }

    @Test("A request that is whole has all the time for its answer, and each request has its own")
    func whole() throws {
        let channel = try channel()
        for _ in 0..<3 {
            try channel.writeInbound(head)
            channel.embeddedEventLoop.advanceTime(by: .seconds(200))
            try channel.writeInbound(HTTPRequestPart.end(nil))
            channel.embeddedEventLoop.advanceTime(by: .hours(1))
        }
        #expect(channel.isActive)
    }

    @Test("A client that takes nothing of its answer is cut off; one that is slow is not")
    func stalled() throws {
        let channel = try channel()
        func set(writable: Bool) {
            channel.isWritable = writable
            channel.pipeline.fireChannelWritabilityChanged()
        }
        for _ in 0..<100 {
            set(writable: false)
            channel.embeddedEventLoop.advanceTime(by: .seconds(59))
            set(writable: true)
        }
        #expect(channel.isActive)
        set(writable: false)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test("When the server stops, an answer that its client does not take ends all the same", arguments: [true, false])
    func lastAnswer(isAsked: Bool) throws {
        let channel = try channel()
        if isAsked { try channel.writeInbound(head) }
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        if !isAsked { try channel.writeInbound(head) }
        for _ in 0..<7 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
            // It is said more than once to a connection that came while the server stopped.
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("One address has no more connections than it may, and what it closes it has again")
    func connections() {
        let counts = ConnectionCounts(limit: 2)
        #expect(counts.open("192.0.2.1") && counts.open("192.0.2.1") && !counts.open("192.0.2.1"))
        #expect(counts.open("192.0.2.2"))
        counts.close("192.0.2.1")
        #expect(counts.open("192.0.2.1") && !counts.open("192.0.2.1"))
        for _ in 0..<9 { counts.close("192.0.2.1") }
        #expect(counts.open("192.0.2.1"))
    }
}
