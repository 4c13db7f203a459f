// SPDX-License-Identifier: GPL-3.0-or-later

/// An organisation whose devices and lines are its own. Tenants form a tree; whoever may act in one may act in those below it.
public struct Tenant: Sendable, Hashable, Identifiable {
    /// The tenant's key.
    public let id: TenantID
    /// The tenant above it; `nil` for the appliance's own tenant, the root of the tree.
    public var parent: TenantID?
    /// What people call it.
    public var name: String
    /// Who may fetch files with credentials of its devices; `nil` means what the tenant above it says, and at the root what
    /// the configuration says. The words are those of the setting `files.access`.
    public var fileAccess: String?
    /// Until when a device without DHCP evidence may be bound to the first address that asks, in seconds since 1970; `nil`
    /// means what the tenant above it says, and at the root what the configuration says.
    public var enrolmentEnds: Double?

    /// Makes a tenant that follows the policies of the one above it.
    public init(id: TenantID, parent: TenantID?, name: String, fileAccess: String? = nil, enrolmentEnds: Double? = nil) {
        self.id = id
        self.parent = parent
        self.name = name
        self.fileAccess = fileAccess
        self.enrolmentEnds = enrolmentEnds
    }
}

/// All tenants of an appliance, as a tree.
public struct TenantTree: Sendable, Equatable {
    /// The tenants, oldest first.
    public let tenants: [Tenant]
    private let byID: [TenantID: Tenant]
    /// The tenants right below each.
    private let below: [TenantID: [TenantID]]

    /// Makes the tree.
    public init(_ tenants: [Tenant]) {
        self.tenants = tenants
        var below: [TenantID: [TenantID]] = [:]
        for tenant in tenants { if let parent = tenant.parent { below[parent, default: []].append(tenant.id) } }
        self.below = below
        byID = Dictionary(tenants.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The tenant with a key, or `nil`.
    public subscript(id: TenantID) -> Tenant? { byID[id] }

    /// Whether a tenant is another one or below it.
    public func isTenant(_ id: TenantID, inTreeOf ancestor: TenantID) -> Bool { pathToRoot(of: id).contains(ancestor) }

    /// A tenant and all below it; a tenant that is not known has a tree of its own.
    public func tree(of root: TenantID) -> Set<TenantID> {
        var tree: Set<TenantID> = [root], waiting = [root]
        while let parent = waiting.popLast() {
            for child in below[parent] ?? [] where tree.insert(child).inserted { waiting.append(child) }
        }
        return tree
    }

    /// A tenant, the one above it, and so on to the root. It ends also where the database holds a cycle.
    public func pathToRoot(of id: TenantID) -> [TenantID] {
        var path = [id]
        while path.count <= tenants.count, let last = path.last, let parent = byID[last]?.parent, !path.contains(parent) {
            path.append(parent)
        }
        return path
    }
}
