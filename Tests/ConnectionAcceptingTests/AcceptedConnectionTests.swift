// SPDX-License-Identifier: GPL-3.0-or-later

import ConnectionAccepting
import NIOCore
import NIOPosix
import Testing

@Suite("Connections that wait to be served", .timeLimit(.minutes(10)))
struct AcceptedConnectionTests {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs a server, and a client that says “hello” at once; gives back what the client is told until the connection ends.
    private func clientIsTold(by serve: @escaping @Sendable (AcceptedConnection<Connection>) async throws -> Void) async throws -> String {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { AcceptedConnection(try Connection(wrappingChannelSynchronously: channel)) }
            }
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

    @Test("One that is taken is served by who took it")
    func taken() async throws {
        let text = try await clientIsTold { accepted in
            try await accepted.take().executeThenClose { inbound, outbound in
                for try await bytes in inbound {
                    try await outbound.write(bytes)
                    break
                }
            }
        }
        #expect(text == "hello")
    }

    @Test("One that nobody takes is closed, and ends nothing else")
    func dropped() async throws {
        #expect(try await clientIsTold { _ in } == "")
    }
}
