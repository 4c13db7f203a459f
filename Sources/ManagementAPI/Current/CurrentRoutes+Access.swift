// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning

extension CurrentRoutes {
    /// Tenants with their policies, and tokens.
    var access: [APIRoute] { tenants + tokens }

    private var tenants: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/tenants", "provd.tenants.read") { request in
                let scope = try await request.scope()
                return .ok(["tenants": .array(try await useCases.tenants.tree().tenants.filter { scope.holds($0.id) }.map(Self.document))])
            }.described(APIOperation("List the tenants for which one may act.", answer: "Tenants")),
            APIRoute(.post, "/1.0/tenants", "provd.tenants.create") { request in
                try Self.requireOwnTenants(useCases)
                let object = try Self.members(of: request.body, "a tenant", known: ["name", "parent_uuid", "file_access", "enrolment_ends"])
                guard let name = try Self.text("name", in: object) else { throw APIError(.badRequest, "a tenant needs a name", field: "name") }
                let parent = try Self.text("parent_uuid", in: object).map(TenantID.init) ?? (try request.tenant())
                guard try await request.scope().holds(parent) else {
                    throw APIError(.badRequest, "there is no such tenant, or none that you may act for", field: "parent_uuid")
                }
                let draft = TenantBook.Draft(
                    name: name, fileAccess: try Self.fileAccess(object), enrolmentEnds: try Self.time("enrolment_ends", in: object))
                let tenant = try await useCases.tenants.create(draft, below: parent)
                return .created(Self.document(tenant), at: "/1.0/tenants/\(tenant.id)", tenant.revision)
            }.described(APIOperation("Add a tenant below another.", body: "TenantDraft", status: 201, answer: "Tenant", revision: .shown)),
            APIRoute(.get, "/1.0/tenants/{id}", "provd.tenants.{id}.read") { request in
                let id = try await Self.tenantID(request)
                guard let tenant = try await useCases.tenants.tree()[id] else { throw Self.noTenant }
                return .ok(Self.document(tenant), tenant.revision)
            }.described(APIOperation("One tenant with its policies.", answer: "Tenant", revision: .shown)),
            APIRoute(.patch, "/1.0/tenants/{id}", "provd.tenants.{id}.update") { request in
                let id = try await Self.tenantID(request)
                let object = try Self.members(of: request.body, "a tenant", known: ["name", "file_access", "enrolment_ends"])
                if object["name"] != nil { try Self.requireOwnTenants(useCases) }
                let name = try Self.text("name", in: object), access = try Self.fileAccess(object)
                let ends = try Self.time("enrolment_ends", in: object)
                let tenant = try await useCases.tenants.update(id, expecting: request.expected) { draft in
                    if let name { draft.name = name }
                    if object["file_access"] != nil { draft.fileAccess = access }
                    if object["enrolment_ends"] != nil { draft.enrolmentEnds = ends }
                }
                guard let tenant else { throw Self.noTenant }
                return .ok(Self.document(tenant), tenant.revision)
            }.described(APIOperation("Change a tenant's name and policies.", body: "TenantChange", answer: "Tenant", revision: .required)),
            APIRoute(.delete, "/1.0/tenants/{id}", "provd.tenants.{id}.delete") { request in
                try Self.requireOwnTenants(useCases)
                switch try await useCases.tenants.delete(try await Self.tenantID(request), expecting: request.expected) {
                case .deleted: return .noContent
                case .notFound: throw Self.noTenant
                case .isMain: throw APIError(.conflict, "the appliance's own tenant cannot be deleted")
                case .hasTenantsBelow: throw APIError(.conflict, "other tenants are below it: delete those first")
                }
            }.described(APIOperation("Delete a tenant with its devices, lines and tokens.", status: 204, revision: .required)),
        ]
    }

    private var tokens: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/tokens", "provd.tokens.read") { request in
                .ok(["tokens": .array(try await useCases.tokens.all(request.scope()).map(Self.document))])
            }.described(APIOperation("List the tokens; the tokens themselves are not shown.", answer: "Tokens")),
            APIRoute(.post, "/1.0/tokens", "provd.tokens.create") { request in
                try Self.requireOwnTenants(useCases)
                let object = try Self.members(of: request.body, "a token", known: ["name", "tenant_uuid", "permissions", "expires"])
                guard let name = try Self.text("name", in: object) else { throw APIError(.badRequest, "a token needs a name", field: "name") }
                guard let permissions = object["permissions"]?.array, permissions.allSatisfy({ $0.string != nil }) else {
                    throw APIError(.badRequest, "permissions is a list of patterns, as [\"provd.devices.#\"]", field: "permissions")
                }
                let draft = TokenBook.Draft(
                    name: name, tenant: try Self.text("tenant_uuid", in: object).map(TenantID.init) ?? (try request.tenant()),
                    permissions: permissions.compactMap(\.string), expires: try Self.time("expires", in: object))
                let issuer = request.access?.permissions ?? PermissionPatterns([])
                let (token, secret) = try await useCases.tokens.issue(draft, by: issuer, in: try await request.scope())
                var document = Self.document(token).object ?? [:]
                document["token"] = .string(secret)
                return .created(.object(document), at: "/1.0/tokens/\(token.id)")
            }.described(APIOperation("Make a token. It is shown in the answer and never again.", body: "TokenDraft", status: 201, answer: "Token")),
            APIRoute(.get, "/1.0/tokens/{id}", "provd.tokens.{id}.read") { request in
                let token = try await useCases.tokens.all(request.scope()).first { $0.id.description == request.parameter("id") }
                guard let token else { throw Self.noToken }
                return .ok(Self.document(token), Self.revision(of: token))
            }.described(APIOperation("What a token allows.", answer: "Token", revision: .shown)),
            APIRoute(.delete, "/1.0/tokens/{id}", "provd.tokens.{id}.delete") { request in
                let id = APITokenID(request.parameter("id"))
                let token = try await useCases.tokens.all(request.scope()).first { $0.id == id }
                // A token never changes: one that is as it was seen cannot be another a moment later.
                if let token { try request.expected.check(Self.revision(of: token)) }
                guard try await useCases.tokens.revoke(id, in: try await request.scope()) else { throw Self.noToken }
                return .noContent
            }.described(APIOperation("Revoke a token.", status: 204, revision: .checked)),
        ]
    }

    private static func tenantID(_ request: APIRequest) async throws -> TenantID {
        let id = TenantID(request.parameter("id"))
        guard try await request.scope().holds(id) else { throw noTenant }
        return id
    }

    private static func requireOwnTenants(_ useCases: ManagementUseCases) throws {
        guard useCases.keepsTenants else {
            throw APIError(.conflict, "tenants and tokens are kept by wazo-auth (auth.mode in provd.yml): make and remove them there")
        }
    }

    private static func fileAccess(_ object: JSONObject) throws -> FileAccessPolicy? {
        guard let text = try text("file_access", in: object) else { return nil }
        guard let policy = FileAccessPolicy(rawValue: text) else {
            let words = FileAccessPolicy.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.badRequest, "file_access is null or one of \(words)", field: "file_access")
        }
        return policy
    }

    private static var noTenant: APIError { APIError(.notFound, "there is no such tenant: GET /1.0/tenants lists them") }
    private static var noToken: APIError { APIError(.notFound, "there is no such token: GET /1.0/tokens lists them") }

    private static func document(_ tenant: Tenant) -> JSONValue {
        [
            "uuid": .string(tenant.id.description), "parent_uuid": tenant.parent.map { .string($0.description) } ?? .null,
            "name": .string(tenant.name), "file_access": tenant.fileAccess.map(JSONValue.string) ?? .null,
            "enrolment_ends": tenant.enrolmentEnds.map(JSONValue.double) ?? .null,
        ]
    }

    private static func revision(of token: APIToken) -> DocumentRevision { DocumentRevision(of: document(token)) }

    private static func document(_ token: APIToken) -> JSONValue {
        [
            "id": .string(token.id.description), "name": .string(token.name), "tenant_uuid": .string(token.tenant.description),
            "permissions": .array(token.permissions.map(JSONValue.string)), "created": .double(token.created),
            "expires": token.expires.map(JSONValue.double) ?? .null,
        ]
    }
}

extension CurrentRoutes {
    /// Who changed what.
    var audit: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/audit", "provd.audit.read") { request in
                let (before, limit) = try Self.page(request)
                let scope = try await request.scope()
                let entries = try await useCases.store.audit(
                    tenants: scope.tree, subject: request.query["subject"], before: before, limit: limit + 1)
                let page = entries.prefix(limit)
                return Self.page("entries", page.map(Self.document), next: entries.count > limit ? page.last?.id : nil)
            }.described(
                APIOperation(
                    "Who changed what, the newest first, with secrets masked.", answer: "Audit",
                    query: Self.pageParameters + [.text("subject", "only changes of the document with this id")]))
        ]
    }

    private static func document(_ entry: AuditEntry) -> JSONValue {
        [
            "id": .int(Int(entry.id)), "time": .double(entry.time), "actor": .string(entry.actor.name),
            "tenant_uuid": .string(entry.actor.tenant.description), "address": .string(entry.actor.address),
            "action": .string(entry.action.rawValue), "kind": .string(entry.kind), "subject": .string(entry.subject),
            "before": entry.before, "after": entry.after,
        ]
    }
}
