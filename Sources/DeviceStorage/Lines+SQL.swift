// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import JSONText
import ProvModel

extension Line {
    private init(_ row: Row) {
        let host: String? = row["server_host"]
        let port: Int? = row["server_port"]
        let device: String? = row["device"]
        self.init(
            id: LineID(row["id"]), tenant: TenantID(row["tenant"]), number: row["number"], displayName: row["display_name"],
            username: row["username"], password: row["password"], provisioningCode: row["code"],
            server: host.map { SIPServer(host: $0, port: port.flatMap(UInt16.init(exactly:))) },
            device: device.map(DeviceID.init(stored:)))
        codeIssued = row["code_issued"]
        codeUsed = row["code_used"]
    }

    static func fetch(_ database: Database, _ condition: String, _ argument: String) throws -> [Line] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM lines WHERE \(condition) ORDER BY rank")
        return try Row.fetchAll(statement, arguments: [argument]).map(Line.init)
    }

    /// The lines on some devices, device by device, in the order in which they came to each.
    static func fetch(_ database: Database, on devices: [DeviceID]) throws -> [Line] {
        let statement = try database.cachedStatement(
            sql: "SELECT lines.* FROM json_each(?) AS wanted CROSS JOIN lines ON lines.device = wanted.value ORDER BY wanted.id, lines.rank")
        return try Row.fetchAll(statement, arguments: [JSONValue.array(devices.map { .string($0.description) }).text()]).map(Line.init)
    }

    static func fetchAll(_ database: Database) throws -> [Line] {
        try Row.fetchAll(database, sql: "SELECT * FROM lines ORDER BY number").map(Line.init)
    }

    /// A part of the lines of some tenants by number; those of one number, which tenants can share, by their keys.
    static func fetch(_ database: Database, of tenants: Set<TenantID>, after last: Line?, limit: Int) throws -> [Line] {
        let places = tenants.map { _ in "?" }.joined(separator: ", ")
        let arguments: StatementArguments = [last?.number ?? "", last?.id.description ?? ""] + StatementArguments(tenants.map(\.description)) + [limit]
        return try Row.fetchAll(
            database, sql: "SELECT * FROM lines WHERE (number, id) > (?, ?) AND tenant IN (\(places)) ORDER BY number, id LIMIT ?",
            arguments: arguments
        ).map(Line.init)
    }

    static func fetch(_ database: Database, _ query: PageQuery) throws -> Page<Line> {
        let (condition, arguments) = query.condition(columns: [])
        let rows = try Row.fetchCursor(
            database, sql: "SELECT * FROM lines WHERE \(condition) ORDER BY rank LIMIT ?", arguments: arguments + [query.limit + 1])
        return try Page(rows, limit: query.limit, Line.init)
    }

    /// The line as the audit log shows it, before its secrets are masked.
    var auditDocument: JSONValue {
        [
            "tenant_uuid": .string(tenant.description), "number": .string(number), "display_name": .string(displayName),
            "username": .string(username), "password": .string(password),
            "provisioning_code": provisioningCode.map(JSONValue.string) ?? .null,
            "server": server.map { .string($0.host + ($0.port.map { ":\($0)" } ?? "")) } ?? .null,
            "device": device.map { .string($0.description) } ?? .null,
        ]
    }

    func save(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO lines (id, tenant, number, display_name, username, password, code, server_host, server_port, device, code_issued, code_used)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, number = excluded.number,
                    display_name = excluded.display_name, username = excluded.username, password = excluded.password,
                    code = excluded.code, server_host = excluded.server_host, server_port = excluded.server_port,
                    device = excluded.device, code_issued = excluded.code_issued, code_used = excluded.code_used
                """,
            arguments: [
                id.description, tenant.description, number, displayName, username, password, provisioningCode, server?.host,
                server?.port.map { Int($0) }, device?.description, codeIssued, codeUsed,
            ])
    }
}

extension AutoprovAccount {
    static func fetch(_ database: Database, _ condition: String, _ argument: String) throws -> AutoprovAccount? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM autoprov_accounts WHERE \(condition)")
        return try Row.fetchOne(statement, arguments: [argument]).map { row in
            AutoprovAccount(username: row["username"], password: row["password"], device: DeviceID(stored: row["device"]))
        }
    }

    func save(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO autoprov_accounts (device, username, password) VALUES (?, ?, ?)
                ON CONFLICT (device) DO UPDATE SET username = excluded.username, password = excluded.password
                """,
            arguments: [device.description, username, password])
    }
}
