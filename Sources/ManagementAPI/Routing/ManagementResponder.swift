// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
public import Hummingbird
import JSONText
import Logging
import NIOCore
import PluginPackages
import ProvModel
import Provisioning

/// Answers the management API: it finds the route, checks the token, reads the body, and lets the handler answer.
///
/// The checks come in the order that wazo-provd's clients know: path, method, token, media type, body.
public struct ManagementResponder: HTTPResponder {
    /// The largest body that is read. The largest that clients send, a config with a thousand lines, has 200 kB.
    private static let maximumBodyLength = 4 * 1_024 * 1_024

    private let authority: TokenAuthority
    private let routes: RouteTable
    private let securityLog: Logger

    /// Makes a responder over the use cases.
    public init(useCases: ManagementUseCases, authority: TokenAuthority) {
        self.authority = authority
        securityLog = useCases.securityLog
        routes = RouteTable(
            WazoRoutes(useCases).all + CurrentRoutes(useCases).all
                + [APIRoute(.get, "/health/live", nil) { _ in .ok(["status": "live"]) }])
    }

    public func respond(to request: Request, context: ManagementContext) async throws -> Response {
        let dialect = APIDialect.dialect(ofPath: request.uri.path)
        guard request.method != .options else { return Response(status: .ok) }
        let response: Response
        do {
            response = dialect.response(try await answer(request, dialect, context))
        } catch {
            response = dialect.response(refusal(for: error, context))
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ dialect: APIDialect, _ context: ManagementContext) async throws -> APIResponse {
        let method = request.method
        guard let path = APIRequest.segments(of: request.uri.path), let (resource, parameters) = routes.resource(at: path) else {
            throw APIError(.notFound, "there is nothing at this path")
        }
        guard let route = resource.route(for: method) else {
            throw dialect.refusal(ofMethod: method, allow: resource.allow)
        }
        let access = try access(of: request, to: route.permission(with: parameters), context)
        guard route.method != .get || dialect.isAccepted(request.headers[.accept]) else {
            throw APIError(.notAcceptable, "this is offered as \(dialect.mediaType)")
        }
        var body = JSONValue.null
        if method == .post || method == .put {
            guard dialect.reads(request.headers[.contentType]) else {
                throw APIError(.unsupportedMediaType, "send the body as \(dialect.mediaType)")
            }
            body = try await readBody(request)
        }
        return try await route.handler(
            APIRequest(
                parameters: parameters, query: APIRequest.parameters(ofQuery: request.uri.query), body: body, access: access))
    }

    private func access(of request: Request, to permission: String?, _ context: ManagementContext) throws -> APIAccess {
        guard let permission else { return .anonymous }
        do {
            return try authority.access(
                token: request.headers[.xAuthToken], tenant: request.headers[.wazoTenant], permission: permission)
        } catch {
            securityLog.warning("API token refused to \(context.asker)")
            throw error
        }
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

    private func refusal(for error: any Error, _ context: ManagementContext) -> APIError {
        switch error {
        case let error as APIError: return error
        case let error as DocumentError: return APIError(.badRequest, error.description, field: error.field)
        case let error as PackageError: return APIError(error)
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
