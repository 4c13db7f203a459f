// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server of files that can misbehave.
final class FileServer: Sendable {
    /// What a path answers.
    enum Answer: Sendable {
        /// A file, with ranges and a tag.
        case file([UInt8], tag: String? = nil)
        /// It promises a file and closes the connection after some bytes; the next time it sends the rest.
        case breaksOff(_ file: [UInt8], after: Int, tag: String? = nil)
        /// It promises a file, sends some bytes and then nothing, with the connection open.
        case hangs(_ file: [UInt8], after: Int)
        case status(Int)
    }

    struct Asked: Sendable, Equatable {
        let path: String
        let range: String?
        let condition: String?
    }

    private let channel: any Channel
    private let state: State

    final class State: Sendable {
        let answers = Mutex<[String: Answer]>([:])
        let asked = Mutex<[Asked]>([])
    }

    init() async throws {
        let state = State()
        self.state = state
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(state: state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func stop() async { try? await channel.close() }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    func set(_ path: String, _ answer: Answer?) { state.answers.withLock { $0[path] = answer } }

    var asked: [Asked] { state.asked.withLock { $0 } }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let state: State
        private var head: HTTPRequestHead?

        init(state: State) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end: if let head { answer(head, context) }
            }
        }

        private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            // A proxy is asked for a whole URL.
            let path = head.uri.hasPrefix("http://") ? "/" + head.uri.dropFirst(7).drop { $0 != "/" }.dropFirst() : head.uri
            let range = head.headers.first(name: "Range"), condition = head.headers.first(name: "If-Range")
            state.asked.withLock { $0.append(Asked(path: head.uri, range: range, condition: condition)) }
            guard let answer = state.answers.withLock({ $0[path] }) else { return send(.notFound, [:], [], context, isWhole: true) }
            switch answer {
            case .status(let code): send(HTTPResponseStatus(statusCode: code), [:], [], context, isWhole: true)
            case .file(let bytes, let tag): send(bytes, tag, range, condition, upTo: bytes.count, context)
            case .breaksOff(let bytes, let after, let tag):
                state.answers.withLock { $0[path] = .file(bytes, tag: tag) }
                send(bytes, tag, range, condition, upTo: after, context)
                // What was sent must leave before the connection closes.
                let channel = context.channel
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in channel.close(promise: nil) }
            case .hangs(let bytes, let after): send(bytes, nil, range, condition, upTo: after, context)
            }
        }

        private func send(
            _ bytes: [UInt8], _ tag: String?, _ range: String?, _ condition: String?, upTo end: Int, _ context: ChannelHandlerContext
        ) {
            var start = 0
            if let range, condition == nil || condition == tag, let number = Int(range.dropFirst(6).dropLast()), number < bytes.count { start = number }
            var headers: HTTPHeaders = ["Content-Length": "\(bytes.count - start)"]
            if let tag { headers.add(name: "ETag", value: tag) }
            if start > 0 { headers.add(name: "Content-Range", value: "bytes \(start)-\(bytes.count - 1)/\(bytes.count)") }
            send(start > 0 ? .partialContent : .ok, headers, Array(bytes[start..<max(start, end)]), context, isWhole: end == bytes.count)
        }

        private func send(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ bytes: [UInt8], _ context: ChannelHandlerContext, isWhole: Bool) {
            var headers = headers
            if !headers.contains(name: "Content-Length") { headers.add(name: "Content-Length", value: "\(bytes.count)") }
            context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
            if isWhole { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
        }
    }
}
