// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

@Suite("The audit log")
struct AuditTests {
    private let tenant = TenantID("t")
    private var actor: AuditActor { AuditActor(name: "alice", tenant: tenant, address: "192.0.2.7") }

    private func entries(_ store: SQLiteStore) async throws -> [AuditEntry] {
        try await store.audit(tenants: nil, subject: nil, before: nil, limit: 100)
    }

    @Test("Each change that somebody makes is noted with what is different, and with no secret in it")
    func changes() async throws {
        let store = try SQLiteStore.inMemory()
        try await AuditActor.$current.withValue(actor) {
            var line = Line(
                id: LineID("l"), tenant: tenant, number: "101", displayName: "Alice", username: "101", password: "very-secret",
                provisioningCode: "123456")
            try await store.transaction { [line] in try $0.save(line) }
            line.displayName = "Alice Martin"
            line.password = "more-secret"
            try await store.transaction { [line] in try $0.save(line) }
            try await store.transaction { try $0.delete(LineID("l")) }
            var config = Config(id: ConfigID(stored: "c"), parents: [], rawConfig: ["admin_password": "hidden", "sip_lines": ["1": ["number": "1", "password": "hidden"]]])
            try await store.transaction { [config] in try $0.save(config) }
            config.rawConfig["sip_lines"] = ["1": ["number": "2", "password": "hidden"]]
            try await store.transaction { [config] in try $0.save(config) }
            try await store.transaction { [config] in try $0.save(config) }
            try await store.transaction { try $0.save(setting: "parameter.provisioning_key.t", "hidden-key") }
            try await store.transaction { try $0.save(setting: "last_start", "5") }
        }
        let all = try await entries(store)
        #expect(all.map { "\($0.kind) \($0.action.rawValue)" }.reversed() == [
            "line created", "line changed", "line deleted", "config created", "config changed", "parameter created",
        ])
        #expect(all.allSatisfy { $0.actor == actor })
        let change = try #require(all.first { $0.kind == "line" && $0.action == .changed })
        #expect(change.before == ["display_name": "Alice", "password": "********"])
        #expect(change.after == ["display_name": "Alice Martin", "password": "********"])
        let config = try #require(all.first { $0.kind == "config" && $0.action == .changed })
        #expect(config.after == ["raw_config": ["sip_lines": ["1": ["number": "2"]]]])
        let text = all.map { $0.before.text() + $0.after.text() }.joined()
        for secret in ["secret", "hidden", "123456"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test("What phones change is no administrator's change")
    func phones() async throws {
        let store = try SQLiteStore.inMemory()
        try await store.transaction { try $0.save(Device(id: DeviceID(stored: "d"))) }
        #expect(try await entries(store).isEmpty)
    }

    @Test("A change that is undone leaves no entry")
    func rollback() async throws {
        struct Stop: Error {}
        let store = try SQLiteStore.inMemory()
        await #expect(throws: Stop.self) {
            try await AuditActor.$current.withValue(actor) {
                try await store.transaction { transaction in
                    try transaction.save(Device(id: DeviceID(stored: "d")))
                    throw Stop()
                }
            }
        }
        #expect(try await entries(store).isEmpty)
    }

    @Test("The newest entries come first, in parts, and by subject and tenant")
    func parts() async throws {
        let store = try SQLiteStore.inMemory()
        for tenant in ["a", "b"] {
            try await AuditActor.$current.withValue(AuditActor(name: "x", tenant: TenantID(tenant), address: "-")) {
                for number in 0..<3 { try await store.transaction { try $0.save(Device(id: DeviceID(stored: "\(tenant)\(number)"))) } }
            }
        }
        let first = try await store.audit(tenants: nil, subject: nil, before: nil, limit: 2)
        #expect(first.map(\.subject) == ["b2", "b1"])
        #expect(try await store.audit(tenants: nil, subject: nil, before: first.last?.id, limit: 2).map(\.subject) == ["b0", "a2"])
        #expect(try await store.audit(tenants: [TenantID("a")], subject: nil, before: nil, limit: 9).count == 3)
        #expect(try await store.audit(tenants: nil, subject: "a1", before: nil, limit: 9).count == 1)
    }
}

@Suite("Backups")
struct BackupTests {
    @Test("A backup that is taken while others write is a sound database of one moment")
    func whileWriting() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path + "/provd.db")
        let copy = folder.path + "/copy.db"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<200 {
                    // Two documents at a time: a copy that holds one of them alone is none of one moment.
                    try await store.transaction { transaction in
                        try transaction.save(Device(id: DeviceID(stored: "a\(number)")))
                        try transaction.save(Device(id: DeviceID(stored: "b\(number)")))
                    }
                }
            }
            group.addTask { try await store.backup(to: copy) }
            try await group.waitForAll()
        }
        try SQLiteStore.check(backup: copy)
        let restored = try SQLiteStore(path: copy)
        #expect(try await restored.devices().count.isMultiple(of: 2))
        #expect(try await store.devices().count == 400)
        await #expect(throws: StoreError.self) { try await store.backup(to: copy) }
    }

    @Test("What is no sound database of provd is not taken for a backup")
    func unsound() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: StoreError.self) { try SQLiteStore.check(backup: folder.path + "/nothing") }
        let path = try folder.copy("schema-1.db")
        try SQLiteStore.check(backup: path)
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        try handle.seek(toOffset: 4_096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 8_192))
        try handle.close()
        let error = #expect(throws: StoreError.self) { try SQLiteStore.check(backup: path) }
        #expect(error?.code == .corrupt)
    }
}
