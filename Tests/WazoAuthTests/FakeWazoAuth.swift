// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import Hummingbird
import JSONText
import Logging
import NIOCore
import ProvModel
import ServiceLifecycle
import Synchronization

/// A small wazo-auth: tokens, what they allow for whom, and tenants.
final class FakeWazoAuth: Sendable {
    struct Token: Sendable {
        var tenant: String?
        /// The tenants for which it may act.
        var mayActFor: Set<String>
        /// What it may not do.
        var forbidden: Set<String> = []
    }

    struct State: Sendable {
        var tokens: [String: Token] = [:]
        var tenants: [(id: String, parent: String)] = []
        var isBroken = false
        var requests: [String] = []
    }

    static let own = "master"
    let state = Mutex(State(tenants: [(own, own)]))

    /// Serves while a test runs.
    func serve<Result: Sendable>(_ body: @Sendable (_ base: String) async throws -> Result) async throws -> Result {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() }
        let application = Application(
            responder: CallbackResponder { [self] request, _ in answer(request) } as CallbackResponder<BasicRequestContext>,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var port = 0
            for await number in ports {
                port = number
                break
            }
            let result = try await body("http://127.0.0.1:\(port)")
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }

    private func answer(_ request: Request) -> Response {
        state.withLock { state in
            state.requests.append("\(request.method) \(request.uri.path)")
            guard !state.isBroken else { return Response(status: .internalServerError) }
            let parts = request.uri.path.split(separator: "/").map { $0.removingPercentEncoding ?? "" }
            switch (request.method, parts.dropFirst().first, parts.dropFirst(2).first) {
            case (.post, "token", nil):
                guard request.headers[.authorization] == "Basic cHJvdmQ6cGFzc3dvcmQ=" else { return Response(status: .unauthorized) }
                return Self.json(["data": ["token": "own-token", "metadata": ["tenant_uuid": .string(Self.own)]]])
            case (.get, "token", let name?):
                guard let token = state.tokens[name] else { return Response(status: .notFound) }
                return Self.json(["data": ["metadata": ["uuid": .string("user-of-\(name)"), "tenant_uuid": token.tenant.map(JSONValue.string) ?? .null]]])
            case (.head, "token", let name?):
                guard let token = state.tokens[name] else { return Response(status: .notFound) }
                let tenant = request.uri.queryParameters["tenant"].map(String.init), scope = request.uri.queryParameters["scope"].map(String.init)
                let isAllowed = tenant.map(token.mayActFor.contains) ?? true && !token.forbidden.contains(scope ?? "")
                return Response(status: isAllowed ? .noContent : .forbidden)
            case (.get, "tenants", nil):
                guard HTTPField.Name("X-Auth-Token").flatMap({ request.headers[$0] }) == "own-token" else { return Response(status: .unauthorized) }
                let root = HTTPField.Name("Wazo-Tenant").flatMap { request.headers[$0] } ?? Self.own
                let listed = state.tenants.filter { root == Self.own || $0.id == root || $0.parent == root }
                let items = listed.map { ["uuid": .string($0.id), "parent_uuid": .string($0.parent), "name": .string("tenant \($0.id)")] as JSONValue }
                return Self.json(["items": .array(items), "total": .int(items.count), "filtered": .int(items.count)])
            default: return Response(status: .notFound)
            }
        }
    }

    private static func json(_ value: JSONValue) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.serialized())))
    }
}
