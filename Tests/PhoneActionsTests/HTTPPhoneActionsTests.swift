// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTP1
import NIOPosix
import NetTypes
import PhonePlugins
import Provisioning
import Testing

@testable import PhoneActions

/// What a phone's web page is asked.
struct HTTPPhoneActionsTests {
    private static let loopback = IPAddress("127.0.0.1")
    private static let administrator = PhoneCredentials(username: "admin", password: "pass:word")

    @Test func aPageWithoutPasswordIsAskedOnce() async throws {
        let requests = try await ask(FakePage(challenge: nil), as: nil, expecting: .answered(status: 200))
        #expect(requests.map(\.line) == ["POST /goform/restart"])
        #expect(requests.map(\.body) == ["message=Reboot"])
        #expect(requests.first?.authorization == nil)
    }

    @Test func aPasswordIsSentOnlyWhenItIsAskedFor() async throws {
        let requests = try await ask(FakePage(challenge: "Basic realm=\"phone\""), as: Self.administrator, expecting: .answered(status: 200))
        #expect(requests.map(\.authorization) == [nil, "Basic YWRtaW46cGFzczp3b3Jk"])
        #expect(requests.map(\.body) == ["message=Reboot", "message=Reboot"])
    }

    @Test func whereDigestIsOfferedThePasswordStaysHere() async throws {
        let challenge = "Digest realm=\"phone\", nonce=\"abc\", qop=\"auth\", algorithm=MD5"
        let requests = try await ask(FakePage(challenge: challenge), as: Self.administrator, expecting: .answered(status: 200))
        let answer = try #require(requests.last?.authorization)
        #expect(answer.hasPrefix("Digest username=\"admin\", realm=\"phone\", nonce=\"abc\", uri=\"/goform/restart\""))
        #expect(!answer.contains("pass:word"))
    }

    @Test func aPhoneThatRestartsAtOnceHasAgreed() async throws {
        _ = try await ask(FakePage(challenge: nil, closes: true), as: nil, expecting: .answered(status: 202))
    }

    @Test(.timeLimit(.minutes(10))) func anAnswerWithoutEndIsNotReadToItsEnd() async throws {
        _ = try await ask(FakePage(challenge: nil, drips: true), as: nil, expecting: .answered(status: 200))
        let requests = try await ask(FakePage(challenge: "Basic realm=\"phone\"", drips: true), as: Self.administrator, expecting: .answered(status: 200))
        #expect(requests.map(\.authorization) == [nil, "Basic YWRtaW46cGFzczp3b3Jk"])
    }

    @Test func aPageThatIsNotThereIsAFailureWithARemedy() async throws {
        let address = try #require(Self.loopback)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        let result = await HTTPPhoneActions().send(PhoneHTTPAction(path: "/", port: port), to: address, as: nil)
        guard case .failed(let reason) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("restart the phone by hand"))
    }

    private func ask(_ page: FakePage, as credentials: PhoneCredentials?, expecting: NotifyResult) async throws -> [FakePage.Request] {
        let address = try #require(Self.loopback)
        let (requests, continuation) = AsyncStream<FakePage.Request>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(FakePage.Handler(page, continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let action = PhoneHTTPAction(
            path: "/goform/restart", method: .post, port: server.localAddress?.port, credentials: credentials == nil ? .none : .admin,
            body: "message=Reboot")
        #expect(await HTTPPhoneActions(bodyTime: page.drips ? .milliseconds(50) : .seconds(60)).send(action, to: address, as: credentials) == expecting)
        try await server.close()
        continuation.finish()
        return await requests.reduce(into: []) { $0.append($1) }
    }
}

/// A phone's page, which wants to know who asks if it has a challenge.
struct FakePage: Sendable {
    struct Request: Sendable {
        let line: String
        let authorization: String?
        let body: String
    }

    let challenge: String?
    var closes = false
    /// Whether its answers come byte by byte, for half an hour.
    var drips = false

    final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let page: FakePage
        private let requests: AsyncStream<Request>.Continuation
        private var head: HTTPRequestHead?
        private var body = ""
        private var dripping: RepeatedTask?

        init(_ page: FakePage, _ requests: AsyncStream<Request>.Continuation) {
            self.page = page
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                let authorization = head.headers.first(name: "Authorization")
                requests.yield(Request(line: "\(head.method) \(head.uri)", authorization: authorization, body: body))
                body = ""
                if page.closes {
                    context.close(promise: nil)
                    return
                }
                let isKnown = page.challenge == nil || authorization != nil
                var headers: HTTPHeaders = ["Content-Length": page.drips ? "60000" : "0"]
                if !isKnown, let challenge = page.challenge { headers.add(name: "WWW-Authenticate", value: challenge) }
                context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: isKnown ? .ok : .unauthorized, headers: headers))), promise: nil)
                guard !page.drips else { return drip(context) }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { dripping?.cancel() }

        private func drip(_ context: ChannelHandlerContext) {
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            dripping = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(30)) { _ in
                let (handler, context) = bound.value
                context.writeAndFlush(handler.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: " ")))), promise: nil)
            }
        }
    }
}
