// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import HTTPTypes
import JSONText
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Backups over the API")
struct BackupRoutesTests {
    /// An API with a place for backups, as long as a test runs.
    private func run(_ body: (_ client: APIClient, _ folder: URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "provd-backups-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(try await APIClient(backups: folder.path), folder)
    }

    @Test("A backup is made, listed, fetched, restored from, and deleted")
    func life() async throws {
        try await run { (client: APIClient, folder: URL) async throws -> Void in
            #expect(try await client.post("/1.0/lines", ["number": "101", "display_name": "Alice"]).status == 201)
            let made = try await client.post("/1.0/backups", [:])
            let name = try #require(made.json["name"]?.string)
            #expect(made.status == 201 && made.headers[.location] == "/1.0/backups/\(name)")
            // What comes later is not in it.
            #expect(try await client.post("/1.0/lines", ["number": "102", "display_name": "Bob"]).status == 201)
            #expect(try await client.get("/1.0/backups").json["backups"] == [made.json])

            let file = try await client.get("/1.0/backups/\(name)")
            #expect(file.headers[.contentType] == "application/vnd.sqlite3" && file.headers[.contentDisposition]?.contains(name) == true)
            #expect(file.bytes.count == made.json["size"]?.int && file.bytes.starts(with: Array("SQLite format 3\0".utf8)))
            let copy = folder.appending(path: "copy.db")
            try Data(file.bytes).write(to: copy)
            #expect(try await SQLiteStore(path: copy.path).lines().map(\.number) == ["101"])

            #expect(try await client.post("/1.0/backups/\(name)/restore", [:]).status == 200)
            #expect(try await SQLiteStore(path: folder.appending(path: "restore.db").path).lines().map(\.number) == ["101"])
            #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 2)
            #expect(try await client.delete("/1.0/backups/\(name)").status == 204)
            #expect(try await client.delete("/1.0/backups/\(name)").status == 404)
        }
    }

    @Test("A damaged backup is not restored")
    func damaged() async throws {
        try await run { (client: APIClient, folder: URL) async throws -> Void in
            let name = try #require(try await client.post("/1.0/backups", [:]).json["name"]?.string)
            let file = folder.appending(path: "backups/\(name)")
            try Data("not a database, and long enough to be looked at".utf8).write(to: file)
            let refused = try await client.post("/1.0/backups/\(name)/restore", [:])
            #expect(refused.status == 422 && refused.json["detail"]?.string?.contains("nothing was changed") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "restore.db").path))
        }
    }

    @Test("A name leads nowhere else", arguments: ["unknown.db", "..%2Frestore.db", "provd-..%2F..%2Fetc%2Fpasswd.db", "%2Fetc%2Fpasswd", "provd-.db"])
    func names(name: String) async throws {
        try await run { (client: APIClient, _: URL) async throws -> Void in
            #expect(try await client.get("/1.0/backups/\(name)").status == 404)
            #expect(try await client.delete("/1.0/backups/\(name)").status == 404)
            #expect(try await client.post("/1.0/backups/\(name)/restore", [:]).status == 404)
        }
    }

    @Test("Another tenant's token has nothing to do with backups")
    func tenants() async throws {
        try await run { (client: APIClient, _: URL) async throws -> Void in
            let tenant = try await TenantBook(client.appliance).create(.init(name: "one"), below: APIClient.tenant)
            let (_, token) = try await TokenBook(client.appliance).issue(
                .init(name: "all", tenant: tenant.id, permissions: ["#"], expires: nil), by: PermissionPatterns(["#"]), in: TenantScope(tenant.id))
            #expect(try await client.get("/1.0/backups", headers: ["X-Auth-Token": token]).status == 403)
            #expect(try await client.post("/1.0/backups", [:], headers: ["X-Auth-Token": token]).status == 403)
        }
    }
}
