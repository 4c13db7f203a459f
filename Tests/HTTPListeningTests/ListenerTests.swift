// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import HTTPListening
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SocketActivation
import Testing

@Suite("A socket that outlives its servers", .timeLimit(.minutes(10)))
struct ListenerTests {
    private let logger = Logger(label: "test")

    @Test("Who connects between two servers waits, and is answered by the second")
    func restart() async throws {
        let socket = try listeningSocket()
        defer { close(socket.descriptor) }
        try await withServer(on: socket.inherited, saying: "first") {
            let first = try await answer(at: socket.inherited.port)
            #expect(first.hasSuffix("first"))
        }
        let waiting = (0..<2).map { _ in Task { try await answer(at: socket.inherited.port) } }
        try await withServer(on: socket.inherited, saying: "second") {
            var answers: [String] = []
            for one in waiting { answers.append(try await one.value) }
            #expect(answers.allSatisfy { $0.hasSuffix("second") })
        }
    }

    @Test("Who asked and said that nothing more comes before the server was there is answered by it")
    func halfClosed() async throws {
        let socket = try listeningSocket()
        defer { close(socket.descriptor) }
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: Int(socket.inherited.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: provd\r\nConnection: close\r\n\r\n"))
            outbound.finish()
            try await withServer(on: socket.inherited, saying: "to the end") {
                var text = ""
                for try await piece in inbound { text += String(buffer: piece) }
                #expect(text.hasSuffix("to the end"))
            }
        }
    }

    @Test("A connection that was made before the server stopped still has its first request answered")
    func lastRequest() async throws {
        let socket = try listeningSocket()
        defer { close(socket.descriptor) }
        let stopping = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: Int(socket.inherited.port)) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        try await stopping.executeThenClose { inbound, outbound in
            var limits = ConnectionLimits()
            limits.firstRequest = .seconds(60)
            limits.lastAnswer = .seconds(60)
            let accepted = AsyncStream<Void>.makeStream()
            let connection = Announcing(base: LimitedHTTPChannel(responder: says("last"), limits: limits)) { accepted.continuation.yield() }
            let services = group(connection, socket.inherited)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await services.run() }
                for await _ in accepted.stream { break }
                await services.triggerGracefulShutdown()
                try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: provd\r\n\r\n"))
                var text = ""
                for try await piece in inbound { text += String(buffer: piece) }
                #expect(text.hasSuffix("last"))
                try await tasks.waitForAll()
            }
        }
    }

    @Test("A connection that is still being set up when the server stops is closed, and holds nothing up")
    func unfinished() async throws {
        let socket = try listeningSocket()
        defer { close(socket.descriptor) }
        var limits = ConnectionLimits()
        limits.firstRequest = .milliseconds(1)
        let begun = AsyncStream<Slow.SetUp>.makeStream()
        let connection = Slow(base: LimitedHTTPChannel(responder: says("late"), limits: limits)) { begun.continuation.yield($0) }
        let services = group(connection, socket.inherited)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: Int(socket.inherited.port)).get()
            for await setUp in begun.stream {
                await services.triggerGracefulShutdown()
                try await setUp.server?.closeFuture.get()
                setUp.isLetGo.succeed()
                break
            }
            // Its silence would be borne for a minute, had it not heard that the server stops.
            try await silent.closeFuture.get()
            try await tasks.waitForAll()
        }
    }

    @Test("A server whose socket is closed under it ends with an error, whoever is connected")
    func closedSocket() async throws {
        let socket = try listeningSocket()
        defer { close(socket.descriptor) }
        let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: Int(socket.inherited.port)).get()
        let listener = ConnectionListener(
            Closing(base: LimitedHTTPChannel(responder: says("never"))), at: .inherited(socket.inherited), backlog: 64, maximumConnections: 64,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onListening: {})
        await #expect(throws: (any Error).self) { try await listener.run() }
        try? await silent.close()
    }

    // MARK: - Servers and clients

    /// A connection's server that closes the listening socket.
    private struct Closing: ServerChildChannel {
        typealias Value = LimitedHTTPChannel.Value
        let base: LimitedHTTPChannel

        func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> { base.setup(channel: channel, logger: logger) }

        func handle(value: Value, logger: Logger) async {
            value.channel.parent?.close(promise: nil)
            await base.handle(value: value, logger: logger)
        }
    }

    /// A connection's server that says when a connection has come.
    private struct Announcing: ServerChildChannel {
        typealias Value = LimitedHTTPChannel.Value
        let base: LimitedHTTPChannel
        let come: @Sendable () -> Void

        func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> { base.setup(channel: channel, logger: logger) }

        func handle(value: Value, logger: Logger) async {
            come()
            await base.handle(value: value, logger: logger)
        }
    }

    /// A connection's server that is set up when somebody else says so.
    private struct Slow: ServerChildChannel {
        struct SetUp: Sendable {
            let isLetGo: EventLoopPromise<Void>
            let server: (any Channel)?
        }

        typealias Value = LimitedHTTPChannel.Value
        let base: LimitedHTTPChannel
        let begun: @Sendable (SetUp) -> Void

        func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
            let isLetGo = channel.eventLoop.makePromise(of: Void.self)
            begun(SetUp(isLetGo: isLetGo, server: channel.parent))
            return isLetGo.futureResult.flatMap { base.setup(channel: channel, logger: logger) }
        }

        func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
    }

    private func says(_ text: String) -> HTTPChannelHandler.Responder {
        { _, writer, _ in
            let response = Response(status: .ok, headers: [.contentLength: "\(text.utf8.count)"])
            try await writer.write(response: response.head, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    private func group(_ connection: some ServerChildChannel, _ socket: InheritedSocket, onListening: @escaping @Sendable () -> Void = {}) -> ServiceGroup {
        let listener = ConnectionListener(
            connection, at: .inherited(socket), backlog: 64, maximumConnections: 64, logger: logger, onListening: onListening)
        return ServiceGroup(configuration: .init(services: [listener], logger: logger))
    }

    private func withServer(on socket: InheritedSocket, saying text: String, _ body: () async throws -> Void) async throws {
        let services = group(LimitedHTTPChannel(responder: says(text)), socket)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            try await body()
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func answer(at port: UInt16) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: Int(port)) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: provd\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await piece in inbound { text += String(buffer: piece) }
            return text
        }
    }

    /// A socket that listens on the loopback, as a service manager would have opened it.
    private func listeningSocket() throws -> (inherited: InheritedSocket, descriptor: CInt) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(bound == 0 && listen(descriptor, 64) == 0)
        return (try #require(InheritedSocket(descriptor: descriptor, name: "test")), descriptor)
    }
}
