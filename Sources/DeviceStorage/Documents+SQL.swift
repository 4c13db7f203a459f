// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import JSONText
import NetTypes
import ProvModel

/// Reads a stored document. The schema lets nothing but JSON in; what is no object all the same is damage.
private func object(_ row: Row) throws -> JSONObject {
    let text: String = row["document"]
    guard let object = try? JSONValue(parsing: text).object else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the document of \(row["id"] as String) is not a JSON object")
    }
    return object
}

extension Device {
    private init(_ row: Row) throws {
        self.init(id: DeviceID(stored: row["id"]), document: try object(row))
    }

    static func fetch(_ database: Database, _ id: DeviceID) throws -> Device? {
        let statement = try database.cachedStatement(sql: "SELECT id, document FROM devices WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.description]).map(Device.init)
    }

    static func fetch(_ database: Database, where key: DeviceKey) throws -> [Device] {
        let (column, value) = switch key {
        case .mac(let mac): ("mac", mac.description)
        case .serialNumber(let text): ("sn", text)
        case .uuid(let text): ("uuid", text)
        case .ip(let address): ("ip", address.description)
        case .config(let id): ("config", id.description)
        case .plugin(let id): ("plugin", id)
        }
        let statement = try database.cachedStatement(sql: "SELECT id, document FROM devices WHERE \(column) = ? ORDER BY rank")
        return try Row.fetchAll(statement, arguments: [value]).map(Device.init)
    }

    static func fetchAll(_ database: Database) throws -> [Device] {
        try Row.fetchAll(database, sql: "SELECT id, document FROM devices ORDER BY rank").map(Device.init)
    }

    static func fetch(_ database: Database, of tenant: TenantID) throws -> [Device] {
        try Row.fetchAll(database, sql: "SELECT id, document FROM devices WHERE tenant = ? ORDER BY rank", arguments: [tenant.description])
            .map(Device.init)
    }

    static func fetch(_ database: Database, sharedWith tenants: Set<TenantID>) throws -> [Device] {
        let places = tenants.map { _ in "?" }.joined(separator: ", "), names = StatementArguments(tenants.map(\.description))
        // CROSS makes SQLite begin with the tenants' lines, which are fewer than the others' devices.
        return try Row.fetchAll(
            database,
            sql: """
                SELECT devices.id AS id, devices.document AS document FROM lines CROSS JOIN devices ON devices.id = lines.device
                WHERE lines.tenant IN (\(places)) AND (devices.tenant IS NULL OR devices.tenant NOT IN (\(places)))
                GROUP BY devices.rank ORDER BY min(lines.rank)
                """,
            arguments: names + names
        ).map(Device.init)
    }

    static func fetch(_ database: Database, _ query: PageQuery) throws -> Page<Device> {
        let (condition, conditionArguments) = query.condition(columns: PageQuery.Column.allCases)
        var wanted = "\(condition) ORDER BY rank LIMIT ?", arguments = conditionArguments + [query.limit + 1]
        if (query.tenants?.count ?? 0) > 1 {
            // An index has the devices of each tenant in their order, but not those of several. Their ranks alone are sorted then, and no document is
            // read that the page does not hold.
            wanted = "rank IN (SELECT rank FROM devices WHERE \(wanted)) ORDER BY rank LIMIT ?"
            arguments += [query.limit + 1]
        }
        return try Page(
            try Row.fetchCursor(database, sql: "SELECT rank, id, document FROM devices WHERE \(wanted)", arguments: arguments), limit: query.limit,
            Device.init)
    }

    func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO devices (id, mac, ip, sn, uuid, config, plugin, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET mac = excluded.mac, ip = excluded.ip, sn = excluded.sn, uuid = excluded.uuid,
                    config = excluded.config, plugin = excluded.plugin, document = excluded.document
                """)
        try statement.execute(arguments: [
            id.description, mac?.description, ip?.description, serialNumber, uuid, config?.description, plugin,
            JSONValue.object(document).text(),
        ])
    }
}

extension Config {
    private init(_ row: Row) throws {
        self.init(id: ConfigID(stored: row["id"]), document: try object(row))
    }

    static func fetch(_ database: Database, _ id: ConfigID) throws -> Config? {
        let statement = try database.cachedStatement(sql: "SELECT id, document FROM configs WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.description]).map(Config.init)
    }

    static func fetchAll(_ database: Database) throws -> [Config] {
        try Row.fetchAll(database, sql: "SELECT id, document FROM configs ORDER BY rank").map(Config.init)
    }

    static func fetch(_ database: Database, after position: Int64?, limit: Int) throws -> Page<Config> {
        let statement = try database.cachedStatement(sql: "SELECT rank, id, document FROM configs WHERE rank > ? ORDER BY rank LIMIT ?")
        return try Page(try Row.fetchCursor(statement, arguments: [position ?? 0, limit + 1]), limit: limit, Config.init)
    }

    func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO configs (id, document) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document")
        try statement.execute(arguments: [id.description, JSONValue.object(document).text()])
    }
}

extension AddressBinding {
    static func fetch(_ database: Database, _ mac: MACAddress) throws -> AddressBinding? {
        let statement = try database.cachedStatement(sql: "SELECT ip, source, time FROM bindings WHERE mac = ?")
        return try Row.fetchOne(statement, arguments: [mac.description]).flatMap { row in
            guard let ip = IPAddress(row["ip"] as String), let source = Source(rawValue: row["source"]) else { return nil }
            return AddressBinding(mac: mac, ip: ip, source: source, time: row["time"])
        }
    }

    func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO bindings (mac, ip, source, time) VALUES (?, ?, ?, ?)
                ON CONFLICT (mac) DO UPDATE SET ip = excluded.ip, source = excluded.source, time = excluded.time
                """)
        try statement.execute(arguments: [mac.description, ip.description, source.rawValue, time])
    }
}

extension PluginAssociation {
    static func fetch(_ database: Database, _ device: DeviceID) throws -> PluginAssociation? {
        let statement = try database.cachedStatement(sql: "SELECT plugin, level, reason FROM associations WHERE device = ?")
        return try Row.fetchOne(statement, arguments: [device.description]).map { row in
            PluginAssociation(device: device, plugin: row["plugin"], level: row["level"], reason: row["reason"])
        }
    }

    func save(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO associations (device, plugin, level, reason) VALUES (?, ?, ?, ?)
                ON CONFLICT (device) DO UPDATE SET plugin = excluded.plugin, level = excluded.level, reason = excluded.reason
                """,
            arguments: [device.description, plugin, level, reason])
    }
}
