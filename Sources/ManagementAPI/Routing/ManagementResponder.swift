// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
public import Hummingbird
import JSONText
import Logging
import NIOCore
import PluginAuthoring
import PluginPackages
import ProvModel
import Provisioning
import Telemetry

/// Answers the management API: it finds the route, checks the token, reads the body, and lets the handler answer.
///
/// The checks come in the order that wazo-provd's clients know: path, method, token, media type, body.
public struct ManagementResponder: HTTPResponder {
    /// The largest body that is read. The largest that clients send, a config with a thousand lines, has 200 kB.
    private static let maximumBodyLength = 4 * 1_024 * 1_024

    private let authority: any AccessAuthority
    private let routes: RouteTable
    private let securityLog: Logger
    private let gate: RequestGate
    private let page: WebPage?
    private let applianceTenant: TenantID
    private let crossOrigin: CrossOriginPolicy
    private let monitoring: Monitoring
    private let metrics = ManagementMetrics()

    /// Makes a responder over the use cases.
    ///
    /// - Parameters:
    ///   - page: The page for administrators, if there is one.
    ///   - monitoring: What whoever watches over provd may see.
    ///   - crossOrigin: From which places other pages may use the API.
    public init(
        useCases: ManagementUseCases, authority: any AccessAuthority, limits: RequestLimits = RequestLimits(), page: WebPage? = nil,
        monitoring: Monitoring = Monitoring(), crossOrigin: CrossOriginPolicy = .none
    ) {
        self.page = page
        self.authority = authority
        self.crossOrigin = crossOrigin
        self.monitoring = monitoring
        securityLog = useCases.securityLog
        applianceTenant = useCases.tenant
        gate = RequestGate(limits: limits, now: useCases.now)
        routes = RouteTable(
            WazoRoutes(useCases).all + CurrentRoutes(useCases).all
                + [
                    APIRoute(.get, "/health/live", nil) { _ in .ok(["status": "live"]) },
                    APIRoute(.get, "/health/ready", nil) { _ in await monitoring.readiness() },
                    APIRoute(.get, Self.metricsPath, "provd.metrics.read") { [metrics] _ in await monitoring.metrics(and: metrics) },
                ])
    }

    /// Where the metrics are, as Prometheus expects them.
    private static let metricsPath = "/metrics"

    public func respond(to request: Request, context: ManagementContext) async throws -> Response {
        let start = ContinuousClock.now
        let id = request.headers[.xRequestID].flatMap { RequestID($0) } ?? RequestID()
        return try await RequestID.$current.withValue(id) {
            var response = try await unmeasuredResponse(to: request, context: context)
            response.headers[.xRequestID] = id.description
            metrics.count(response.status.code, since: start)
            return response
        }
    }

    private func unmeasuredResponse(to request: Request, context: ManagementContext) async throws -> Response {
        let dialect = APIDialect.dialect(ofPath: request.uri.path)
        let origin = request.headers[.origin]
        guard request.method != .options else { return Response(status: .ok, headers: crossOrigin.headers(for: origin, isPreflight: true)) }
        if let response = page?.response(to: request) {
            return request.method == .head ? response.createHeadResponse() : response
        }
        var response: Response
        do {
            response = dialect.response(try await answer(request, dialect, context))
        } catch {
            response = dialect.response(refusal(for: error, dialect, context))
        }
        response.headers.append(contentsOf: crossOrigin.headers(for: origin, isPreflight: false))
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
        // The path itself may hold what is not for the log.
        context.logger.debug("asked", metadata: ["method": "\(method.rawValue)", "route": "\(route.path)", "from": "\(context.asker)"])
        let isOpen = route.path == Self.metricsPath && monitoring.isOpen(to: context.asker)
        let access = try await access(
            of: request, to: isOpen ? nil : route.permission(with: parameters), concernsAll: ApplianceReach.concerns(route.method, path), context)
        guard route.method != .get || dialect.isAccepted(request.headers[.accept]) else {
            throw APIError(.notAcceptable, "this is offered as \(dialect.mediaType)")
        }
        let apiRequest = APIRequest(
            parameters: parameters, query: APIRequest.parameters(ofQuery: request.uri.query),
            body: try await body(of: request, for: route, dialect), access: access,
            expected: dialect.isStrict ? .any : ExpectedRevision(ifMatch: request.headers[.ifMatch]), namesRevision: request.headers[.ifMatch] != nil,
            lastEventID: request.headers[.lastEventID], packageSignature: request.headers[.packageSignature],
            file: route.operation?.hasFile == true ? request.body : nil)
        if route.operation?.revision == .required, !apiRequest.namesRevision { throw APIError.revisionRequired }
        let answer: @Sendable () async throws -> APIResponse = {
            try await AuditActor.$current.withValue(access?.actor) { try await route.handler(apiRequest) }
        }
        if method == .post, !dialect.isStrict, let key = request.headers[.idempotencyKey], let access {
            // A file is read while it comes, and is not at hand to be compared.
            if apiRequest.file != nil { throw APIError(.badRequest, "an Idempotency-Key is not for files: send the file without it, the same one twice does no harm") }
            return try await gate.once(key, by: "\(access.actor.name) \(access.tenant)", request.uri.string, apiRequest.body, answer)
        }
        let response = try await answer()
        guard route.method == .get, route.operation?.revision == .shown, let revision = response.revision,
            let known = request.headers[.ifNoneMatch], known == "*" || known.contains("\"\(revision)\"")
        else { return response }
        return APIResponse(status: .notModified, revision: revision)
    }

