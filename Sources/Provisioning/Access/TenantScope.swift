// SPDX-License-Identifier: GPL-3.0-or-later

public import ProvModel

/// For whom something is asked or changed: a tenant, and all below it.
public struct TenantScope: Sendable, Equatable {
    /// The tenant for which somebody acts.
    public let tenant: TenantID
    /// This tenant and all below it.
    public let tree: Set<TenantID>

    /// Makes a scope.
    public init(tenant: TenantID, tree: Set<TenantID>) {
        self.tenant = tenant
        self.tree = tree.union([tenant])
    }

    /// Makes the scope of a tenant without looking below it.
    public init(_ tenant: TenantID) { self.init(tenant: tenant, tree: [tenant]) }

    /// Whether what belongs to a tenant is within the scope. What belongs to nobody is within none.
    public func holds(_ owner: TenantID?) -> Bool { owner.map(tree.contains) ?? false }
}
