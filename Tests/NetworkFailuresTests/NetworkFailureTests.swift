// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NIOCore
import NIOPosix
import NetworkFailures
import Testing

@Suite("Failures of the network, in words")
struct NetworkFailureTests {
    @Test("Who connects where nothing listens is told so, and no names of types")
    func refused() async throws {
        // A port that was ours a moment ago, and is nobody's now.
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        try await server.close()
        let error = await #expect(throws: (any Error).self) {
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port).get()
        }
        #expect(NetworkFailure(try #require(error)).description == "nothing listens there")
    }

    @Test("What the system says of itself has words", arguments: [
        (ETIMEDOUT, "in time"), (ENETUNREACH, "no way"), (EADDRINUSE, "another program"), (EADDRNOTAVAIL, "no such address"), (EACCES, "not allowed"),
        (EMFILE, "LimitNOFILE"), (ENOSPC, "no space left"),
    ])
    func errorNumbers(number: CInt, part: String) {
        let words = NetworkFailure(IOError(errnoCode: number, reason: "connect(descriptor:addr:size:)")).description
        #expect(words.contains(part) && !words.contains("descriptor"))
    }

    @Test("Closed connections and slow ones are told apart")
    func channels() {
        #expect(NetworkFailure(ChannelError.connectTimeout(.seconds(3))).description.contains("in time"))
        #expect(NetworkFailure(ChannelError.ioOnClosedChannel).description.contains("closed"))
    }

    @Test("A name that nobody knows is told so")
    func unknownHost() throws {
        let error = #expect(throws: (any Error).self) { try SocketAddress.makeAddressResolvingHost("nobody.invalid", port: 5_060) }
        #expect(NetworkFailure(try #require(error)).description.hasPrefix("its name is not known"))
    }

    @Test("What is no address, and what is too long for one, is no unknown name")
    func addresses() throws {
        let long = #expect(throws: (any Error).self) { try SocketAddress(unixDomainSocketPath: "/" + String(repeating: "a", count: 200)) }
        #expect(NetworkFailure(try #require(long)).description.contains("shorter"))
        let other = #expect(throws: (any Error).self) { try SocketAddress(ipAddress: "provd.example", port: 69) }
        #expect(NetworkFailure(try #require(other)).description == "“provd.example” is no address")
    }

    @Test("An error with words of its own keeps them")
    func others() {
        struct Own: Error, CustomStringConvertible { let description = "the moon is full" }
        #expect(NetworkFailure(Own()).description == "the moon is full")
        #expect(NetworkFailure(NetworkFailure(Own())) == NetworkFailure(Own()))
    }
}