    private func body(of request: Request, for route: APIRoute, _ dialect: APIDialect) async throws -> JSONValue {
        guard [.post, .put, .patch].contains(route.method) else { return .null }
        let contentType = request.headers[.contentType]
        if let other = route.operation?.bodyType {
            guard contentType?.split(separator: ";").first?.trimmed.lowercased() == other else {
                throw APIError(.unsupportedMediaType, "send the body as \(other)")
            }
            if route.operation?.hasFile == true { return .null }
            guard let text = String(validating: try await readBytes(request).readableBytesView, as: UTF8.self) else {
                throw APIError(.badRequest, "the body is not UTF-8")
            }
            return .string(text)
        }
        guard dialect.reads(contentType) || route.method == .patch && contentType == "application/merge-patch+json" else {
            throw APIError(.unsupportedMediaType, "send the body as \(dialect.mediaType)")
        }
        let body = try await readBody(request)
        // What is not read must not be taken for something: a body that says more than nothing was meant for another path.
        if route.operation?.body == APIOperation.emptyBody, body != [:] { throw APIError(.badRequest, "the body is {}: there is nothing to say here") }
        return body
    }

    private func access(
        of request: Request, to permission: String?, concernsAll: Bool, _ context: ManagementContext
    ) async throws -> APIAccess? {
        guard let permission else { return nil }
        do {
            let access = try await authority.access(
                APICredentials(
                    token: request.headers[.xAuthToken] ?? Self.bearerToken(request.headers[.authorization]), tenant: request.headers[.wazoTenant].flatMap { $0.isEmpty ? nil : $0 },
                    address: context.asker, permission: permission))
            if concernsAll, let own = access.ownTenant, own != applianceTenant { throw AccessRefusal.appliance }
            try gate.enter(access.actor.name)
            return access
        } catch let refusal as AccessRefusal {
            if case .unavailable = refusal { throw refusal }
            securityLog.warning("API token refused to \(context.asker)")
            if case .token = refusal { try gate.noteRefusal(context.asker) }
            throw refusal
        }
    }

    /// The token of a header `Authorization: Bearer TOKEN` (RFC 6750, 2.1), which is what monitoring systems can send.
    private static func bearerToken(_ header: String?) -> String? {
        guard let header, header.prefix(7).lowercased() == "bearer " else { return nil }
        return String(header.dropFirst(7).drop { $0 == " " })
    }

    private func readBytes(_ request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: Self.maximumBodyLength)
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, "a body may have \(Self.maximumBodyLength) bytes")
        }
    }

    private func readBody(_ request: Request) async throws -> JSONValue {
        let buffer = try await readBytes(request)
        do {
            return try JSONValue(parsing: buffer.readableBytesView)
        } catch {
            throw APIError(.badRequest, "the body is \(error)")
        }
    }

    private func refusal(for error: any Error, _ dialect: APIDialect, _ context: ManagementContext) -> APIError {
        switch error {
        case let error as APIError: return error
        case let error as AccessRefusal: return error.error(dialect)
        case let error as RevisionConflict: return APIError(.preconditionFailed, error.description)
        case let error as DocumentError: return APIError(.badRequest, error.description, field: error.field)
        case let error as PackageError: return APIError(error)
        case let error as AuthoringError: return APIError(error)
        case let error as LineError: return APIError(.badRequest, error.description, field: error.field)
        case let error as StoreError:
            context.logger.error("the database could not be used", metadata: ["reason": "\(error)"])
            return APIError(error)
        default:
            context.logger.error("a management request failed", metadata: ["reason": "\(error)"])
            return APIError(.internalServerError, "provd could not do this; its log says why")
        }
    }
}

extension HTTPField.Name {
    /// The token of the client.
    fileprivate static let xAuthToken = HTTPField.Name("X-Auth-Token")
    /// What all that comes of one request has in common, here and at whoever asks.
    fileprivate static let xRequestID = HTTPField.Name("X-Request-Id")
    /// The tenant for which the client acts.
    fileprivate static let wazoTenant = HTTPField.Name("Wazo-Tenant")
    /// By which a client that repeats a request says that it is the same one.
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key")
    /// Who signed the package that is sent.
    fileprivate static let packageSignature = HTTPField.Name("Package-Signature")
    /// What a client saw last of a stream of events (HTML, 9.2).
    fileprivate static let lastEventID = HTTPField.Name("Last-Event-ID")
}

extension ExpectedRevision {
    /// Reads the header `If-Match` (RFC 9110, 13.1.1). Weak tags never match.
    fileprivate init(ifMatch header: String?) {
        guard let header, header.trimmingPrefix(" ") != "*" else {
            self = .any
            return
        }
        self.init(
            oneOf: header.split(separator: ",").compactMap { part in
                let tag = part.trimmed
                guard tag.utf8.count >= 2, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return nil }
                return DocumentRevision(String(tag.dropFirst().dropLast()))
            })
    }
}

extension HTTPFields {
    /// The value of a header whose name may not be valid, which cannot happen for the names above.
    fileprivate subscript(name: HTTPField.Name?) -> String? {
        get { name.flatMap { self[$0] } }
        set { if let name { self[name] = newValue } }
    }
}
