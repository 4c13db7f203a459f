// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

@Suite("Storage")
struct SQLiteStoreTests {
    let store: SQLiteStore

    init() throws { store = try SQLiteStore.inMemory() }

    private func phone(_ id: String, mac: String) -> Device {
        var device = Device(id: DeviceID(stored: id), document: ["X_note": ["kept": true]])
        device.mac = MACAddress(mac)
        return device
    }

    @Test("A device comes back as it was stored, with the members that nobody knows, in their order")
    func roundTrip() async throws {
        let stored = try JSONValue(parsing: #"{"plugin":null,"X_b":1,"mac":"00:15:65:0a:bb:cc","X_a":[1.5,"é"]}"#).object ?? [:]
        try await store.transaction { try $0.save(Device(id: DeviceID(stored: "d"), document: stored)) }
        let device = try #require(try await store.device(DeviceID(stored: "d")))
        #expect(JSONValue.object(device.document).text() == JSONValue.object(stored).text())
        #expect(device.has("plugin") && device.plugin == nil)
    }

    @Test("A device is found by each key that identifies it, and no longer when it changed")
    func lookUps() async throws {
        var device = phone("d", mac: "00:15:65:0a:bb:cc")
        device.serialNumber = "S1"
        device.uuid = "u-1"
        device.ip = IPAddress("10.77.0.9")
        device.config = ConfigID(stored: "c")
        device.plugin = "acme"
        try await store.transaction { [device] in try $0.save(device) }
        let keys: [DeviceKey] = [
            .mac(try #require(device.mac)), .serialNumber("S1"), .uuid("u-1"), .ip(try #require(device.ip)), .config(ConfigID(stored: "c")),
            .plugin("acme"),
        ]
        for key in keys { #expect(try await store.devices(where: key) == [device], "\(key)") }
        let renumbered = phone("d", mac: "00:15:65:0a:bb:dd")
        try await store.transaction { try $0.save(renumbered) }
        for key in keys { #expect(try await store.devices(where: key).isEmpty, "\(key)") }
        #expect(try await store.devices(where: .mac(try #require(renumbered.mac))) == [renumbered])
    }

    @Test("Of many transactions at once each is whole: those that fail are undone alone, and what the others were told stands")
    func together() async throws {
        struct Stop: Error {}
        let store = store
        let told = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<300 {
                group.addTask {
                    try? await store.transaction { transaction in
                        try transaction.save(setting: "count", String((Int(try transaction.setting("count") ?? "0") ?? 0) + 1))
                        try transaction.save(setting: "n\(number)", "kept")
                        if number.isMultiple(of: 3) { throw Stop() }
                        return number
                    }
                }
            }
            return await group.reduce(into: Set<Int>()) { told, number in if let number { told.insert(number) } }
        }
        #expect(told == Set((0..<300).filter { !$0.isMultiple(of: 3) }))
        #expect(try await store.setting("count") == "200")
        for number in 0..<300 { #expect(try await store.setting("n\(number)") == (number.isMultiple(of: 3) ? nil : "kept")) }
    }

    @Test("A task that is cancelled takes no other's transaction with it")
    func cancelled() async throws {
        let store = store
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let task = Task { try await store.transaction { try $0.save(setting: "n\(number)", "kept") } }
                    if number.isMultiple(of: 2) { task.cancel() }
                    _ = try? await task.value
                }
            }
        }
        for number in stride(from: 1, to: 50, by: 2) { #expect(try await store.setting("n\(number)") == "kept") }
    }

    @Test("A SIP user name is known anew after whatever happened to its line or account")
    func usernames() async throws {
        let device = phone("d", mac: "00:15:65:0a:bb:cc")
        var line = Line(
            id: LineID("l"), tenant: TenantID("t"), number: "101", displayName: "Alice", username: "alice", password: "12345678", provisioningCode: nil)
        func found(_ name: String) async throws -> (Line?, AutoprovAccount?) {
            (try await store.line(username: name), try await store.autoprovAccount(username: name))
        }
        #expect(try await found("alice") == (nil, nil))
        try await store.transaction { [line] in
            try $0.save(device)
            try $0.save(line)
        }
        #expect(try await found("alice").0 == line)
        line.username = "bob"
        line.device = device.id
        try await store.transaction { [line] in try $0.save(line) }
        #expect(try await found("alice").0 == nil)
        #expect(try await found("bob").0 == line)
        for name in ["ap1", "ap2"] {
            try await store.transaction { try $0.save(AutoprovAccount(username: name, password: "x", device: device.id)) }
            #expect(try await found(name).1?.device == device.id)
        }
        #expect(try await found("ap1").1 == nil)
        // The schema takes lines and accounts with their device.
        try await store.transaction { try $0.delete(device.id) }
        #expect(try await found("ap2").1 == nil)
        #expect(try await found("bob").0?.device == nil)
        try await store.transaction { try $0.delete(LineID("l")) }
        #expect(try await found("bob").0 == nil)
    }

    @Test("What a transaction that fails wrote is gone, also for whoever asks next")
    func rollback() async throws {
        struct Stop: Error {}
        let device = phone("d", mac: "00:15:65:0a:bb:cc")
        try await store.transaction { try $0.save(device) }
        #expect(try await store.device(device.id) == device)
        await #expect(throws: Stop.self) {
            try await store.transaction { transaction in
                var changed = device
                changed.vendor = "Acme"
                try transaction.save(changed)
                try transaction.delete(ConfigID(stored: "x"))
                throw Stop()
            }
        }
        #expect(try await store.device(device.id) == device)
        #expect(try await store.devices(where: .mac(try #require(device.mac))) == [device])
    }

    @Test("Two lines cannot have one code, one user name, or one number in a tenant")
    func lineRules() async throws {
        let line = Line(
            id: LineID("1"), tenant: TenantID("t"), number: "101", displayName: "Alice", username: "101", password: "secret-1",
            provisioningCode: "123456")
        try await store.transaction { try $0.save(line) }
        func clash(_ change: (inout Line) -> Void) async throws {
            var other = Line(
                id: LineID("2"), tenant: TenantID("t"), number: "102", displayName: "Bob", username: "102", password: "secret-2",
                provisioningCode: "654321")
            change(&other)
            let clashing = other
            let error = await #expect(throws: StoreError.self) {
                try await store.transaction { transaction in try transaction.save(clashing) }
            }
            #expect(error?.code == .constraint)
        }
        try await clash { $0.provisioningCode = "123456" }
        try await clash { $0.username = "101" }
        try await clash { $0.number = "101" }
        #expect(try await store.lines() == [line])
    }

