// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Foundation
import Hummingbird
import HummingbirdCore
import HTTPListening
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Testing

@Suite("HTTP over TLS", .timeLimit(.minutes(10)))
struct HTTPSTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "CertificatesTests/Fixtures")

    private static func fixture(_ name: String) -> String { fixtures.appending(path: name).path }

    private func certificate(_ pair: String = "first") throws -> ServerCertificate {
        try ServerCertificate(certificateFile: Self.fixture("\(pair).crt"), keyFile: Self.fixture("\(pair).key"))
    }

    /// What a client trusts and speaks.
    private func client(_ pair: String = "first", maximum: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(Self.fixture("\(pair).crt"))
        configuration.certificateVerification = .noHostnameVerification
        configuration.maximumTLSVersion = maximum
        if maximum != nil { configuration.minimumTLSVersion = .tlsv1 }
        return try NIOSSLContext(configuration: configuration)
    }

    @Test("A certificate that is replaced serves new connections; those that are open go on")
    func reload() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "https-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func put(_ pair: String) throws {
            for kind in ["crt", "key"] {
                let file = directory.appending(path: "server.\(kind)")
                try Data(contentsOf: Self.fixtures.appending(path: "\(pair).\(kind)")).write(to: file, options: .atomic)
                // File systems keep times of different fineness.
                let time = Date(timeIntervalSinceNow: pair == "first" ? 0 : 60)
                try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file.path)
            }
        }
        try put("first")
        let certificate = try ServerCertificate(
            certificateFile: directory.appending(path: "server.crt").path, keyFile: directory.appending(path: "server.key").path)
        try await withServer(tls: .init(certificate)) { port in
            let first = try client("first"), second = try client("second")
            try await withConnection(port, first) { connection in
                #expect(try await connection.greets())
                try put("second")
                #expect(try certificate.reload())
                #expect(try await connection.greets())
            }
            let isGreeted = try await withConnection(port, second) { try await $0.greets() }
            #expect(isGreeted)
            await #expect(throws: (any Error).self) { try await withConnection(port, first) { try await $0.greets() } }
        }
    }

    @Test("Phones that know TLS 1.0 only are served where it is allowed, and nowhere else", arguments: [TLSVersion.tlsv1, .tlsv11])
    func oldVersions(version: TLSVersion) async throws {
        let context = try client(maximum: version)
        try await withServer(tls: .init(try certificate(), for: .old)) { port in
            let isGreeted = try await withConnection(port, context) { try await $0.greets() }
            #expect(isGreeted)
        }
        try await withServer(tls: .init(try certificate())) { port in
            let isGreeted = try? await withConnection(port, context) { try await $0.greets() }
            #expect(isGreeted != true)
        }
    }

    @Test("Who speaks no TLS on the port for it gets nothing, and others go on")
    func plainText() async throws {
        try await withServer(tls: .init(try certificate())) { port in
            let isGreeted = try? await withConnection(port, nil) { try await $0.greets() }
            #expect(isGreeted != true)
            let context = try client()
            let isOtherGreeted = try await withConnection(port, context) { try await $0.greets() }
            #expect(isOtherGreeted)
        }
    }

    @Test("A connection on which nothing comes, half a handshake or half a head, ends by itself", arguments: [
        (true, ""), (true, "\u{16}\u{3}\u{1}"), (false, ""), (false, "GET / HTTP/1.1\r\nX: "),
    ])
    func silent(isTLS: Bool, bytes: String) async throws {
        var limits = ConnectionLimits()
        limits.idle = .milliseconds(200)
        try await withServer(tls: isTLS ? .init(try certificate()) : nil, limits) { port in
            // Only the server can end this; the test's time limit is what it may take.
            _ = try? await withConnection(port, nil) { connection in
                try await connection.send(bytes)
                _ = try await connection.end()
            }
        }
    }

    @Test("What has too many or too long fields is refused", arguments: [
        String(repeating: "X-Field: 1\r\n", count: 200), "X-Field: " + String(repeating: "x", count: 40_000) + "\r\n",
    ])
    func fields(text: String) async throws {
        try await withServer(tls: nil) { port in
            let answer = try? await withConnection(port, nil) { connection in
                try await connection.send("GET / HTTP/1.1\r\nHost: provd\r\n\(text)\r\n")
                return (try? await connection.end()) ?? ""
            }
            #expect(answer?.contains("hello") != true)
        }
    }

    @Test("A path of a megabyte ends the connection instead of filling the memory")
    func path() async throws {
        try await withServer(tls: nil) { port in
            let answer = try? await withConnection(port, nil) { connection in
                try? await connection.send("GET /" + String(repeating: "x", count: 1 << 20))
                return (try? await connection.end()) ?? ""
            }
            #expect(answer?.contains("hello") != true)
        }
    }
}

/// Runs a server that says hello.
private func withServer(tls: LimitedHTTPChannel.TLS?, _ limits: ConnectionLimits = ConnectionLimits(), _ body: (Int) async throws -> Void) async throws {
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let logger = Logger(label: "test")
    let application = Application(
        responder: CallbackResponder { (_: Request, _: BasicRequestContext) in
            Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "hello")))
        },
        server: HTTPServerBuilder { LimitedHTTPChannel(responder: $0, tls: tls, limits: limits) },
        configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
        onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: logger)
    let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next(isolation: #isolation))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(port))
        } catch {
            result = .failure(error)
        }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
        try result.get()
    }
}

/// A connection of a client.
private struct Connection {
    fileprivate var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Sends a request, and waits until the server has said hello or ends the connection.
    mutating func greets() async throws -> Bool {
        try await send("GET / HTTP/1.1\r\nHost: provd\r\n\r\n")
        var answer = ""
        while !answer.hasSuffix("hello"), let piece = try await iterator.next(isolation: #isolation) { answer += String(buffer: piece) }
        return answer.hasSuffix("hello")
    }

    /// Waits for the end of the connection.
    mutating func end() async throws -> String {
        var answer = ""
        while let piece = try await iterator.next(isolation: #isolation) { answer += String(buffer: piece) }
        return answer
    }
}

private func withConnection<Value: Sendable>(
    _ port: Int, _ context: NIOSSLContext?, _ body: (inout Connection) async throws -> Value
) async throws -> Value {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil)) }
                return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var connection = Connection(iterator: inbound.makeAsyncIterator(), outbound: outbound)
        return try await body(&connection)
    }
}
