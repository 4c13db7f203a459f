// SPDX-License-Identifier: GPL-3.0-or-later

import ConnectionAccepting
import NIOCore
import NIOPosix
import Testing

@Suite("Connections that are set up by who serves them", .timeLimit(.minutes(1)))
struct AcceptedConnectionTests {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs a server, and a client that says “hello” at once; gives back what the client is told until the connection ends.
    private func clientIsTold(by serve: @escaping @Sendable (AcceptedConnection) async throws -> Void) async throws -> String {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0, childChannelInitializer: AcceptedConnection.accept)
        return try await server.executeThenClose { connections in
            let port = try #require(server.channel.localAddress?.port)
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
            return try await client.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: "hello"))
                async let served: Void = {
                    for try await connection in connections { return try await serve(connection) }
                }()
                var text = ""
                do {
                    for try await bytes in inbound { text += String(buffer: bytes) }
                } catch is IOError {
                    // What it said was read by nobody.
                }
                try await served
                return text
            }
        }
    }

    private struct Refused: Error {}

    @Test("What came before it was set up is read")
    func setUp() async throws {
        let text = try await clientIsTold { accepted in
            let connection = try await accepted.setUp { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
            try await connection.executeThenClose { inbound, outbound in
                for try await bytes in inbound {
                    try await outbound.write(bytes)
                    break
                }
            }
        }
        #expect(text == "hello")
    }

    @Test("One that nobody serves, or that cannot be set up, is closed")
    func dropped() async throws {
        #expect(try await clientIsTold { _ in } == "")
        #expect(
            try await clientIsTold { accepted in
                await #expect(throws: Refused.self) {
                    try await accepted.setUp { $0.eventLoop.makeFailedFuture(Refused()) as EventLoopFuture<Void> }
                }
            } == "")
    }
}
