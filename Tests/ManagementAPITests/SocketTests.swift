// SPDX-License-Identifier: GPL-3.0-or-later

import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Provisioning
import ServiceLifecycle
import Testing

@testable import ManagementAPI

@Suite("The API over a socket")
struct SocketTests {
    /// Sends bytes to a server and collects what it answers until it closes the connection.
    private func exchange(_ requests: [String], with client: APIClient) async throws -> String {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: client.responder, configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: client.appliance.logger)
        let services = ServiceGroup(configuration: .init(services: [application], logger: client.appliance.logger))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var port = 0
            for await number in ports {
                port = number
                break
            }
            let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let answer = try await connection.executeThenClose { inbound, outbound in
                for request in requests { try await outbound.write(ByteBuffer(string: request)) }
                var answer = ""
                do {
                    for try await piece in inbound { answer += String(buffer: piece) }
                } catch is IOError {
                    // The server may close a connection on which more was sent than it wanted.
                }
                return answer
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return answer
        }
    }

    private func head(_ line: String, _ more: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: \(APIClient.token)\r\n\(more)\r\n"
    }

    @Test("Several requests are answered on one connection; 204 and HEAD carry no body")
    func keepAlive() async throws {
        let client = try await APIClient()
        let type = "Content-Type: application/vnd.proformatique.provd+json\r\n"
        let answer = try await exchange(
            [
                head("POST /0.2/dev_mgr/devices", type + "Content-Length: 21\r\n") + #"{"device":{"id":"a"}}"#,
                head("HEAD /0.2/dev_mgr/devices/a"),
                head("PUT /0.2/dev_mgr/devices/a", type + "Transfer-Encoding: chunked\r\n") + "6\r\n{\"devi\r\n8\r\nce\":{}}\n\r\n0\r\n\r\n",
                head("DELETE /0.2/dev_mgr/devices/a", "Connection: close\r\n"),
            ], with: client)
        #expect(answer.components("HTTP/1.1 ").map { $0.prefix(3) } == ["", "201", "200", "204", "204"])
        let bodies = answer.components("\r\n\r\n")
        #expect(bodies.count == 5)
        #expect(bodies.dropFirst().first?.hasPrefix(#"{"id":"a"}HTTP/1.1 200"#) == true)
        #expect(bodies.dropFirst(2).allSatisfy { !$0.lowercased().contains("content-length") })
    }

    @Test("A body that is larger than announced limits is refused, and the next request is answered")
    func largeBody() async throws {
        let client = try await APIClient()
        let length = 5 * 1_024 * 1_024
        let answer = try await exchange(
            [
                head("POST /1.0/lines", "Content-Type: application/json\r\nContent-Length: \(length)\r\n"),
                String(repeating: " ", count: length),
                head("GET /health/live", "Connection: close\r\n"),
            ], with: client)
        #expect(answer.hasPrefix("HTTP/1.1 413"))
        #expect(answer.hasSuffix(#"{"status":"live"}"#))
    }

    @Test("Who sends a wrong token stands in the security log with the address, and without the token")
    func wrongToken() async throws {
        let log = CapturedLog()
        let client = try await APIClient(securityLog: log.logger)
        let answer = try await exchange(
            ["GET /1.0/lines HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: guess\r\nConnection: close\r\n\r\n"], with: client)
        #expect(answer.hasPrefix("HTTP/1.1 401"))
        #expect(log.lines == ["warning API token refused to 127.0.0.1"])
    }

    @Test("What is no HTTP is 400")
    func noHTTP() async throws {
        let client = try await APIClient()
        #expect(try await exchange(["\u{0}\u{1}\u{2} nonsense\r\n\r\n"], with: client).hasPrefix("HTTP/1.1 400"))
    }
}

extension String {
    /// The parts between occurrences of a text.
    fileprivate func components(_ separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: false) }
}
