// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import NIOCore
import NIOPosix
import SIPOnboarding
import SIPWire
import Testing

@Suite("Endpoint", .timeLimit(.minutes(10)))
struct EndpointTests {
    @Test("Over UDP a phone registers, dials a code, is hung up on, and takes a NOTIFY", arguments: ["127.0.0.1", "::1"], DigestAlgorithm.allCases)
    func udp(host: String, algorithm: DigestAlgorithm) async throws {
        try await withEndpoint(host: host) { endpoint, decisions, address in
            var client = try await RawUDPClient(to: address)
            let phone = PhoneTexts(local: client.local, server: address)
            var events = decisions.events.makeAsyncIterator()

            try await client.send(try phone.request("REGISTER", nil, number: 1, branch: "r1"))
            let challenge = try #require(try await client.next().response)
            #expect(challenge.statusCode == 401)
            try await client.send(try phone.request("REGISTER", nil, number: 2, branch: "r2", challenge: challenge, algorithm: algorithm))
            #expect(try await client.next().response?.statusCode == 200)
            #expect(await events.next() == .registered(.first, .udp))

            try await client.send(try phone.request("INVITE", "1234", number: 3, branch: "i1"))
            let second = try #require(try await client.next().response)
            try await client.send(try phone.request("INVITE", "1234", number: 4, branch: "i2", challenge: second, algorithm: algorithm))
            #expect(try await client.next().response?.statusCode == 100)
            let ok = try #require(try await client.next().response)
            #expect(ok.statusCode == 200)
            #expect(await events.next() == .dialled("1234"))
            let tag = try #require(try NameAddr(SIPHeader("To", ok.headers["To"] ?? "")).tag)
            try await client.send(try phone.request("ACK", "1234", number: 4, branch: "a1", toTag: tag))
            let bye = try #require(try await client.next().request)
            #expect(bye.method == .bye)
            try await client.send(SIPResponse(200, answering: bye.headers, toTag: nil).encoded)
            #expect(await events.next() == .ended(.hungUpByServer))

            async let outcome = endpoint.notify(account: "ap1", SIPNotification(event: "check-sync;reboot=true"))
            let notify = try #require(try await client.next().request)
            #expect(notify.headers["Event"] == "check-sync;reboot=true")
            try await client.send(SIPResponse(200, answering: notify.headers, toTag: "n").encoded)
            #expect(await outcome == .answered(statusCode: 200, reason: "OK"))
            try await client.close()
        }
    }

    @Test("What cannot be sent takes nobody else's answers away: a port that is none, an address without a way to it")
    func unreachable() async throws {
        var timers = TransactionTimers.standard
        timers.t1 = .milliseconds(20)
        try await withEndpoint({ $0.timers = timers }) { endpoint, _, address in
            let client = try await RawUDPClient(to: address)
            try await client.send(Array("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a:0;branch=z9hG4bKz\r\nCall-ID: g\r\n\r\n".utf8))
            // From a loopback address the system sends nothing to another machine.
            async let outcome = endpoint.notify(address: SIPAddress(host: "192.0.2.1", port: 5060), SIPNotification(event: "check-sync"))
            #expect(await outcome == .timedOut)
            // What comes while a socket takes the place of another is lost, as datagrams are: somebody asks ten times a second, a minute at the most.
            let status = await withTaskGroup(of: Int?.self) { group in
                for number in 0..<600 {
                    group.addTask {
                        try? await Task.sleep(for: .milliseconds(100 * number))
                        return try? await Self.status(ofOptionsTo: address)
                    }
                }
                defer { group.cancelAll() }
                for await status in group { if let status { return status } }
                return 0
            }
            #expect(status == 200)
            try await client.close()
        }
    }

    /// The answer to an OPTIONS request.
    private static func status(ofOptionsTo address: SIPAddress) async throws -> Int? {
        var client = try await RawUDPClient(to: address)
        try await client.send(try PhoneTexts(local: client.local, server: address).request("OPTIONS", nil, number: 1, branch: "o"))
        let status = try await client.next().response?.statusCode
        try await client.close()
        return status
    }

