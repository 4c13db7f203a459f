// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import JSONText
import NetTypes
import ProvModel

/// The documents that a transaction wrote, and that a cache must forget.
struct DocumentChanges: Sendable {
    var devices: Set<DeviceID> = []
    var macs: Set<MACAddress> = []
    var configs: Set<ConfigID> = []
    /// The SIP user names whose line or autoprov account changed, came or went.
    var usernames: Set<String> = []
    /// Whether tenants or tokens changed, which are few and forgotten together.
    var access = false

    /// Adds the changes of another transaction.
    mutating func formUnion(_ other: DocumentChanges) {
        devices.formUnion(other.devices)
        macs.formUnion(other.macs)
        configs.formUnion(other.configs)
        usernames.formUnion(other.usernames)
        access = access || other.access
    }
}

/// The reads and writes of one transaction, on the writer's connection.
final class SQLiteTransaction: StoreTransaction {
    private let database: Database
    private let audit: AuditTrail?
    private let metrics: StorageMetrics
    private(set) var changes = DocumentChanges()

    /// Makes a transaction.
    ///
    /// - Parameters:
    ///   - actor: Who makes the changes on purpose; each is written into the audit log then.
    ///   - metrics: Where steps are counted that are written.
    init(database: Database, actor: AuditActor?, _ metrics: StorageMetrics) {
        self.database = database
        self.metrics = metrics
        audit = actor.map { AuditTrail(database: database, actor: $0) }
    }

    // MARK: Reads

