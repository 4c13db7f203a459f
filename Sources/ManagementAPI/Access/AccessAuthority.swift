// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
public import ProvModel
public import Provisioning

/// Knows who a token belongs to, and what that one may do for whom.
public protocol AccessAuthority: Sendable {
    /// Checks a request's token and tenant, and that the token allows what is asked.
    ///
    /// - Throws: ``AccessRefusal`` that says what is wrong.
    func access(_ credentials: APICredentials) async throws -> APIAccess
}

/// What a request brings to show who makes it, and what it wants.
public struct APICredentials: Sendable {
    /// The header `X-Auth-Token`.
    public let token: String?
    /// The header `Wazo-Tenant`, or `nil` if it is absent or empty.
    public let tenant: String?
    /// The address from which the request came.
    public let address: String
    /// What the token must allow, where `{tenant_uuid}` stands for the tenant of the request.
    public let permission: String

    /// The permission for a tenant.
    func permission(for tenant: TenantID) -> String {
        permission.replacing("{tenant_uuid}", with: tenant.description.replacing(".", with: "_"))
    }
}

/// Who makes a request, and for whom.
public struct APIAccess: Sendable {
    /// For whom: the tenant of the request.
    public let tenant: TenantID
    /// Who, as the audit log shows it.
    public let actor: AuditActor
    /// What the token allows, as far as it is known here: who makes tokens passes on no more than this.
    public let permissions: PermissionPatterns
    /// The tenant that the token itself belongs to; `nil` where wazo-auth says what it may do, and for whom.
    let ownTenant: TenantID?
    /// The tenant and all below it, found out when it is needed.
    let tree: @Sendable () async throws -> Set<TenantID>
    /// What the same token gives now: for answers that last. Throws ``AccessRefusal`` if it gives nothing any more.
    let renewed: @Sendable () async throws -> APIAccess

    /// The scope of the request: the tenant and all below it.
    func scope() async throws -> TenantScope { TenantScope(tenant: tenant, tree: try await tree()) }
}

/// Why a request is not let in.
public enum AccessRefusal: Error, Sendable, Equatable {
    /// The token is absent, unknown, or has ended.
    case token
    /// The token may not act for this tenant.
    case tenant(String)
    /// The token does not allow this.
    case permission(String)
    /// This is the appliance's, and the token belongs to a tenant below.
    case appliance
    /// Whoever knows cannot be asked now.
    case unavailable(String)

    /// The refusal as an answer. wazo-provd's clients know 401 for all of it, but for 503.
    func error(_ dialect: APIDialect) -> APIError {
        switch self {
        case .token:
            APIError(.unauthorized, "send a valid token in X-Auth-Token; the administrator's is in the file admin-token in provd's state directory")
        case .tenant(let tenant):
            APIError(.unauthorized, "this token may not act for tenant \(tenant)")
        case .permission(let permission):
            APIError(dialect.isStrict ? .unauthorized : .forbidden, "this token does not allow \(permission)")
        case .appliance:
            APIError(
                dialect.isStrict ? .unauthorized : .forbidden, "this concerns all tenants: only a token of the appliance's own tenant may do it")
        case .unavailable(let reason):
            APIError(.serviceUnavailable, reason, retryAfter: 5)
        }
    }
}

/// Checks tokens that provd itself keeps.
public struct EmbeddedAuthority: AccessAuthority {
    private let tokens: TokenBook
    private let tenants: TenantBook

    /// Makes an authority over an appliance's tokens and tenants.
    public init(_ appliance: Appliance) {
        tokens = TokenBook(appliance)
        tenants = TenantBook(appliance)
    }

    /// What the administrator's token gives, or `nil` if this is another token. The tenant that the request names is not looked at.
    func administrator(_ credentials: APICredentials) async throws -> APIAccess? {
        guard let secret = credentials.token, let token = try await tokens.token(secret: secret), token.id == .administrator else { return nil }
        return APIAccess(
            tenant: token.tenant, actor: AuditActor(name: token.id.description, tenant: token.tenant, address: credentials.address),
            permissions: PermissionPatterns(token.permissions), ownTenant: token.tenant, tree: { [token.tenant] },
            renewed: { try await access(credentials) })
    }

    public func access(_ credentials: APICredentials) async throws -> APIAccess {
        guard let secret = credentials.token, !secret.isEmpty, let token = try await tokens.token(secret: secret) else { throw AccessRefusal.token }
        let tree = try await tenants.tree()
        let tenant = credentials.tenant.map(TenantID.init) ?? token.tenant
        guard tenant == token.tenant || tree.isTenant(tenant, inTreeOf: token.tenant) else { throw AccessRefusal.tenant(tenant.description) }
        let permissions = PermissionPatterns(token.permissions)
        let permission = credentials.permission(for: tenant)
        guard permissions.allow(permission) else { throw AccessRefusal.permission(permission) }
        return APIAccess(
            tenant: tenant, actor: AuditActor(name: token.id.description, tenant: tenant, address: credentials.address),
            permissions: permissions, ownTenant: token.tenant, tree: { tree.tree(of: tenant) }, renewed: { try await access(credentials) })
    }
}
