// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import JSONText
import ProvModel

extension Tenant {
    static func fetchTree(_ database: Database) throws -> TenantTree {
        TenantTree(
            try Row.fetchAll(database, sql: "SELECT * FROM tenants ORDER BY rank").map { row in
                let parent: String? = row["parent"]
                return Tenant(
                    id: TenantID(row["id"]), parent: parent.map(TenantID.init), name: row["name"], fileAccess: row["file_access"],
                    enrolmentEnds: row["enrolment_ends"])
            })
    }

    /// Whose each provisioning key is. The index on names has them side by side.
    static func fetchProvisioningKeys(_ database: Database) throws -> [String: TenantID] {
        let prefix = SettingName.provisioningKeyOwner
        let rows = try Row.fetchAll(
            database, sql: "SELECT substr(name, ?) AS key, value FROM settings WHERE name >= ? AND name < ?",
            arguments: [prefix.count + 1, prefix, String(prefix.dropLast()) + "/"])
        return Dictionary(rows.map { ($0["key"], TenantID($0["value"])) }) { first, _ in first }
    }

    /// The tenants that rows of a table name, found by one step in the index on tenants for each.
    static func fetchNamed(_ database: Database, in table: String) throws -> [TenantID] {
        try String.fetchAll(
            database,
            sql: """
                WITH RECURSIVE named(tenant) AS (
                    SELECT min(tenant) FROM \(table)
                    UNION ALL SELECT (SELECT min(tenant) FROM \(table) WHERE tenant > named.tenant) FROM named WHERE tenant IS NOT NULL
                ) SELECT tenant FROM named WHERE tenant IS NOT NULL
                """
        ).map(TenantID.init)
    }

    /// The tenant as the audit log shows it.
    var auditDocument: JSONValue {
        [
            "parent": parent.map { .string($0.description) } ?? .null, "name": .string(name),
            "file_access": fileAccess.map(JSONValue.string) ?? .null, "enrolment_ends": enrolmentEnds.map(JSONValue.double) ?? .null,
        ]
    }

    func save(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO tenants (id, parent, name, file_access, enrolment_ends) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name,
                    file_access = excluded.file_access, enrolment_ends = excluded.enrolment_ends
                """,
            arguments: [id.description, parent?.description, name, fileAccess, enrolmentEnds])
    }
}

extension APIToken {
    static func fetch(_ database: Database, _ condition: String, _ arguments: StatementArguments) throws -> [APIToken] {
        try Row.fetchAll(database, sql: "SELECT * FROM tokens WHERE \(condition) ORDER BY rank", arguments: arguments).map { row in
            let permissions = try? JSONValue(parsing: row["permissions"] as String).array
            return APIToken(
                id: APITokenID(row["id"]), digest: Array(row["digest"] as Data), tenant: TenantID(row["tenant"]), name: row["name"],
                permissions: permissions?.compactMap(\.string) ?? [], created: row["created"], expires: row["expires"])
        }
    }

    /// The token as the audit log shows it: without the digest, which nobody can use and nobody needs.
    var auditDocument: JSONValue {
        [
            "tenant_uuid": .string(tenant.description), "name": .string(name), "permissions": .array(permissions.map(JSONValue.string)),
            "expires": expires.map(JSONValue.double) ?? .null,
        ]
    }

    func save(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO tokens (id, digest, tenant, name, permissions, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, tenant = excluded.tenant, name = excluded.name,
                    permissions = excluded.permissions, created = excluded.created, expires = excluded.expires
                """,
            arguments: [
                id.description, Data(digest), tenant.description, name, JSONValue.array(permissions.map(JSONValue.string)).text(), created,
                expires,
            ])
    }
}

/// Writes the changes of one transaction into the audit log.
struct AuditTrail {
    /// How many entries are kept: years of an administrator's work, and some 50 MB at the most.
    private static let capacity = 200_000

    let database: Database
    let actor: AuditActor

    /// Notes a change; what changed nothing is not noted.
    func note(_ kind: String, _ subject: String, from before: JSONValue?, to after: JSONValue?) throws {
        let now = Date().timeIntervalSince1970
        guard let entry = AuditEntry(time: now, actor: actor, kind: kind, subject: subject, from: before, to: after) else { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO audit (time, actor, tenant, address, action, kind, subject, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            entry.time, actor.name, actor.tenant.description, actor.address, entry.action.rawValue, kind, subject, entry.before.text(),
            entry.after.text(),
        ])
        // Looked at once in a while, as with the timeline.
        let last = database.lastInsertedRowID
        if last.isMultiple(of: 256) { try database.execute(sql: "DELETE FROM audit WHERE id <= ?", arguments: [last - Int64(Self.capacity)]) }
    }
}

extension AuditEntry {
    static func fetch(
        _ database: Database, tenants: Set<TenantID>?, subject: String?, before position: Int64?, limit: Int
    ) throws -> [AuditEntry] {
        var conditions = ["id < ?"]
        var arguments: StatementArguments = [position ?? .max]
        if let tenants {
            conditions.append("tenant IN (\(tenants.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(tenants.map(\.description))
        }
        if let subject {
            conditions.append("subject = ?")
            arguments += [subject]
        }
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM audit WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?",
            arguments: arguments + [limit])
        return rows.compactMap { row in
            guard let action = Action(rawValue: row["action"]) else { return nil }
            return AuditEntry(
                id: row["id"], time: row["time"],
                actor: AuditActor(name: row["actor"], tenant: TenantID(row["tenant"]), address: row["address"]), action: action,
                kind: row["kind"], subject: row["subject"], before: (try? JSONValue(parsing: row["before"] as String)) ?? .null,
                after: (try? JSONValue(parsing: row["after"] as String)) ?? .null)
        }
    }
}