    func device(_ id: DeviceID) throws -> Device? { try Device.fetch(database, id) }
    func devices(where key: DeviceKey) throws -> [Device] { try Device.fetch(database, where: key) }
    func config(_ id: ConfigID) throws -> Config? { try Config.fetch(database, id) }
    func configs() throws -> [Config] { try Config.fetchAll(database) }
    func line(_ id: LineID) throws -> Line? { try Line.fetch(database, "id = ?", id.description).first }
    func line(code: String) throws -> Line? { try Line.fetch(database, "code = ?", code).first }
    func line(username: String) throws -> Line? { try Line.fetch(database, "username = ?", username).first }
    func lines(number: String) throws -> [Line] { try Line.fetch(database, "number = ?", number) }
    func lines(on device: DeviceID) throws -> [Line] { try Line.fetch(database, "device = ?", device.description) }
    func autoprovAccount(of device: DeviceID) throws -> AutoprovAccount? {
        try AutoprovAccount.fetch(database, "device = ?", device.description)
    }
    func autoprovAccount(username: String) throws -> AutoprovAccount? {
        try AutoprovAccount.fetch(database, "username = ?", username)
    }
    func binding(of mac: MACAddress) throws -> AddressBinding? { try AddressBinding.fetch(database, mac) }
    func association(of device: DeviceID) throws -> PluginAssociation? { try PluginAssociation.fetch(database, device) }
    func setting(_ name: String) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM settings WHERE name = ?", arguments: [name])
    }

    func tenants() throws -> TenantTree { try Tenant.fetchTree(database) }
    func token(_ id: APITokenID) throws -> APIToken? { try APIToken.fetch(database, "id = ?", [id.description]).first }
    func devices(of tenant: TenantID) throws -> [Device] { try Device.fetch(database, of: tenant) }
    func lines(of tenant: TenantID) throws -> [Line] { try Line.fetch(database, "tenant = ?", tenant.description) }

    // MARK: Writes

    func save(_ device: Device) throws {
        let former = try note(device.id, now: device)
        try device.save(database)
        try audit?.note("device", device.id.description, from: former.map { .object($0.document) }, to: .object(device.document))
    }

    func save(_ config: Config) throws {
        changes.configs.insert(config.id)
        let former = try audit.flatMap { _ in try Config.fetch(database, config.id) }
        try config.save(database)
        try audit?.note("config", config.id.description, from: former.map { .object($0.document) }, to: .object(config.document))
    }

    func save(_ line: Line) throws {
        let former = try self.line(line.id)
        changes.usernames.formUnion([line.username, former?.username ?? line.username])
        try line.save(database)
        try audit?.note("line", line.id.description, from: former?.auditDocument, to: line.auditDocument)
    }

    func save(_ tenant: Tenant) throws {
        changes.access = true
        let former = try tenants()[tenant.id]
        try tenant.save(database)
        try audit?.note("tenant", tenant.id.description, from: former?.auditDocument, to: tenant.auditDocument)
    }

    func save(_ token: APIToken) throws {
        changes.access = true
        let former = try self.token(token.id)
        try token.save(database)
        try audit?.note("token", token.id.description, from: former?.auditDocument, to: token.auditDocument)
    }

    func save(_ account: AutoprovAccount) throws {
        changes.usernames.insert(account.username)
        try noteAccount(of: account.device)
        try account.save(database)
    }

    func save(_ binding: AddressBinding) throws {
        changes.macs.insert(binding.mac)
        try binding.save(database)
    }

    func save(_ association: PluginAssociation) throws { try association.save(database) }

    func save(setting name: String, _ value: String?) throws {
        if let audit, name.hasPrefix("parameter.") {
            // Named as a member, so that a provisioning key is masked as such.
            let member = name.split(separator: ".").dropFirst().first.map(String.init) ?? name
            func document(_ value: String?) -> JSONValue? { value.map { .object([member: .string($0)]) } }
            try audit.note("parameter", name, from: document(try setting(name)), to: document(value))
        }
        if let audit, name.hasPrefix("lock.") {
            try audit.note("lock", name, from: try setting(name).map(JSONValue.string), to: value.map(JSONValue.string))
        }
        if let value {
            try database.execute(
                sql: "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [name, value])
        } else {
            try database.execute(sql: "DELETE FROM settings WHERE name = ?", arguments: [name])
        }
    }

    func delete(_ id: DeviceID) throws {
        let former = try note(id, now: nil)
        try audit?.note("device", id.description, from: former.map { .object($0.document) }, to: nil)
        // The schema takes the device off its lines, and its account with it.
        changes.usernames.formUnion(try lines(on: id).map(\.username))
        try noteAccount(of: id)
        try database.execute(sql: "DELETE FROM devices WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: ConfigID) throws {
        changes.configs.insert(id)
        if let audit { try audit.note("config", id.description, from: try config(id).map { .object($0.document) }, to: nil) }
        try database.execute(sql: "DELETE FROM configs WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: TenantID) throws {
        changes.access = true
        if let audit { try audit.note("tenant", id.description, from: try tenants()[id]?.auditDocument, to: nil) }
        try database.execute(sql: "DELETE FROM tenants WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: APITokenID) throws {
        changes.access = true
        if let audit { try audit.note("token", id.description, from: try token(id)?.auditDocument, to: nil) }
        try database.execute(sql: "DELETE FROM tokens WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: LineID) throws {
        let former = try line(id)
        if let former { changes.usernames.insert(former.username) }
        try audit?.note("line", id.description, from: former?.auditDocument, to: nil)
        try database.execute(sql: "DELETE FROM lines WHERE id = ?", arguments: [id.description])
    }

    func deleteAutoprovAccount(of device: DeviceID) throws {
        try noteAccount(of: device)
        try database.execute(sql: "DELETE FROM autoprov_accounts WHERE device = ?", arguments: [device.description])
    }

    func deleteAssociation(of device: DeviceID) throws {
        try database.execute(sql: "DELETE FROM associations WHERE device = ?", arguments: [device.description])
    }

    func deleteBinding(of mac: MACAddress) throws {
        changes.macs.insert(mac)
        try database.execute(sql: "DELETE FROM bindings WHERE mac = ?", arguments: [mac.description])
    }

    func append(_ events: [TimelineEvent]) throws {
        try TimelineEvent.append(events, to: database)
        metrics.count(events)
    }

    /// Notes the account that a device has until now.
    private func noteAccount(of device: DeviceID) throws {
        if let account = try autoprovAccount(of: device) { changes.usernames.insert(account.username) }
    }

    /// Notes a device under its old and its new hardware address, since it may be looked up by either.
    ///
    /// - Returns: The device as it was.
    private func note(_ id: DeviceID, now: Device?) throws -> Device? {
        let former = try Device.fetch(database, id)
        changes.devices.insert(id)
        if let old = former?.mac { changes.macs.insert(old) }
        if let new = now?.mac { changes.macs.insert(new) }
        return former
    }
}
