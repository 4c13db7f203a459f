// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
public import ProvModel

/// Keeps provd's books in step with tenants that another server keeps.
public actor ForeignTenants {
    private let appliance: Appliance
    private var missing: Set<TenantID> = []

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// Makes a tenant of the other server the appliance's own. Devices that waited for their tenant in the former one wait
    /// in this one from now on.
    public func adopt(_ tenant: TenantID) async throws {
        try await appliance.store.transaction { transaction in
            let former = try transaction.setting(FirstStart.tenantSetting).map(TenantID.init)
            guard former != tenant else { return }
            if try transaction.tenants()[tenant] == nil { try transaction.save(Tenant(id: tenant, parent: nil, name: "main")) }
            try transaction.save(setting: FirstStart.tenantSetting, tenant.description)
            guard let former else { return }
            for var device in try transaction.devices(of: former) {
                device.tenant = tenant
                try transaction.save(device)
            }
            for var line in try transaction.lines(of: former) {
                line.tenant = tenant
                try transaction.save(line)
            }
            if var token = try transaction.token(.administrator) {
                token.tenant = tenant
                try transaction.save(token)
            }
            for var child in try transaction.tenants().tenants where child.parent == former {
                child.parent = child.id == tenant ? nil : tenant
                try transaction.save(child)
            }
            try transaction.delete(former)
        }
    }

    /// Compares again and again, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: The time between two comparisons.
    ///   - list: Asks the other server for all its tenants.
    public func follow(every interval: Duration, _ list: @Sendable () async throws -> [Tenant]) async {
        var isDown = false
        while !Task.isCancelled {
            do {
                try await compare(with: try await list())
                isDown = false
            } catch {
                // Said once for each time that it is down.
                if !isDown { appliance.logger.warning("deleted tenants cannot be noticed now", metadata: ["reason": "\(error)"]) }
                isDown = true
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// Compares with the other server's tenants: takes in names and parents, and removes the devices and lines of tenants
    /// that are no more.
    ///
    /// A list that lacks our own tenant is no list to delete by; and a tenant must be missing twice, so that one answer that
    /// is cut short removes nothing.
    ///
    /// - Parameter tenants: All tenants, complete.
    /// - Returns: The tenants whose devices were removed.
    @discardableResult
    public func compare(with tenants: [Tenant]) async throws -> Set<TenantID> {
        let listed = Set(tenants.map(\.id))
        guard let own = try await appliance.store.setting(FirstStart.tenantSetting).map(TenantID.init), listed.contains(own) else { return [] }
        try await mirror(tenants)
        let absent = try await appliance.store.tenantsInUse().union(appliance.store.tenants().tenants.map(\.id)).subtracting(listed)
        let gone = absent.intersection(missing)
        let now = appliance.now()
        missing = absent
        for tenant in gone {
            try await appliance.store.transaction { transaction in
                try TenantBook.deleteContents(of: tenant, now: now, in: transaction)
                // Those below it are missing too, and may be removed later than it.
                for var child in try transaction.tenants().tenants where child.parent == tenant {
                    child.parent = own
                    try transaction.save(child)
                }
                try transaction.delete(tenant)
            }
            appliance.logger.notice("a tenant is no more: its devices and lines were removed", metadata: ["tenant": "\(tenant)"])
        }
        return gone
    }

    /// Writes down names and parents, from the root down, as the tables want it.
    private func mirror(_ tenants: [Tenant]) async throws {
        let known = try await appliance.store.tenants()
        let changed = tenants.contains { tenant in
            known[tenant.id].map { $0.name != tenant.name || $0.parent != tenant.parent } ?? true
        }
        guard changed else { return }
        try await appliance.store.transaction { transaction in
            var written = try transaction.tenants()
            var waiting = tenants
            while !waiting.isEmpty {
                let ready = waiting.filter { tenant in tenant.parent.map { written[$0] != nil } ?? true }
                // Parents that the list does not name leave the rest without a place.
                guard !ready.isEmpty else { return }
                for tenant in ready {
                    var tenant = tenant
                    tenant.fileAccess = written[tenant.id]?.fileAccess
                    tenant.enrolmentEnds = written[tenant.id]?.enrolmentEnds
                    if written[tenant.id] != tenant { try transaction.save(tenant) }
                }
                let done = Set(ready.map(\.id))
                waiting.removeAll { done.contains($0.id) }
                written = try transaction.tenants()
            }
        }
    }
}
