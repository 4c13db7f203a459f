// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix

/// Asks a service what a client would, to see whether it answers.
enum ServiceProbe {
    /// How long a connection may take, and how long an answer to a datagram.
    private static let connectTimeout = TimeAmount.seconds(3), answerTimeout = Duration.seconds(2)
    /// How often a datagram is sent: one may be lost.
    private static let attempts = 3

    /// Asks an HTTP server for a path.
    ///
    /// - Returns: The first line of its answer, or `nil` if it closes the connection without one.
    static func http(_ host: String, port: Int, path: String) async throws -> String? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(connectTimeout)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "HEAD \(path) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: provd-doctor\r\nConnection: close\r\n\r\n"))
            for try await piece in inbound {
                return String(String(buffer: piece).prefix { !$0.isNewline })
            }
            return nil
        }
    }

    /// Opens a connection and closes it.
    static func connect(_ host: String, port: Int) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(connectTimeout).connect(host: host, port: port).get()
        try await channel.close()
    }

    /// Sends a datagram until something comes back.
    ///
    /// - Parameter datagram: What to send, made for the port from which it is sent.
    /// - Returns: What came, from whatever port; `nil` if nothing did.
    static func datagram(to host: String, port: Int, _ datagram: (SocketAddress) -> ByteBuffer) async throws -> ByteBuffer? {
        let remote = try await NIOThreadPool.singleton.runIfActive { try SocketAddress.makeAddressResolvingHost(host, port: port) }
        let any = try SocketAddress(ipAddress: remote.protocol == .inet6 ? "::" : "0.0.0.0", port: 0)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(to: any) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(wrappingChannelSynchronously: channel)
            }
        }
        let request = datagram(channel.channel.localAddress ?? any)
        return try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
                group.addTask {
                    for try await envelope in inbound { return envelope.data }
                    return nil
                }
                group.addTask {
                    for _ in 0..<attempts {
                        try await outbound.write(AddressedEnvelope(remoteAddress: remote, data: request))
                        try await Task.sleep(for: answerTimeout)
                    }
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
    }

    /// A request for a file that nobody has (RFC 1350, 5).
    static func tftpRequest() -> ByteBuffer { ByteBuffer(bytes: [0, 1] + Array("provd-doctor".utf8) + [0] + Array("octet".utf8) + [0]) }

    /// The question what a SIP server can do (RFC 3261, 11).
    static func sipOptions(to host: String, from local: SocketAddress) -> ByteBuffer {
        let tag = String(UInt64.random(in: .min ... .max), radix: 36)
        return ByteBuffer(string: """
            OPTIONS sip:\(host) SIP/2.0\r
            Via: SIP/2.0/UDP \(local.ipAddress ?? "0.0.0.0"):\(local.port ?? 0);branch=z9hG4bK\(tag);rport\r
            Max-Forwards: 70\r
            From: <sip:doctor@\(host)>;tag=\(tag)\r
            To: <sip:\(host)>\r
            Call-ID: \(tag)@doctor\r
            CSeq: 1 OPTIONS\r
            Content-Length: 0\r
            \r

            """)
    }
}
