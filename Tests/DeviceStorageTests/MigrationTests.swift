// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import DeviceStorage

/// A folder of its own for a test, which goes with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "provd-storage-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A copy of a file of the fixtures.
    func copy(_ name: String) throws -> String {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let copy = path + "/provd.db"
        try FileManager.default.copyItem(atPath: fixtures.appending(path: name).path, toPath: copy)
        return copy
    }
}

@Suite("Databases of earlier schemas")
struct MigrationTests {
    @Test("All that was in a database of the first schema is in it still, and its tenant has become one")
    func first() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.copy("schema-1.db"))
        let tenant = try #require(try await store.setting("tenant").map(TenantID.init))
        #expect(try await store.tenants() == TenantTree([Tenant(id: tenant, parent: nil, name: "main")]))

        let devices = try await store.devices(PageQuery(tenants: [tenant], limit: 10))
        #expect(devices.elements.map(\.mac) == [MACAddress("00:15:65:0a:bb:77"), MACAddress("00:15:65:0a:bb:88")])
        #expect(devices.next == nil)
        #expect(devices.elements.first?.document["X_note"] == ["kept": true])
        var query = PageQuery(tenants: nil, limit: 10)
        query.equals = [.vendor: "Yealink", .model: "T46S", .version: "66.86.0.15"]
        #expect(try await store.devices(query).elements.map(\.id) == devices.elements.suffix(1).map(\.id))

        let lines = try await store.lines()
        #expect(lines.map(\.number) == ["101", "102"] && lines.allSatisfy { $0.tenant == tenant })
        #expect(lines.first?.password == "fixture-password-1" && lines.first?.provisioningCode == "424242")
        #expect(lines.last?.server == SIPServer(host: "pbx.example.net", port: 5070))
        #expect(try await store.configs(after: nil, limit: 10).elements.count == 6)
        #expect(try await store.timeline(of: nil, after: 0, limit: 10).count == 4)
        #expect(try await store.setting("parameter.provisioning_key.\(tenant)") == "tenant-key-1")
        #expect(try await store.tokens().isEmpty)
    }

    @Test("All that was in a database of the second schema is in it still")
    func second() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.copy("schema-2.db"))
        let main = try #require(try await store.setting("tenant").map(TenantID.init))
        let tenants = try await store.tenants().tenants
        let branch = try #require(tenants.first { $0.name == "branch" }?.id)
        #expect(Set(tenants.map(\.id)) == [main, branch] && tenants.first { $0.id == branch }?.parent == main)
        #expect(try await store.tokens().map(\.name) == ["administrator", "reader"])
        #expect(try await store.tokens().last?.permissions == ["provd.devices.#"])

        let lobby = try #require(try await store.device(DeviceID(stored: "d1")))
        #expect(lobby.tenant == branch && lobby.document["X_note"] == ["kept": true] && lobby.document["description"] == "lobby")
        var query = PageQuery(tenants: [main], limit: 10)
        query.equals = [.vendor: "Yealink", .model: "T46S", .version: "66.86.0.15"]
        #expect(try await store.devices(query).elements.map { $0.mac?.description } == ["00:15:65:0a:bb:88", "00:15:65:0a:bb:99"])
        let config = try #require(try await store.device(DeviceID(stored: "d2"))?.config)
        let username = try #require(try await store.config(config)?.rawConfig["sip_lines"]?["1"]?["username"]?.string)
        #expect(try await store.autoprovAccount(username: username)?.device == DeviceID(stored: "d2"))

        let lines = try await store.lines()
        #expect(lines.map(\.number) == ["101", "102"] && lines.first?.password == "fixture-password-1" && lines.first?.provisioningCode == "424242")
        #expect(lines.last?.server == SIPServer(host: "pbx.example.net", port: 5070))
        #expect(try await store.timeline(of: nil, after: 0, limit: 100).count == 6)
        #expect(try await store.audit(tenants: nil, subject: nil, before: nil, limit: 100).count == 10)
    }

    @Test("All that was in a database of the third and the fourth schema is in it still", arguments: ["schema-3.db", "schema-4.db"])
    func thirdAndFourth(fixture: String) async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.copy(fixture))
        let main = try #require(try await store.setting("tenant").map(TenantID.init))
        #expect(try await store.tenants().tenants.map(\.name).sorted() == ["branch", "main"])
        #expect(try await store.tokens().map(\.name) == ["administrator", "reader"])
        let lines = try await store.lines()
        #expect(lines.map(\.number) == ["101", "102"] && lines.first?.password == "fixture-password-1" && lines.first?.provisioningCode == "424242")
        #expect(lines.first?.codeIssued == 1_795_400_000.5 && lines.first?.codeUsed == 1_795_400_100.5 && lines.last?.codeIssued == nil)
        #expect(try await store.device(DeviceID(stored: "d1"))?.document["description"] == "lobby")
        #expect(try await store.devices(PageQuery(tenants: [main], limit: 10)).elements.count == 2)
        #expect(try await store.timeline(of: nil, after: 0, limit: 100).count == 6)
        #expect(try await store.audit(tenants: nil, subject: nil, before: nil, limit: 100).count == 10)
        #expect(try await store.setting("lock.overall") == #"{"count":3}"#)
        #expect(try await store.provisioningKeys() == (fixture == "schema-4.db" ? ["fixture-key-4": main] : [:]))
    }

    @Test("There is a database of each schema but the present one")
    func complete() throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        for number in 1..<Schema.migrator.migrations.count {
            #expect(FileManager.default.fileExists(atPath: fixtures.appending(path: "schema-\(number).db").path), "add one of schema \(number)")
        }
    }

    @Test("A database that was brought up to date is sound, and opens again", arguments: ["schema-1.db", "schema-2.db", "schema-3.db", "schema-4.db"])
    func again(fixture: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.copy(fixture)
        for _ in 0..<2 { #expect(try await SQLiteStore(path: path).lines().count == 2) }
        try SQLiteStore.check(backup: path)
    }
}
