// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import NetTypes
import ProvModel

/// The documents that a transaction wrote, and that a cache must forget.
struct DocumentChanges: Sendable {
    var devices: Set<DeviceID> = []
    var macs: Set<MACAddress> = []
    var configs: Set<ConfigID> = []
}

/// The reads and writes of one transaction, on the writer's connection.
final class SQLiteTransaction: StoreTransaction {
    private let database: Database
    private(set) var changes = DocumentChanges()

    init(database: Database) { self.database = database }

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

    // MARK: Writes

    func save(_ device: Device) throws {
        try note(device.id, now: device)
        try device.save(database)
    }

    func save(_ config: Config) throws {
        changes.configs.insert(config.id)
        try config.save(database)
    }

    func save(_ line: Line) throws { try line.save(database) }

    func save(_ account: AutoprovAccount) throws { try account.save(database) }

    func save(_ binding: AddressBinding) throws {
        changes.macs.insert(binding.mac)
        try binding.save(database)
    }

    func save(_ association: PluginAssociation) throws { try association.save(database) }

    func save(setting name: String, _ value: String?) throws {
        if let value {
            try database.execute(
                sql: "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [name, value])
        } else {
            try database.execute(sql: "DELETE FROM settings WHERE name = ?", arguments: [name])
        }
    }

    func delete(_ id: DeviceID) throws {
        try note(id, now: nil)
        try database.execute(sql: "DELETE FROM devices WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: ConfigID) throws {
        changes.configs.insert(id)
        try database.execute(sql: "DELETE FROM configs WHERE id = ?", arguments: [id.description])
    }

    func delete(_ id: LineID) throws {
        try database.execute(sql: "DELETE FROM lines WHERE id = ?", arguments: [id.description])
    }

    func deleteAutoprovAccount(of device: DeviceID) throws {
        try database.execute(sql: "DELETE FROM autoprov_accounts WHERE device = ?", arguments: [device.description])
    }

    func deleteAssociation(of device: DeviceID) throws {
        try database.execute(sql: "DELETE FROM associations WHERE device = ?", arguments: [device.description])
    }

    func deleteBinding(of mac: MACAddress) throws {
        changes.macs.insert(mac)
        try database.execute(sql: "DELETE FROM bindings WHERE mac = ?", arguments: [mac.description])
    }

    func append(_ events: [TimelineEvent]) throws { try TimelineEvent.append(events, to: database) }

    /// Notes a device under its old and its new hardware address, since it may be looked up by either.
    private func note(_ id: DeviceID, now: Device?) throws {
        let old = try Device.fetch(database, id)?.mac
        changes.devices.insert(id)
        if let old { changes.macs.insert(old) }
        if let new = now?.mac { changes.macs.insert(new) }
    }
}
