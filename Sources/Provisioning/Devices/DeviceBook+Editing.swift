// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
public import ProvModel

extension DeviceBook {
    /// A part of the devices, oldest first. A device with lines of several tenants is in the lists of each.
    ///
    /// - Parameters:
    ///   - equals: What members must be equal to.
    ///   - position: The position after which the page begins; `nil` for the first page.
    public func page(where equals: [PageQuery.Column: String] = [:], after position: Int64?, limit: Int) async throws -> Page<Device> {
        var query = PageQuery(tenants: scope.tree, after: position, limit: limit)
        query.equals = equals
        return try await appliance.store.devices(query)
    }

    /// All devices within the scope that members select, oldest first.
    public func all(of tenants: Set<TenantID>, where equals: [PageQuery.Column: String] = [:]) async throws -> [Device] {
        var query = PageQuery(tenants: tenants.intersection(scope.tree), limit: Self.pageLength)
        query.equals = equals
        var devices: [Device] = []
        while true {
            let page = try await appliance.store.devices(query)
            devices += page.elements
            guard let next = page.next else { return devices }
            query.after = next
        }
    }

    /// How many devices are read at once: the time between two parts is when others get their turn.
    private static let pageLength = 5_000

    /// A device that is within the scope, or has a line that is.
    public func visibleDevice(_ name: String) async throws -> Device? {
        if let device = try await device(name) { return device }
        let everywhere = DeviceBook(appliance, scope: TenantScope(tenant: scope.tenant, tree: Set(try await appliance.store.tenants().tenants.map(\.id))))
        guard let device = try await everywhere.device(name) else { return nil }
        return try await appliance.store.lines(on: device.id).contains { scope.holds($0.tenant) } ? device : nil
    }

    /// Changes members of a device's document (RFC 7396): null removes a member, anything else replaces it.
    ///
    /// A member `tenant_uuid` moves the device; both tenants must be within the scope.
    ///
    /// - Returns: The device as it is now, or `nil` if there is none.
    /// - Throws: `DocumentError` if the document is wrong, `RevisionConflict`, else `StoreError`.
    public func change(_ id: DeviceID, expecting: ExpectedRevision = .any, with patch: JSONObject) async throws -> Device? {
        let catalog = appliance.plugins.catalog, now = appliance.now(), scope = scope
        for name in ["id", "configured", "is_new", "added", "lines"] where patch[name] != nil {
            throw DocumentError(name, "\(name) is provd's own and cannot be changed")
        }
        return try await appliance.store.transaction { transaction in
            guard let former = try transaction.device(id), scope.holds(former.tenant) else { return nil }
            try expecting.check(former.revision)
            var document = former.document.patched(with: patch)
            let wanted = patch["tenant_uuid"]
            document = try DeviceDocument.check(document)
            var device = Device(id: id, document: document)
            device.tenant = former.tenant
            device.document["is_new"] = former.document["is_new"]
            device.document["configured"] = former.document["configured"]
            if let wanted { try Self.move(&device, to: wanted, within: scope, in: transaction) }
            if device.document["plugin"] != former.document["plugin"] { try transaction.deleteAssociation(of: id) }
            device.isConfigured = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
            guard device != former else { return former }
            try transaction.save(device)
            if let config = device.config { try AutoprovConfig.adopt(config, by: id, in: transaction) }
            if let config = former.config, config != device.config { try AutoprovConfig.removeIfOrphaned(config, in: transaction) }
            try transaction.append([.administered(device, "was changed by an administrator", now: now)])
            return device
        }
    }

    private static func move(_ device: inout Device, to wanted: JSONValue, within scope: TenantScope, in transaction: any StoreTransaction) throws {
        guard let text = wanted.string else { throw DocumentError("tenant_uuid", "tenant_uuid is a text") }
        let tenant = TenantID(text)
        // Under wazo-auth the tenants are not in our tables: what is within the scope was checked with it.
        guard scope.holds(tenant) else { throw DocumentError("tenant_uuid", "there is no such tenant, or none that you may act for") }
        guard tenant != device.tenant else { return }
        device.tenant = tenant
        device.document["is_new"] = .bool(try isMain(tenant, in: transaction) && transaction.lines(on: device.id).isEmpty)
    }
}

extension JSONObject {
    /// The object after a merge patch (RFC 7396).
    func patched(with patch: JSONObject) -> JSONObject {
        var result = self
        for (name, value) in patch {
            switch value {
            case .null: result[name] = nil
            case .object(let inner): result[name] = .object((result[name]?.object ?? [:]).patched(with: inner))
            case .bool, .int, .double, .string, .array: result[name] = value
            }
        }
        return result
    }
}

extension Device {
    /// The state of the document.
    public var revision: DocumentRevision { DocumentRevision(of: .object(fullDocument)) }
}
