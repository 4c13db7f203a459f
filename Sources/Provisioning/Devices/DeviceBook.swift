// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
import NetTypes
public import ProvModel

/// The device documents as administrators and their programs see and change them.
public struct DeviceBook: Sendable {
    let appliance: Appliance
    let scope: TenantScope
    /// Whether the appliance's own administrators ask.
    private let isAppliance: Bool

    /// Makes the use case for a tenant's devices, and those of all tenants below it.
    ///
    /// - Parameter isAppliance: Whether the appliance's own administrators ask. What they say of a device's address is as good as what was seen, and
    ///   they choose its config among all.
    public init(_ appliance: Appliance, scope: TenantScope, isAppliance: Bool = true) {
        self.appliance = appliance
        self.scope = scope
        self.isAppliance = isAppliance
    }

    /// The devices with a value, oldest first.
    public func devices(where key: DeviceKey) async throws -> [Device] {
        try await appliance.store.devices(where: key).filter { scope.holds($0.tenant) }
    }

    /// The device with a key or a hardware address, or `nil`.
    public func device(_ name: String) async throws -> Device? {
        if let device = try await appliance.store.device(DeviceID(stored: name)), scope.holds(device.tenant) { return device }
        guard let mac = MACAddress(name) else { return nil }
        return try await devices(where: .mac(mac)).first
    }

    /// Adds a device of a client's document. The server's own members in it are written over.
    ///
    /// - Throws: `DocumentError` if the document is wrong or the key is taken, else `StoreError`.
    public func create(_ document: JSONObject) async throws -> DeviceID {
        let id = try identifier(document["id"])
        let checked = try DeviceDocument.check(document)
        let catalog = appliance.plugins.catalog, now = appliance.now(), tenant = scope.tenant
        return try await appliance.store.transaction { transaction in
            guard try transaction.device(id) == nil else { throw DocumentError("id", id.description) }
            try checkName(id, in: transaction)
            var device = Device(id: id, document: checked)
            device.tenant = tenant
            try checkConfig(of: device, formerly: nil, in: transaction)
            // What belongs to the appliance's own tenant waits for a tenant that claims it.
            device.document["is_new"] = .bool(try Self.isMain(tenant, in: transaction))
            judgeAddress(of: &device, formerly: nil)
            device.isConfigured = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
            try transaction.save(device)
            if let config = device.config { try AutoprovConfig.adopt(config, by: id, in: transaction) }
            try transaction.append([.administered(device, "was added by an administrator", now: now)])
            return id
        }
    }

    /// Replaces a device's document. Members that are absent vanish; the key stays.
    ///
    /// A device that waits for its tenant becomes the tenant's that writes it; by this wazo-confd claims devices.
    ///
    /// - Returns: Whether there is such a device.
    /// - Throws: `DocumentError` if the document is wrong, else `StoreError`.
    public func replace(_ id: DeviceID, with document: JSONObject) async throws -> Bool {
        let checked = try DeviceDocument.check(document)
        let catalog = appliance.plugins.catalog, now = appliance.now(), scope = scope
        return try await appliance.store.transaction { transaction in
            guard let former = try transaction.device(id) else { return false }
            let isNew = former.document["is_new"]?.bool ?? false
            guard isNew || scope.holds(former.tenant) else { return false }
            var device = Device(id: id, document: checked)
            device.tenant = isNew ? scope.tenant : former.tenant
            let isMain = try device.tenant.map { try Self.isMain($0, in: transaction) } ?? false
            device.document["is_new"] = .bool(isNew && isMain)
            judgeAddress(of: &device, formerly: former)
            try checkConfig(of: device, formerly: former, in: transaction)
            device.isConfigured = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
            guard device != former else { return true }
            // A plugin that the client names anew is its choice from now on.
            if device.document["plugin"] != former.document["plugin"] { try transaction.deleteAssociation(of: id) }
            try transaction.save(device)
            if let config = device.config { try AutoprovConfig.adopt(config, by: id, in: transaction) }
            if let config = former.config, config != device.config {
                try AutoprovConfig.removeIfOrphaned(config, in: transaction)
            }
            try transaction.append([.administered(device, "was changed by an administrator", now: now)])
            return true
        }
    }

    /// Deletes a device. Its lines stay and have no phone; a config that was its own goes.
    ///
    /// - Returns: Whether there was such a device.
    public func delete(_ id: DeviceID, expecting: ExpectedRevision = .any) async throws -> Bool {
        let scope = scope
        return try await appliance.store.transaction { transaction in
            guard let device = try transaction.device(id), scope.holds(device.tenant) else { return false }
            try expecting.check(device.revision)
            try Self.delete(device, in: transaction)
            return true
        }
    }

    static func delete(_ device: Device, in transaction: any StoreTransaction) throws {
        try transaction.delete(device.id)
        try HotDesk.forget(device.id, in: transaction)
        // Known anew it is a new device: what it was bound to counts no longer.
        if let mac = device.mac { try transaction.deleteBinding(of: mac) }
        if let config = device.config { try AutoprovConfig.removeIfOrphaned(config, in: transaction) }
    }

    /// Marks an address that only a client of a tenant says a device has.
    ///
    /// provd sends requests to devices at their addresses. Whoever acts for a tenant could otherwise let it ask whatever this machine reaches: its
    /// own services, those of other tenants. Where a device was seen, and what the appliance's own administrators say, counts.
    func judgeAddress(of device: inout Device, formerly former: Device?) {
        device.isAddressClaimed = false
        guard let ip = device.ip, !isAppliance else { return }
        device.isAddressClaimed = former?.ip == ip ? former?.isAddressClaimed ?? false : true
    }

