// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import ProvModel

extension RecentTimeline {
    static func fetch(
        _ database: Database, of devices: [DeviceID], limits: [TimelineEvent.Step: Int]
    ) throws -> [DeviceID: RecentTimeline] {
        let newest = try database.cachedStatement(sql: "SELECT last_time FROM timeline WHERE device = ? ORDER BY id DESC LIMIT 1")
        let ofKind = try database.cachedStatement(
            sql: "SELECT * FROM timeline WHERE device = ? AND step = ? ORDER BY id DESC LIMIT ?")
        var timelines: [DeviceID: RecentTimeline] = [:]
        for device in devices {
            guard let lastTime = try Double.fetchOne(newest, arguments: [device.description]) else { continue }
            var events: [TimelineEvent] = []
            for (step, limit) in limits {
                events += try Row.fetchAll(ofKind, arguments: [device.description, step.rawValue, limit]).compactMap(TimelineEvent.init)
            }
            timelines[device] = RecentTimeline(events: events.sorted { $0.id < $1.id }, lastTime: lastTime)
        }
        return timelines
    }
}

extension TimelineCount {
    static func fetch(
        _ database: Database, within tenants: Set<TenantID>, since: Double, interval: Double
    ) throws -> [TimelineCount] {
        // The journal is in the order of time: what is older than this position is not looked at.
        let position = try Int64.fetchOne(
            database, sql: "SELECT id FROM timeline WHERE time < ? ORDER BY id DESC LIMIT 1", arguments: [since]) ?? 0
        let places = tenants.map { _ in "?" }.joined(separator: ", ")
        let arguments: StatementArguments = [interval, position] + StatementArguments(tenants.map(\.description))
        return try Row.fetchAll(
            database,
            sql: """
                SELECT CAST(timeline.time / ? AS INTEGER) AS interval, step, outcome, sum(repeats) AS count
                FROM timeline JOIN devices ON devices.id = timeline.device
                WHERE timeline.id > ? AND devices.tenant IN (\(places))
                    AND json_extract(details, '$.refusal') IS NOT 'no-such-file'
                GROUP BY 1, 2, 3 ORDER BY 1
                """,
            arguments: arguments
        ).compactMap { row in
            guard let step = TimelineEvent.Step(rawValue: row["step"]), let outcome = TimelineEvent.Outcome(rawValue: row["outcome"]) else { return nil }
            let number: Int64 = row["interval"]
            return TimelineCount(start: Double(number) * interval, step: step, outcome: outcome, count: row["count"])
        }
    }
}
