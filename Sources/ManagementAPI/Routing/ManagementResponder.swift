// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
public import Hummingbird
import JSONText
import Logging
import NIOCore
import ProvModel
import Provisioning

/// Answers the management API: it finds the route, checks the token, reads the body, and lets the handler answer.
///
/// The checks come in the order that wazo-provd's clients know: path, method, token, media type, body.
public struct ManagementResponder: HTTPResponder {
    /// The largest body that is read. The largest that clients send, a config with a thousand lines, has 200 kB.
    private static let maximumBodyLength = 4 * 1_024 * 1_024

    private let authority: TokenAuthority
    private let routes: [APIRoute]

    /// Makes a responder over the use cases.
    public init(useCases: ManagementUseCases, authority: TokenAuthority) {
        self.authority = authority
        routes =
            WazoRoutes(useCases).all + CurrentRoutes(useCases).all
            + [APIRoute(.get, "/health/live", nil) { _ in .ok(["status": "live"]) }]
    }

    public func respond(to request: Request, context: ManagementContext) async throws -> Response {
        let dialect: APIDialect = request.uri.path.hasPrefix("/0.2") ? .wazo : .current
        guard request.method != .options else { return Response(status: .ok) }
        do {
            let response = dialect.response(try await answer(request, dialect))
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            return dialect.response(refusal(for: error, context))
        }
    }

    private func answer(_ request: Request, _ dialect: APIDialect) async throws -> APIResponse {
        let method = request.method == .head ? HTTPRequest.Method.get : request.method
        guard let path = segments(of: request.uri.path) else { throw APIError(.notFound, "there is nothing at this path") }
        let matches = routes.compactMap { route in route.parameters(of: path).map { (route, $0) } }
        guard !matches.isEmpty else { throw APIError(.notFound, "there is nothing at this path") }
        guard let (route, parameters) = matches.first(where: { $0.0.method == method }) else {
            // The dialect of wazo-provd knows no other verbs, and says so with 501.
            throw dialect.isStrict && method != .get && method != .post
                ? APIError(.notImplemented, "this method is not offered here")
                : APIError(.methodNotAllowed, "this method is not offered here")
        }
        var access = APIAccess.anonymous
        if let permission = route.permission(with: parameters) {
            access = try authority.access(
                token: request.headers[.xAuthToken], tenant: request.headers[.wazoTenant], permission: permission)
        }
        guard method != .get || dialect.isAccepted(request.headers[.accept]) else {
            throw APIError(.notAcceptable, "this is offered as \(dialect.mediaType)")
        }
        var body = JSONValue.null
        if method == .post || method == .put {
            guard dialect.reads(request.headers[.contentType]) else {
                throw APIError(.unsupportedMediaType, "send the body as \(dialect.mediaType)")
            }
            body = try await readBody(request)
        }
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where query[String(name)] == nil { query[String(name)] = String(value) }
        return try await route.handler(APIRequest(parameters: parameters, query: query, body: body, access: access))
    }

    private func readBody(_ request: Request) async throws -> JSONValue {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: Self.maximumBodyLength)
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, "a body may have \(Self.maximumBodyLength) bytes")
        }
        do {
            return try JSONValue(parsing: buffer.readableBytesView)
        } catch {
            throw APIError(.badRequest, "the body is \(error)")
        }
    }

    /// The path's parts, percent-decoded one by one; an empty last part stands for a slash at the end.
    private func segments(of path: String) -> [String]? {
        guard path.hasPrefix("/") else { return nil }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let decoded = parts.compactMap { $0.removingPercentEncoding }
        return decoded.count == parts.count ? decoded : nil
    }

    private func refusal(for error: any Error, _ context: ManagementContext) -> APIError {
        switch error {
        case let error as APIError: return error
        case let error as DocumentError: return APIError(.badRequest, error.description, field: error.field)
        case let error as LineError: return APIError(.badRequest, error.description, field: error.field)
        case let error as StoreError:
            context.logger.error("the database could not be used", metadata: ["reason": "\(error)"])
            return APIError(.serviceUnavailable, error.description)
        default:
            context.logger.error("a management request failed", metadata: ["reason": "\(error)"])
            return APIError(.internalServerError, "provd could not do this; its log says why")
        }
    }
}

extension HTTPField.Name {
    /// The token of the client.
    fileprivate static let xAuthToken = HTTPField.Name("X-Auth-Token")
    /// The tenant for which the client acts.
    fileprivate static let wazoTenant = HTTPField.Name("Wazo-Tenant")
}

extension HTTPFields {
    /// The value of a header whose name may not be valid, which cannot happen for the names above.
    fileprivate subscript(name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}
