// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

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
        #expect(try await store.configs().count == 6)
        #expect(try await store.timeline(of: nil, after: 0, limit: 10).count == 4)
        #expect(try await store.setting("parameter.provisioning_key.\(tenant)") == "tenant-key-1")
        #expect(try await store.tokens().isEmpty)
    }

    @Test("A database that was brought up to date opens again")
    func again() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.copy("schema-1.db")
        for _ in 0..<2 { #expect(try await SQLiteStore(path: path).lines().count == 2) }
    }
}