    @Test("When a device goes its account, journal and association go, and its lines stay")
    func deletion() async throws {
        let device = phone("d", mac: "00:15:65:0a:bb:cc")
        try await store.transaction { transaction in
            try transaction.save(device)
            try transaction.save(AutoprovAccount(username: "apx", password: "p", device: device.id))
            try transaction.save(PluginAssociation(device: device.id, plugin: "acme", level: 500, reason: "so"))
            try transaction.save(
                Line(
                    id: LineID("1"), tenant: TenantID("t"), number: "101", displayName: "Alice", username: "101", password: "p",
                    provisioningCode: nil, server: SIPServer(host: "pbx", port: 5070), device: device.id))
            try transaction.append([TimelineEvent(device: device.id, mac: device.mac, time: 1, step: .dhcp, text: "hello")])
        }
        #expect(try await store.lines(on: device.id).map(\.server) == [SIPServer(host: "pbx", port: 5070)])
        try await store.transaction { try $0.delete(device.id) }
        #expect(try await store.device(device.id) == nil)
        #expect(try await store.autoprovAccount(username: "apx") == nil)
        #expect(try await store.association(of: device.id) == nil)
        #expect(try await store.timeline(of: nil, after: 0, limit: 10).isEmpty)
        #expect(try await store.lines().map(\.device) == [nil])
    }

    @Test("Equal steps in a row become one, and the journal can be read on from any position")
    func timeline() async throws {
        let device = phone("d", mac: "00:15:65:0a:bb:cc")
        try await store.transaction { try $0.save(device) }
        func event(_ text: String, _ time: Double) -> TimelineEvent {
            TimelineEvent(device: device.id, mac: device.mac, time: time, step: .fetched, text: text, details: ["path": "/a"])
        }
        try await store.append([event("a", 1), event("a", 2), event("b", 3), event("a", 4)])
        let all = try await store.timeline(of: device.id, after: 0, limit: 10)
        #expect(all.map(\.text) == ["a", "b", "a"])
        #expect(all.map(\.repeats) == [2, 1, 1])
        #expect(try await store.timeline(of: nil, after: all[0].id, limit: 1).map(\.text) == ["b"])
        // An event of a device that was deleted meanwhile is no error.
        try await store.append([TimelineEvent(device: DeviceID(stored: "gone"), mac: nil, time: 5, step: .dhcp, text: "x")])
    }

    @Test("A step that repeats as often as can be counted takes further repeats")
    func manyRepeats() async throws {
        let device = phone("d", mac: "00:15:65:0a:bb:cc")
        try await store.transaction { try $0.save(device) }
        var event = TimelineEvent(device: device.id, mac: device.mac, time: 1, step: .dhcp, text: "a")
        event.repeats = Int.max
        try await store.append([event, event])
        try await store.append([event])
        let events = try await store.timeline(of: device.id, after: 0, limit: 10)
        #expect(events.count == 1 && events.allSatisfy { $0.repeats > 1_000_000 })
    }

    @Test("A reader never sees an older document than the last acknowledged one")
    func cacheStaysTrue() async throws {
        let store = store
        try await store.transaction { try $0.save(Config(id: ConfigID(stored: "c"), parents: [], rawConfig: ["n": 0])) }
        try await withThrowingTaskGroup { group in
            group.addTask {
                for number in 1...300 {
                    try await store.transaction { try $0.save(Config(id: ConfigID(stored: "c"), parents: [], rawConfig: ["n": .int(number)])) }
                    let seen = try await store.config(ConfigID(stored: "c"))?.rawConfig["n"]?.int
                    #expect(seen == number)
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var last = 0
                    while last < 300 {
                        let number = try await store.config(ConfigID(stored: "c"))?.rawConfig["n"]?.int ?? -1
                        #expect(number >= last)
                        last = max(last, number)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

@Suite("Database files")
struct DatabaseFileTests {
    @Test("A file that is no database, and a folder that is not there, are named with what to do")
    func badFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "provd-storage-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data("this is no database, whatever its name says; it is long enough to be one".utf8).write(to: URL(filePath: folder + "/provd.db"))
        let corrupt = #expect(throws: StoreError.self) { try SQLiteStore(path: folder + "/provd.db") }
        #expect(corrupt?.code == .corrupt)
        #expect(corrupt?.description.contains(folder + "/provd.db") == true)
        let missing = #expect(throws: StoreError.self) { try SQLiteStore(path: folder + "/none/provd.db") }
        #expect(missing?.code == .readOnly)
    }

    @Test("What was acknowledged is there when the file is opened again")
    func reopening() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "provd-storage-\(UUID()).db").path
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let first = try SQLiteStore(path: path)
        try await first.transaction { try $0.save(setting: "name", "value") }
        let second = try SQLiteStore(path: path)
        #expect(try await second.setting("name") == "value")
    }
}
