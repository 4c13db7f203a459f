// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import JSONText
import NetTypes
import ProvModel

extension TimelineEvent {
    /// How many events of one device are kept. A phone that boots makes about ten; a year of boots fits.
    private static let eventsKeptPerDevice = 1_000
    /// The most steps that one event is stored as standing for. The counts of all events of the largest appliance can still be added up.
    private static let maximumRepeats = 1_000_000_000

    init?(_ row: Row) {
        guard let step = Step(rawValue: row["step"]), let outcome = Outcome(rawValue: row["outcome"]) else { return nil }
        let mac: String? = row["mac"]
        self.init(
            device: DeviceID(stored: row["device"]), mac: mac.flatMap { MACAddress($0) }, time: row["time"], step: step,
            outcome: outcome, text: row["text"], details: (try? JSONValue(parsing: row["details"] as String).object) ?? [:])
        id = row["id"]
        repeats = row["repeats"]
    }

    static func fetch(_ database: Database, of device: DeviceID?, after position: Int64, limit: Int) throws -> [TimelineEvent] {
        let rows: [Row]
        if let device {
            let statement = try database.cachedStatement(
                sql: "SELECT * FROM timeline WHERE device = ? AND id > ? ORDER BY id LIMIT ?")
            rows = try Row.fetchAll(statement, arguments: [device.description, position, limit])
        } else {
            let statement = try database.cachedStatement(sql: "SELECT * FROM timeline WHERE id > ? ORDER BY id LIMIT ?")
            rows = try Row.fetchAll(statement, arguments: [position, limit])
        }
        return rows.compactMap(TimelineEvent.init)
    }

    static func fetch(
        _ database: Database, within tenants: Set<TenantID>, after position: Int64, limit: Int
    ) throws -> [TimelineEvent] {
        let places = tenants.map { _ in "?" }.joined(separator: ", ")
        let arguments: StatementArguments = [position] + StatementArguments(tenants.map(\.description)) + [limit]
        // CROSS makes SQLite go through the events in their order, instead of sorting those of all the tenants' devices.
        return try Row.fetchAll(
            database,
            sql: """
                SELECT timeline.* FROM timeline CROSS JOIN devices ON devices.id = timeline.device
                WHERE timeline.id > ? AND devices.tenant IN (\(places)) ORDER BY timeline.id LIMIT ?
                """,
            arguments: arguments
        ).compactMap(TimelineEvent.init)
    }

    static func append(_ events: [TimelineEvent], to database: Database) throws {
        for event in events { try event.append(to: database) }
    }

    private var storedRepeats: Int { min(max(1, repeats), Self.maximumRepeats) }

    private func append(to database: Database) throws {
        let newest = try database.cachedStatement(sql: "SELECT * FROM timeline WHERE device = ? ORDER BY id DESC LIMIT 1")
        if let last = try Row.fetchOne(newest, arguments: [device.description]).flatMap(TimelineEvent.init), last.isRepeated(by: self) {
            let statement = try database.cachedStatement(sql: "UPDATE timeline SET repeats = min(repeats + ?, ?), last_time = ? WHERE id = ?")
            try statement.execute(arguments: [storedRepeats, Self.maximumRepeats, time, last.id])
            return
        }
        // A device that was deleted a moment ago has no journal any more.
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO timeline (device, mac, time, step, outcome, text, details, repeats, last_time)
                SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM devices WHERE id = ?)
                """)
        try statement.execute(arguments: [
            device.description, mac?.description, time, step.rawValue, outcome.rawValue, text, JSONValue.object(details).text(),
            storedRepeats, time, device.description,
        ])
        // Looked at once in a while: the position is as good as a counter.
        if database.lastInsertedRowID.isMultiple(of: 64) {
            try database.execute(
                sql: """
                    DELETE FROM timeline WHERE device = ? AND id <=
                        (SELECT id FROM timeline WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [device.description, device.description, Self.eventsKeptPerDevice])
        }
    }
}
