// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Hummingbird
import JSONText
import Logging
import NIOCore
import NIOPosix
import Provisioning
import ServiceLifecycle

/// A client that sends octet by octet what wazo-provd-client sends: `Accept: */*`, the media type of its table, one
/// connection for each request.
struct WazoClient: Sendable {
    let port: Int
    var token = APIClient.token
    var tenant: String?

    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]

        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// The same client with another token or tenant.
    func with(token: String? = nil, tenant: String? = nil) -> WazoClient {
        WazoClient(port: port, token: token ?? self.token, tenant: tenant ?? self.tenant)
    }

    static let mediaType = "application/vnd.proformatique.provd+json"

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }
    func post(_ path: String, _ body: JSONValue) async throws -> Answer { try await send("POST", path, body) }
    func put(_ path: String, _ body: JSONValue) async throws -> Answer { try await send("PUT", path, body) }
    func delete(_ path: String) async throws -> Answer { try await send("DELETE", path) }

    /// The path of an operation below its manager, as wazo-provd-client makes it of `Location`: without the first three parts.
    static func operationPath(_ answer: Answer, below manager: String) throws -> String {
        guard let location = answer.headers["location"] else { throw NoAnswer() }
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        return "/\(manager)/" + parts.dropFirst(3).joined(separator: "/")
    }

    /// Follows an operation to its end as wazo-provd-client does, and forgets it.
    ///
    /// - Returns: Its last status; the state of the whole stands behind the first label.
    func end(of begun: Answer, below manager: String) async throws -> String {
        let path = try Self.operationPath(begun, below: manager)
        while true {
            guard let status = try await get(path).json["status"]?.string else { throw NoAnswer() }
            let label = status.prefix { $0 != "|" && $0 != "(" && $0 != ";" }
            let state = label.count < status.count && status.dropFirst(label.count).first == "|" ? status.dropFirst(label.count + 1) : status[...]
            if state.hasPrefix("success") || state.hasPrefix("fail") {
                guard try await delete(path).status == 204, try await get(path).status == 404 else { throw NoAnswer() }
                return status
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        var lines = [
            "\(method) /0.2\(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "User-Agent: python-requests/2.32.3", "Accept-Encoding: gzip, deflate",
            "Accept: */*", "Connection: close", "X-Auth-Token: \(token)",
        ]
        if let tenant { lines.append("Wazo-Tenant: \(tenant)") }
        // DELETE has a media type too, and no body.
        if method != "GET" { lines.append("Content-Type: \(Self.mediaType)") }
        let bytes = body?.serialized() ?? []
        if method != "GET" { lines.append("Content-Length: \(bytes.count)") }
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return try Self.answer(try await exchange(Array(head.utf8) + bytes))
    }

    private func exchange(_ request: [UInt8]) async throws -> [UInt8] {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request))
            var answer: [UInt8] = []
            for try await piece in inbound { answer += Array(piece.readableBytesView) }
            return answer
        }
    }

    private struct NoAnswer: Error {}

    private static func answer(_ bytes: [UInt8]) throws -> Answer {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw NoAnswer() }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { throw NoAnswer() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if let name = parts.first, let value = parts.dropFirst().first { headers[name.lowercased()] = value.trimmingCharacters(in: .whitespaces) }
        }
        let body = Array(bytes[end.upperBound...])
        return Answer(status: status, headers: headers, body: headers["transfer-encoding"] == "chunked" ? try joined(body) : body)
    }

    /// A body that comes in pieces (RFC 9112, 7.1), as every client of HTTP 1.1 reads it.
    private static func joined(_ pieces: [UInt8]) throws -> [UInt8] {
        var body: [UInt8] = [], rest = pieces[...]
        while true {
            guard let end = rest.firstRange(of: Array("\r\n".utf8)), let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16)
            else { throw NoAnswer() }
            rest = rest[end.upperBound...]
            guard size > 0 else { return body }
            guard rest.count >= size + 2 else { throw NoAnswer() }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
    }
}

/// The management API on a socket of this machine, while a test runs.
enum RunningAPI {
    static func serve(_ client: APIClient, _ body: @Sendable (_ port: Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let application = Application(
            responder: client.responder, configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: client.appliance.logger)
        let services = ServiceGroup(configuration: .init(services: [application], logger: client.appliance.logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            group.addTask { await client.operations.run() }
            var port = 0
            for await number in ports {
                port = number
                break
            }
            try await body(port)
            await services.triggerGracefulShutdown()
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }
}
