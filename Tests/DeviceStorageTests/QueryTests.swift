// SPDX-License-Identifier: GPL-3.0-or-later

import GRDB
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import DeviceStorage

@Suite("Parts of lists")
struct QueryTests {
    private let store: SQLiteStore

    init() async throws {
        store = try SQLiteStore.inMemory()
        try await store.transaction { transaction in
            for number in 0..<60 {
                var device = Device(
                    id: DeviceID(stored: "d\(number)"),
                    document: ["vendor": number.isMultiple(of: 2) ? "Acme" : "Bell", "model": .string("M\(number % 3)"), "plugin": "acme-1"])
                device.mac = MACAddress("00:15:65:00:00:" + (number < 10 ? "0\(number)" : "\(number)"))
                device.tenant = TenantID("t\(number % 4)")
                try transaction.save(device)
            }
        }
    }

    private func numbers(_ tenants: Set<String>?, _ equals: [PageQuery.Column: String] = [:], limit: Int = 7) async throws -> [Int] {
        var query = PageQuery(tenants: tenants.map { Set($0.map(TenantID.init)) }, limit: limit)
        query.equals = equals
        var numbers: [Int] = []
        while true {
            let page = try await store.devices(query)
            #expect(page.elements.count <= limit)
            numbers += page.elements.compactMap { Int($0.id.description.dropFirst()) }
            guard let next = page.next else { return numbers }
            query.after = next
        }
    }

    @Test(
        "Pages hold what is asked for, each once, the oldest first",
        arguments: [
            [:], [.vendor: "Acme"], [.model: "M1"], [.vendor: "Bell", .model: "M2"], [.plugin: "acme-1", .model: "M0", .vendor: "Acme"],
            [.mac: "00:15:65:00:00:07"], [.mac: "00:15:65:00:00:07", .vendor: "Bell"], [.mac: "00:15:65:00:00:07", .vendor: "Acme"],
        ] as [[PageQuery.Column: String]])
    func pages(_ equals: [PageQuery.Column: String]) async throws {
        for tenants in [nil, [], ["t1"], ["t0", "t3"], ["t0", "t1", "t2", "t3", "t4"]] as [Set<String>?] {
            let expected = (0..<60).filter { number in
                (tenants?.contains("t\(number % 4)") ?? true)
                    && (equals[.vendor] ?? (number.isMultiple(of: 2) ? "Acme" : "Bell")) == (number.isMultiple(of: 2) ? "Acme" : "Bell")
                    && (equals[.model] ?? "M\(number % 3)") == "M\(number % 3)" && (equals[.mac] == nil || number == 7)
            }
            #expect(try await numbers(tenants, equals) == expected, "of \(tenants ?? ["all"])")
        }
    }

    @Test("The last steps of a kind are found by an index, whatever else a phone did")
    func steps() async throws {
        let plan = try await store.database.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN SELECT * FROM timeline WHERE device = ? AND step = ? ORDER BY id DESC LIMIT ?", arguments: ["d1", "dhcp", 1]
            ).map { $0["detail"] as String }.joined(separator: "; ")
        }
        #expect(plan.contains("INDEX timeline_step (device=? AND step=?)") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }

    @Test("What few devices share is found by its own index, whatever the tenants; what many share, within each tenant")
    func plans() async throws {
        func plan(_ equals: [PageQuery.Column: String], tenants: Int) async throws -> String {
            var query = PageQuery(tenants: Set((0..<tenants).map { TenantID("t\($0)") }), limit: 10)
            query.equals = equals
            let (condition, arguments) = query.condition(columns: PageQuery.Column.allCases)
            return try await store.database.read { database in
                try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN SELECT rank, id, document FROM devices WHERE \(condition) ORDER BY rank LIMIT 11", arguments: arguments
                ).map { $0["detail"] as String }.joined(separator: "; ")
            }
        }
        for tenants in [1, 3] {
            for column in [PageQuery.Column.mac, .ip, .sn, .uuid, .config] {
                #expect(try await plan([column: "x", .model: "M1", .plugin: "p"], tenants: tenants).contains("INDEX devices_\(column.rawValue) (\(column.rawValue)=?"))
            }
            for column in [PageQuery.Column.plugin, .vendor, .model, .version] {
                #expect(try await plan([column: "x"], tenants: tenants).contains("INDEX devices_\(column.rawValue) (\(column.rawValue)=? AND tenant=?"))
            }
            #expect(try await plan([:], tenants: tenants).contains("INDEX devices_tenant (tenant=? AND rowid>?"))
        }
    }

    @Test("The lines on some devices come device by device")
    func linesOnDevices() async throws {
        try await store.transaction { transaction in
            for number in 0..<6 {
                try transaction.save(
                    Line(
                        id: LineID("l\(number)"), tenant: TenantID("t0"), number: "\(number)", displayName: "x", username: "u\(number)", password: "p",
                        provisioningCode: nil, server: nil, device: DeviceID(stored: "d\(number % 3)")))
            }
        }
        let ids = [2, 40, 0].map { DeviceID(stored: "d\($0)") }
        #expect(try await store.lines(on: ids).map(\.number) == ["2", "5", "0", "3"])
        #expect(try await store.lines(on: []).isEmpty)
    }

    @Test("The tenants in use are those of devices and lines")
    func tenantsInUse() async throws {
        try await store.transaction { transaction in
            try transaction.save(Device(id: DeviceID(stored: "nobody's"), document: [:]))
            try transaction.save(
                Line(
                    id: LineID("l"), tenant: TenantID("only lines"), number: "1", displayName: "x", username: "u", password: "p", provisioningCode: nil,
                    server: nil, device: nil))
        }
        #expect(try await store.tenantsInUse() == Set(["t0", "t1", "t2", "t3", "only lines"].map(TenantID.init)))
        #expect(try await SQLiteStore.inMemory().tenantsInUse().isEmpty)
    }

    @Test("The events of some tenants' devices come in the order in which they happened")
    func timelineOfTenants() async throws {
        let events = (0..<40).map { number in
            TimelineEvent(device: DeviceID(stored: "d\(number)"), mac: nil, time: Double(number), step: .administered, text: "\(number)")
        }
        try await store.append(events)
        let found = try await store.timeline(within: [TenantID("t1"), TenantID("t2")], after: 0, limit: 10)
        #expect(found.map(\.text) == ["1", "2", "5", "6", "9", "10", "13", "14", "17", "18"])
        let next = try await store.timeline(within: [TenantID("t1")], after: try #require(found.last?.id), limit: 2)
        #expect(next.map(\.text) == ["21", "25"])
    }
}
