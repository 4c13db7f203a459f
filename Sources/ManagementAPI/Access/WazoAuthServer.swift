// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel

/// A wazo-auth server, as far as provd asks it.
public protocol WazoAuthServer: Sendable {
    /// Whether a token allows something for a tenant (`HEAD /0.1/token/{token}`).
    func check(token: String, permission: String, tenant: TenantID) async throws(WazoAuthFailure) -> WazoAuthVerdict
    /// Whom a token belongs to (`GET /0.1/token/{token}`), or `nil` if there is no such token.
    func owner(ofToken token: String) async throws(WazoAuthFailure) -> WazoTokenOwner?
    /// A tenant and all below it (`GET /0.1/tenants`), asked with provd's own token. Only the tenant if that may not ask for it.
    func tenants(below tenant: TenantID) async throws(WazoAuthFailure) -> [WazoTenant]
    /// The tenant of provd's own token: the one to which devices belong that show themselves.
    func ownTenant() async throws(WazoAuthFailure) -> TenantID
}

/// What wazo-auth says of a token.
public enum WazoAuthVerdict: Sendable, Equatable {
    /// It allows what was asked.
    case allowed
    /// There is no such token.
    case unknown
    /// It does not allow this, or not for this tenant.
    case forbidden
}

/// Whom a token belongs to.
public struct WazoTokenOwner: Sendable, Equatable {
    /// The key of the user.
    public var user: String
    /// The tenant, or `nil` if the token has none.
    public var tenant: TenantID?

    /// Describes an owner.
    public init(user: String, tenant: TenantID?) {
        self.user = user
        self.tenant = tenant
    }
}

/// A tenant of wazo-auth.
public struct WazoTenant: Sendable, Equatable {
    /// Its key.
    public var id: TenantID
    /// The tenant above it.
    public var parent: TenantID?
    /// What people call it.
    public var name: String

    /// Describes a tenant.
    public init(id: TenantID, parent: TenantID?, name: String) {
        self.id = id
        self.parent = parent
        self.name = name
    }
}

/// Why wazo-auth could not be asked.
public struct WazoAuthFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened and what to do, without a token or password.
    public let description: String

    /// Makes a failure.
    public init(_ description: String) { self.description = description }
}
