// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches files as phones do: HTTP/1.1, one connection for each file.
struct HTTPFetcher: Sendable {
    let server: ProvisioningServer

    /// Fetches one file.
    ///
    /// - Throws: ``FetchFailure``; `CancellationError` if the simulation ends.
    func fetch(_ path: String, userAgent: String?) async throws -> FetchAnswer {
        do {
            return try await withDeadline(FetchLimits.patience) { try await exchange(path, userAgent) }
        } catch is DeadlineExceeded {
            throw FetchFailure("no HTTP answer within \(FetchLimits.patience.components.seconds) s")
        } catch let error as FetchFailure {
            throw error
        } catch {
            try Task.checkCancellation()
            throw FetchFailure("HTTP: \(Self.words(error))")
        }
    }

    private func exchange(_ path: String, _ userAgent: String?) async throws -> FetchAnswer {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(FetchLimits.patience.components.seconds))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: server.host, port: server.httpPort) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(RequestWithoutBody())
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPRequestHead>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: Self.encoded(server.prefix + path))
            head.headers.add(name: "Host", value: server.host.contains(":") ? "[\(server.host)]:\(server.httpPort)" : "\(server.host):\(server.httpPort)")
            head.headers.add(name: "Connection", value: "close")
            if let userAgent { head.headers.add(name: "User-Agent", value: userAgent) }
            try await outbound.write(head)
            var status = 0
            var body: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let bytes):
                    guard body.count + bytes.readableBytes <= FetchLimits.fileBytes else { throw FetchFailure("a file of more than \(FetchLimits.fileBytes) bytes") }
                    if status == 200 { body += bytes.readableBytesView }
                case .end:
                    return status == 200 ? .file(body) : .refused("HTTP \(status)", isMissing: status == 404)
                }
            }
            throw FetchFailure("HTTP: the connection ended within the answer")
        }
    }

    /// Percent-encodes what cannot stand in a request line (RFC 3986, 3.3).
    private static func encoded(_ path: String) -> String {
        var result = ""
        for byte in path.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && !"%\"<>?#[]\\^`{|}".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return result
    }

    /// A failure in words that are the same for each phone that it befalls.
    private static func words(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { words($0.error) } ?? "\(error.host) has no address"
        case let error as IOError: error.localizedDescription
        case is ChannelError: "the connection was not accepted in time"
        default: "\(error)"
        }
    }
}

/// Sends requests that are nothing but a head.
private final class RequestWithoutBody: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPRequestHead
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(wrapOutboundOut(.head(unwrapOutboundIn(data))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }
}
