// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import SIPOnboarding
import SIPWire
import Synchronization
import Testing

@Suite("TLS", .timeLimit(.minutes(10)))
struct TLSTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "CertificatesTests/Fixtures")

    private static func certificate() throws -> ServerCertificate {
        try ServerCertificate(
            certificateFile: fixtures.appending(path: "first.crt").path, keyFile: fixtures.appending(path: "first.key").path)
    }

    @Test("A phone registers over TLS, and takes a NOTIFY over the same connection")
    func register() async throws {
        try await withEndpoint(certificate: try Self.certificate()) { configuration in
            configuration.listeners = [.init(host: "127.0.0.1", port: 0, transports: [.tls])]
        } _: { endpoint, decisions, address in
            var events = decisions.events.makeAsyncIterator()
            var client = try await TLSClient(to: address, trusting: Self.fixtures.appending(path: "first.crt").path)
            let phone = PhoneTexts(local: client.local, server: address, transport: "TLS")
            try await client.send(try phone.request("REGISTER", nil, number: 1, branch: "r1"))
            let challenge = try #require(try await client.next().response)
            try await client.send(try phone.request("REGISTER", nil, number: 2, branch: "r2", challenge: challenge))
            #expect(try await client.next().response?.statusCode == 200)
            #expect(await events.next() == .registered(.first, .tls))
            async let outcome = endpoint.notify(account: "ap1", SIPNotification(event: "check-sync"))
            let notify = try #require(try await client.next().request)
            #expect(notify.headers["Via"]?.hasPrefix("SIP/2.0/TLS ") == true && notify.headers["Contact"]?.contains(";transport=tls") == true)
            try await client.send(SIPResponse(200, answering: notify.headers, toTag: "n").encoded)
            #expect(await outcome == .answered(statusCode: 200, reason: "OK"))
            try await client.close()
        }
    }

    @Test("A TLS client that somebody else wrote registers, and takes a NOTIFY", .enabled(if: OpenSSLClient.program != nil, "openssl is not installed"))
    func openssl() async throws {
        try await withEndpoint(certificate: try Self.certificate()) { configuration in
            configuration.listeners = [.init(host: "127.0.0.1", port: 0, transports: [.tls])]
        } _: { endpoint, decisions, address in
            var events = decisions.events.makeAsyncIterator()
            let client = try OpenSSLClient(to: address, trusting: Self.fixtures.appending(path: "first.crt").path)
            defer { client.stop() }
            // The port that openssl has is nobody's business: what matters is the connection.
            let phone = PhoneTexts(local: SIPAddress(host: "127.0.0.1", port: 5061), server: address, transport: "TLS")
            var messages = client.messages.makeAsyncIterator()
            client.send(try phone.request("REGISTER", nil, number: 1, branch: "r1"))
            let challenge = try #require(await messages.next()?.response)
            client.send(try phone.request("REGISTER", nil, number: 2, branch: "r2", challenge: challenge))
            #expect(await messages.next()?.response?.statusCode == 200)
            #expect(await events.next() == .registered(.first, .tls))
            async let outcome = endpoint.notify(account: "ap1", SIPNotification(event: "check-sync"))
            let notify = try #require(await messages.next()?.request)
            client.send(SIPResponse(200, answering: notify.headers, toTag: "n").encoded)
            #expect(await outcome == .answered(statusCode: 200, reason: "OK"))
        }
    }

    @Test("When the connection of a phone that registered over TLS is gone, nothing is sent to it in the clear")
    func gone() async throws {
        try await withEndpoint(certificate: try Self.certificate()) { configuration in
            configuration.listeners = [
                .init(host: "127.0.0.1", port: 0, transports: [.tls]), .init(host: "127.0.0.1", port: 0, transports: [.udp]),
            ]
        } _: { endpoint, decisions, address in
            var events = decisions.events.makeAsyncIterator()
            var client = try await TLSClient(to: address, trusting: Self.fixtures.appending(path: "first.crt").path)
            let phone = PhoneTexts(local: client.local, server: address, transport: "TLS")
            try await client.send(try phone.request("REGISTER", nil, number: 1, branch: "r1"))
            let challenge = try #require(try await client.next().response)
            try await client.send(try phone.request("REGISTER", nil, number: 2, branch: "r2", challenge: challenge))
            #expect(await events.next() == .registered(.first, .tls))
            async let before = endpoint.notify(account: "ap1", SIPNotification(event: "check-sync"))
            while try await client.next().request == nil {}
            try await client.close()
            // The endpoint notices the end of the connection before it says that the first one cannot be reached.
            #expect(await before != .answered(statusCode: 200, reason: "OK"))
            #expect(await endpoint.notify(account: "ap1", SIPNotification(event: "check-sync")) == .unreachable)
        }
    }

    @Test("Without a certificate nothing listens")
    func noCertificate() async throws {
        let configuration = SIPEndpointConfiguration(listeners: [.init(host: "127.0.0.1", port: 0, transports: [.tls])])
        let endpoint = SIPEndpoint(configuration: configuration, decisions: FakeDecisions(), logger: Logger(label: "test"))
        let error = await #expect(throws: SIPEndpointError.self) { try await endpoint.run() }
        #expect(error?.code == .noCertificate)
    }
}

/// A phone's side of a TLS connection.
private struct TLSClient {
    let local: SIPAddress
    private let channel: any Channel
    private let inbound: AsyncStream<[UInt8]>
    private var iterator: AsyncStream<[UInt8]>.Iterator
    private var framer = SIPStreamFramer(limits: .standard)

    init(to server: SIPAddress, trusting file: String) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(file)
        let context = try NIOSSLContext(configuration: configuration)
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLClientHandler(context: context, serverHostname: "first.provd.test"), Collector(continuation),
                    ])
                }
            }
            .connect(host: server.host, port: Int(server.port)).get()
        local = SIPAddress(host: server.host, port: UInt16(clamping: channel.localAddress?.port ?? 0))
        inbound = stream
        iterator = stream.makeAsyncIterator()
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    mutating func next() async throws -> SIPMessage {
        while true {
            if case .message(let message)? = try framer.next() { return message }
            guard let bytes = await iterator.next(isolation: #isolation) else { throw CancellationError() }
            framer.append(bytes)
        }
    }

    func close() async throws {
        try? await channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }
    }
}

/// `openssl s_client`: its input goes over the connection, and what comes is its output.
private struct OpenSSLClient {
    static let program = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What the server sent.
    let messages: AsyncStream<SIPMessage>
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(to server: SIPAddress, trusting file: String) throws {
        let (messages, continuation) = AsyncStream<SIPMessage>.makeStream()
        self.messages = messages
        process.executableURL = URL(filePath: Self.program ?? "/usr/bin/openssl")
        process.arguments = [
            "s_client", "-quiet", "-connect", "\(server)", "-CAfile", file, "-verify_return_error", "-verify_hostname", "first.provd.test",
            "-servername", "first.provd.test",
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let framer = Mutex(SIPStreamFramer(limits: .standard))
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return continuation.finish()
            }
            framer.withLock { framer in
                framer.append(Array(data))
                while case .message(let message)? = try? framer.next() { continuation.yield(message) }
            }
        }
        try process.run()
    }

    func send(_ bytes: [UInt8]) { input.fileHandleForWriting.write(Data(bytes)) }

    func stop() { process.terminate() }
}