    @Test("Garbage is answered where it can be, and nothing else happens")
    func garbage() async throws {
        try await withEndpoint { _, _, address in
            var client = try await RawUDPClient(to: address)
            var generator = SystemRandomNumberGenerator()
            for length in 0..<200 {
                try await client.send((0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
            }
            try await client.send(Array("OPTIONS  sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKg;rport\r\nCall-ID: g\r\n\r\n".utf8))
            let answer = try #require(try await client.next().response)
            #expect(answer.statusCode == 400)
            #expect(answer.reason == "Bad Request-Line")
            try await client.close()
        }
    }

    @Test("Over TCP: keep-alives, a REGISTER byte by byte, and a NOTIFY over the same connection")
    func tcp() async throws {
        try await withEndpoint { endpoint, decisions, address in
            let channel = try await connect(to: address)
            try await channel.executeThenClose { inbound, outbound in
                let local = SIPAddress(host: "127.0.0.1", port: UInt16(clamping: channel.channel.localAddress?.port ?? 0))
                let phone = PhoneTexts(local: local, server: address, transport: "TCP")
                var stream = TestStream(inbound.makeAsyncIterator())
                try await outbound.write(ByteBuffer(string: "\r\n\r\n"))
                for byte in try phone.request("REGISTER", nil, number: 1, branch: "t1") { try await outbound.write(ByteBuffer(bytes: [byte])) }
                let challenge = try #require(try await stream.next()?.response)
                #expect(challenge.statusCode == 401)
                try await outbound.write(ByteBuffer(bytes: try phone.request("REGISTER", nil, number: 2, branch: "t2", challenge: challenge)))
                #expect(try await stream.next()?.response?.statusCode == 200)
                #expect(stream.pongs == 1)
                for await event in decisions.events {
                    #expect(event == .registered(.first, .tcp))
                    break
                }
                async let outcome = endpoint.notify(account: "ap1", SIPNotification(event: "resync"))
                let notify = try #require(try await stream.next()?.request)
                #expect(notify.headers["Via"]?.hasPrefix("SIP/2.0/TCP") == true)
                try await outbound.write(ByteBuffer(bytes: SIPResponse(202, answering: notify.headers, toTag: "n").encoded))
                #expect(await outcome == .answered(statusCode: 202, reason: "Accepted"))
            }
        }
    }

    @Test("A TCP peer that stops in the middle of a message, or says nothing at all, is disconnected", arguments: ["OPTIONS sip:a SIP/2.0\r\nVia:", ""])
    func silentStreams(text: String) async throws {
        try await withEndpoint { configuration in
            configuration.messageTimeout = .milliseconds(200)
        } _: { _, _, address in
            let channel = try await connect(to: address)
            try await channel.executeThenClose { inbound, outbound in
                if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
                var stream = TestStream(inbound.makeAsyncIterator())
                #expect(try await stream.next() == nil)
            }
        }
    }

    @Test("A TCP peer that sends byte after byte and never a message is disconnected, however busy it is, and others are served meanwhile")
    func slowStream() async throws {
        try await withEndpoint { configuration in
            configuration.messageTimeout = .milliseconds(500)
        } _: { _, _, address in
            let channel = try await connect(to: address)
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "OPTIONS sip:a SIP/2.0\r\nX: "))
                // A minute at the most; the bytes stay far below the bound of a header section.
                for _ in 0..<3_000 {
                    do { try await outbound.write(ByteBuffer(string: "x")) } catch { break }
                    try await Task.sleep(for: .milliseconds(20))
                    if !channel.channel.isActive { break }
                }
                #expect(!channel.channel.isActive)
                var stream = TestStream(inbound.makeAsyncIterator())
                #expect(try await Self.status(ofOptionsTo: address) == 200)
                #expect((try? await stream.next()) == nil)
            }
        }
    }

    @Test("More connections than there is room for are closed at once; when one ends another takes its place")
    func crowdedStreams() async throws {
        try await withEndpoint { configuration in
            configuration.maximumConnections = 1
        } _: { _, _, address in
            func isServed() async throws -> Bool {
                let channel = try await connect(to: address)
                return try await channel.executeThenClose { inbound, outbound in
                    try? await outbound.write(ByteBuffer(string: "\r\n\r\n"))
                    var stream = TestStream(inbound.makeAsyncIterator())
                    let local = SIPAddress(host: "127.0.0.1", port: UInt16(clamping: channel.channel.localAddress?.port ?? 0))
                    let phone = PhoneTexts(local: local, server: address, transport: "TCP")
                    try? await outbound.write(ByteBuffer(bytes: try phone.request("OPTIONS", nil, number: 1, branch: "c")))
                    return (try? await stream.next()?.response?.statusCode) == 200
                }
            }
            let first = try await connect(to: address)
            try await first.executeThenClose { inbound, outbound in
                // Its place is taken once it was served.
                try await outbound.write(ByteBuffer(string: "\r\n\r\n"))
                var iterator = inbound.makeAsyncIterator()
                _ = try await iterator.next(isolation: #isolation)
                #expect(try await !isServed())
            }
            // That it has ended is seen a moment later.
            for _ in 0..<600 {
                if try await isServed() { return }
                try await Task.sleep(for: .milliseconds(100))
            }
            Issue.record("nobody took the place of a connection that ended")
        }
    }

    @Test("A TCP peer that breaks the framing hears why and is disconnected")
    func brokenFraming() async throws {
        try await withEndpoint { _ in
        } _: { _, _, address in
            let channel = try await connect(to: address)
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n\r\n"))
                var stream = TestStream(inbound.makeAsyncIterator())
                #expect(try await stream.next()?.response?.statusCode == 400)
                #expect(try await stream.next() == nil)
            }
        }
    }

    @Test("A port that is taken is an error that names it and says what to do")
    func portInUse() async throws {
        try await withEndpoint { _, _, address in
            let other = SIPEndpoint(
                configuration: SIPEndpointConfiguration(listeners: [.init(host: address.host, port: address.port)]), decisions: FakeDecisions(),
                logger: Logger(label: "test"))
            let error = await #expect(throws: SIPEndpointError.self) { try await other.run() }
            #expect(error?.code == .addressInUse)
            #expect(error?.description.contains("TCP port \(address.port) on 127.0.0.1") == true)
        }
    }

    private func connect(to address: SIPAddress) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: address.host, port: Int(address.port)) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
        }
    }
}

/// The messages of a TCP connection, as the phone sees them.
private struct TestStream {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var framer = SIPStreamFramer()
    private(set) var pongs = 0

    init(_ iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) {
        self.iterator = iterator
    }

    mutating func next() async throws -> SIPMessage? {
        while true {
            switch try framer.next() {
            case .message(let message): return message
            case .ping: continue
            case nil:
                guard let buffer = try await iterator.next(isolation: #isolation) else { return nil }
                // What follows a pong closely comes with it.
                let isPong = framer.bufferedByteCount == 0 && buffer.readableBytesView.starts(with: SIPStreamFramer.pong)
                if isPong { pongs += 1 }
                framer.append(buffer.readableBytesView.dropFirst(isPong ? SIPStreamFramer.pong.count : 0))
            }
        }
    }
}
