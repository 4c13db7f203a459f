// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Logging
import NIOCore
import NIOPosix
import SIPOnboarding
import SIPWire
import Testing

/// Runs an endpoint on free ports of the loopback interface for as long as `body` takes.
func withEndpoint(
    host: String = "127.0.0.1", certificate: ServerCertificate? = nil, _ configure: (inout SIPEndpointConfiguration) -> Void = { _ in },
    _ body: (SIPEndpoint, FakeDecisions, SIPAddress) async throws -> Void
) async throws {
    let (bound, announce) = AsyncStream<SIPAddress>.makeStream()
    var configuration = SIPEndpointConfiguration(listeners: [.init(host: host, port: 0)])
    configure(&configuration)
    let decisions = FakeDecisions()
    let prompts = try PromptShelf(directory: shippedPrompts)
    let endpoint = SIPEndpoint(configuration: configuration, decisions: decisions, prompts: prompts, certificate: certificate, logger: Logger(label: "test")) { listeners in
        if let first = listeners.first { announce.yield(first.address) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await endpoint.run() }
        for await address in bound {
            try await body(endpoint, decisions, address)
            break
        }
        group.cancelAll()
    }
}

/// A phone's side of a UDP socket, byte for byte.
struct RawUDPClient {
    let local: SIPAddress
    private let server: SocketAddress
    private let channel: any Channel
    private let inbound: AsyncStream<[UInt8]>
    private var iterator: AsyncStream<[UInt8]>.Iterator
    private var known: Set<[UInt8]> = []

    init(to server: SIPAddress) async throws {
        self.server = try SocketAddress(ipAddress: server.host, port: Int(server.port))
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(continuation)) }
            }
            .bind(host: server.host, port: 0).get()
        local = SIPAddress(host: server.host, port: UInt16(clamping: channel.localAddress?.port ?? 0))
        inbound = stream
        iterator = stream.makeAsyncIterator()
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(AddressedEnvelope(remoteAddress: server, data: ByteBuffer(bytes: bytes)))
    }

    /// The next message that says something new: over UDP an endpoint repeats itself when this machine is slow.
    mutating func next() async throws -> SIPMessage {
        while true {
            let bytes = try await nextBytes()
            if known.insert(bytes).inserted { return try SIPMessage(datagram: bytes) }
        }
    }

    mutating func nextBytes() async throws -> [UInt8] {
        guard let bytes = await iterator.next(isolation: #isolation) else { throw CancellationError() }
        return bytes
    }

    func close() async throws {
        try await channel.close()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        private let continuation: AsyncStream<[UInt8]>.Continuation

        init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).data.readableBytesView))
        }
    }
}

/// The texts of a phone at `local` that speaks to `server`.
struct PhoneTexts {
    let local: SIPAddress
    let server: SIPAddress
    var transport = "UDP"

    func request(
        _ method: String, _ user: String?, number: Int, branch: String, toTag: String? = nil, account: String = "ap1", headers: [String] = [],
        challenge: SIPResponse? = nil, password: String = "s3cret", algorithm: DigestAlgorithm = .md5, body: String = ""
    ) throws -> [UInt8] {
        let uri = user.map { "sip:\($0)@\(server)" } ?? "sip:\(server)"
        var lines = [
            "\(method) \(uri) SIP/2.0", "Via: SIP/2.0/\(transport) \(local);branch=z9hG4bK\(branch);rport", "Max-Forwards: 70",
            "From: <sip:\(account)@\(server.uriHost)>;tag=f", "To: <sip:\(user ?? account)@\(server.uriHost)>\(toTag.map { ";tag=\($0)" } ?? "")",
            "Call-ID: \(local.port)", "CSeq: \(number) \(method)", "Contact: <sip:\(account)@\(local)>",
        ]
        lines += headers
        if let challenge {
            let challenges = try challenge.headers.all("WWW-Authenticate").compactMap { try DigestChallenge($0) }
            let credentials = DigestCredentials(
                answering: try #require(challenges.first { $0.algorithm == algorithm }), secret: DigestSecret(username: account, password: password),
                method: SIPMethod(rawValue: method), uri: uri, protection: .init(nonceCount: 1, clientNonce: "c"))
            lines.append("Authorization: \(credentials)")
        }
        return Array((lines + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n").utf8)
    }
}

extension SIPMessage {
    var response: SIPResponse? {
        if case .response(let response) = self { response } else { nil }
    }

    var request: SIPRequest? {
        if case .request(let request) = self { request } else { nil }
    }
}
