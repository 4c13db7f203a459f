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
        let skipped = position.map { Int($0 - Self.sharedPosition) } ?? -1
        var page = Page<Device>([], next: nil)
        if skipped < 0 {
            var query = PageQuery(tenants: scope.tree, after: position, limit: limit)
            query.equals = equals
            page = try await appliance.store.devices(query)
            guard page.next == nil else { return page }
        }
        // What others share with the tenant comes last.
        let shared = try await sharedDevices(where: equals).dropFirst(max(0, skipped))
        let fitting = shared.prefix(limit - page.elements.count)
        let next = Self.sharedPosition + Int64(max(0, skipped) + fitting.count)
        return Page(page.elements + fitting, next: fitting.count < shared.count ? next : nil)
    }

    /// The positions from here on are of devices that are shared: no list has so many others.
    private static let sharedPosition: Int64 = 900_000_000_000_000_000

    /// The devices of other tenants that have a line of this one, oldest line first.
    private func sharedDevices(where equals: [PageQuery.Column: String]) async throws -> [Device] {
        // Who may see all tenants has nothing shared with him.
        guard try await appliance.store.tenants().tenants.contains(where: { !scope.holds($0.id) }) else { return [] }
        return try await appliance.store.devicesShared(with: scope.tree).filter { device in
            equals.allSatisfy { device.document[$0.key.rawValue]?.string == $0.value }
        }
    }

    /// A part of the devices of some tenants within the scope, oldest first; nothing that is shared.
    public func page(
        of tenants: Set<TenantID>, where equals: [PageQuery.Column: String], after position: Int64?, limit: Int
    ) async throws -> Page<Device> {
        var query = PageQuery(tenants: tenants.intersection(scope.tree), after: position, limit: limit)
        query.equals = equals
        return try await appliance.store.devices(query)
    }

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
        for name in ["id", "configured", "is_new", "added", "lines", "ip_claimed"] where patch[name] != nil {
            throw DocumentError(name, "\(name) is provd's own and cannot be changed")
        }
        try patch.requireNoMasks()
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
            judgeAddress(of: &device, formerly: former)
            try checkConfig(of: device, formerly: former, in: transaction)
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
    /// Checks that nobody writes back what he was shown in place of a secret.
    func requireNoMasks() throws(DocumentError) {
        for (name, value) in self {
            if SecretMask.isSecret(name), value.string == SecretMask.text {
                throw DocumentError(name, "\(name) was shown as \(SecretMask.text), which is not its value: leave it out and it stays as it is")
            }
            try value.object?.requireNoMasks()
            for element in value.array ?? [] { try element.object?.requireNoMasks() }
        }
    }

    /// The object after a merge patch (RFC 7396).
    func patched(with patch: JSONObject) -> JSONObject {
        // What goes is left out first: to take members away one by one costs time with the square of their number.
        var result = JSONObject(filter { name, _ in patch[name]?.isNull != true })
        for (name, value) in patch {
            switch value {
            case .null: break
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