    /// Checks that a new device is not named after a config: once it has a line, the config of its name is its own.
    private func checkName(_ id: DeviceID, in transaction: any StoreTransaction) throws {
        guard let config = try transaction.config(ConfigID(stored: id.description)) else { return }
        guard isAppliance, config.isDeletable else { throw DocumentError("id", "a config has the id \(id), which the device's own config would have: choose another") }
    }

    /// Checks that who acts for a tenant puts its devices on no config of somebody else: it holds the passwords of lines.
    ///
    /// What a device is on already stays. New to it may be its own, one made for any device, and one that only devices of the scope share.
    func checkConfig(of device: Device, formerly former: Device?, in transaction: any StoreTransaction) throws {
        guard !isAppliance, let id = device.config, id != former?.config, id.description != device.id.description else { return }
        let config = try transaction.config(id), devices = try transaction.devices(where: .config(id))
        let isFree = config?.isTransient == true && config?.rawConfig["sip_lines"]?["1"] == [:]
        let isShared = try config != nil && !devices.isEmpty && devices.allSatisfy { scope.holds($0.tenant) } && transaction.device(DeviceID(stored: id.description)) == nil
        guard isFree || isShared else {
            throw DocumentError("config", "config \(id) is none that this tenant's devices can have: leave it out, or ask an administrator of the appliance to choose it")
        }
    }

    /// Whether a tenant is the appliance's own.
    static func isMain(_ tenant: TenantID, in transaction: any StoreTransaction) throws -> Bool {
        try transaction.setting(FirstStart.tenantSetting) == tenant.description
    }

    /// Finds out anew whether a device can be served. Its files need nothing: they are rendered when asked for.
    ///
    /// - Returns: Whether there is such a device.
    public func reconfigure(_ id: DeviceID) async throws -> Bool {
        let catalog = appliance.plugins.catalog, scope = scope
        return try await appliance.store.transaction { transaction in
            guard var device = try transaction.device(id), scope.holds(device.tenant) else { return false }
            let canBeServed = try DeviceRegistry.canBeServed(device, catalog, in: transaction)
            guard device.isConfigured != canBeServed else { return true }
            device.isConfigured = canBeServed
            try transaction.save(device)
            return true
        }
    }

    /// Takes a device's lines off it, so that it goes back to autoprov with a new account.
    ///
    /// The lines stay, and their codes can be dialled again. The phone notices when it fetches its configuration.
    ///
    /// - Returns: Whether there was such a device.
    public func reset(_ id: DeviceID) async throws -> Bool {
        let now = appliance.now(), scope = scope
        await appliance.journal.flush()
        return try await appliance.store.transaction { transaction in
            guard let device = try transaction.device(id), scope.holds(device.tenant) else { return false }
            try transaction.append([.administered(device, "was reset by an administrator", now: now)])
            try Assignment(now: now).release(device, in: transaction)
            return true
        }
    }

    /// The events of a device after a position, oldest first. Of a device of another tenant, only what all may know and
    /// what the tenant's own lines did.
    public func timeline(of device: Device, after position: Int64, limit: Int) async throws -> [TimelineEvent] {
        let events = try await appliance.store.timeline(of: device.id, after: position, limit: limit)
        guard !scope.holds(device.tenant) else { return events }
        return visible(events, of: device, ownLines: try await ownLines(on: device.id))
    }

    /// The events that may be seen: of a device of another tenant what all may know, and what the tenant's own lines did.
    private func visible(_ events: [TimelineEvent], of device: Device, ownLines own: [Line]) -> [TimelineEvent] {
        guard !scope.holds(device.tenant) else { return events }
        let names = Set(own.map(\.username) + own.map(\.id.description))
        return events.filter { event in
            switch event.step {
            case .dhcp, .recognised, .associated, .administered, .synchronise: true
            // Why a file could not be made may hold the values of anybody's line.
            case .fetched, .sent: event.outcome != .failed
            default: ["line", "username"].contains { event.details[$0]?.string.map(names.contains) ?? false }
            }
        }
    }

    /// What a device is expected to do next.
    ///
    /// - Parameter lines: The lines on it within the scope, if they are known.
    public func nextStep(of device: Device, lines known: [Line]? = nil) async throws -> NextStep {
        let own: [Line] = if let known { known } else { try await ownLines(on: device.id) }
        let recent = try await appliance.store.recentTimelines(of: [device.id], limits: DeviceProgress.tellingEvents)
        // Whether its registrar is one that provd sees is asked of a phone that has its line's configuration, and of no other.
        let hasConfiguration = own.first.map { $0.username == device.remoteStateSIPUsername } ?? false
        let unseenRegistrar: String? = if hasConfiguration { try await appliance.unseenRegistrar(of: device) } else { nil }
        return NextStep.of(
            device, lines: own, events: visible(recent[device.id]?.events ?? [], of: device, ownLines: own), unseenRegistrar: unseenRegistrar)
    }

    private func ownLines(on device: DeviceID) async throws -> [Line] {
        try await appliance.store.lines(on: device).filter { scope.holds($0.tenant) }
    }

    private func identifier(_ value: JSONValue?) throws(DocumentError) -> DeviceID {
        switch value {
        case nil: return DeviceID(stored: Secrets.identifier())
        case .string(let text)?:
            guard let id = DeviceID(text) else {
                throw DocumentError("id", "an id has 1 to 128 letters, digits, “-”, “_” and “.”, and does not begin with a dot")
            }
            return id
        default: throw DocumentError("id", "an id is a text")
        }
    }
}

extension TimelineEvent {
    static func administered(_ device: Device, _ text: String, now: Double) -> TimelineEvent {
        TimelineEvent(device: device.id, mac: device.mac, time: now, step: .administered, text: text)
    }
}
