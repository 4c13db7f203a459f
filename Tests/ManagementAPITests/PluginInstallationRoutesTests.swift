// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import PluginPackages
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Installing plugins over the API")
struct PluginInstallationRoutesTests {
    @Test("Clients of wazo-provd update, install, upgrade and uninstall a plugin and its packages")
    func wazo() async throws {
        let site = try await PluginSite()
        let client = site.client
        try site.publish("1.0.0")
        try await site.running {
            #expect(try await client.post("/0.2/pg_mgr/install/update", [:]).status == 500)
            #expect(try await site.addRepository().status == 201)
            #expect(try await client.get("/0.2/pg_mgr/install/installable").json == ["pkgs": [:]])
            #expect(try await client.post("/0.2/pg_mgr/install/install", ["id": "acme-2"]).status == 400)

            let update = try await client.post("/0.2/pg_mgr/install/update", [:])
            #expect(update.status == 201 && update.bytes.isEmpty && update.headers[.location]?.hasPrefix("/0.2/pg_mgr/install/update/") == true)
            #expect(try await site.ended(update.headers[.location]).hasPrefix("update|success;"))
            let installable = try await client.get("/0.2/pg_mgr/install/installable").json["pkgs"]?["acme-2"]
            #expect(installable?["version"] == "1.0.0" && installable?["description"] == "Acme phones" && (installable?["dsize"]?.int ?? 0) > 0)
            #expect(installable?["capabilities"]?["Acme, A10, 2.4"]?["lines"] == 2)

            #expect(try await client.post("/0.2/pg_mgr/install/install", ["id": "unknown"]).status == 400)
            #expect(try await client.post("/0.2/pg_mgr/install/upgrade", ["id": "acme-2"]).status == 400)
            let install = try await client.post("/0.2/pg_mgr/install/install", ["id": "acme-2"])
            let size = installable?["dsize"]?.int ?? 0
            #expect(try await site.ended(install.headers[.location]) == "install|success(download|success;\(size)/\(size))")
            #expect(try await client.post("/0.2/pg_mgr/install/install", ["id": "acme-2"]).status == 400)
            #expect(try await client.get("/0.2/pg_mgr/plugins/acme-2/info").json["plugin_info"]?["version"] == "1.0.0")
            // An operation is another's at another path, and gone once it is forgotten.
            let location = try #require(install.headers[.location])
            #expect(try await client.get(location.replacing("/install/install/", with: "/install/update/")).status == 404)
            #expect(try await client.delete(location).status == 204)
            #expect(try await client.get(location).status == 404)

            // The same version again is no error.
            let upgrade = try await client.post("/0.2/pg_mgr/install/upgrade", ["id": "acme-2"])
            #expect(try await site.ended(upgrade.headers[.location]).hasPrefix("install|success"))

            let base = "/0.2/pg_mgr/plugins/acme-2/install"
            #expect(try await client.get(base + "/installed").json == ["pkgs": [:]])
            #expect(
                try await client.get(base + "/installable").json
                    == ["pkgs": ["a10-fw": ["version": "2.4", "description": "Firmware of the A10", "dsize": 3_000]]])
            #expect(try await client.post(base + "/install", ["id": "unknown"]).status == 400)
            let package = try await client.post(base + "/install", ["id": "a10-fw"])
            #expect(try await site.ended(package.headers[.location]) == "install_pkg|success(download|success(success;3000/3000))(install|success)")
            #expect(try await client.get(base + "/installed").json == ["pkgs": ["a10-fw": ["version": "2.4", "description": "Firmware of the A10"]]])
            #expect(try await client.post("/0.2/pg_mgr/reload", ["id": "acme-2"]).status == 204)
            #expect(try await client.post("/0.2/pg_mgr/reload", ["id": "unknown"]).status == 400)
            #expect(try await client.post(base + "/uninstall", ["id": "a10-fw"]).status == 204)
            #expect(try await client.post(base + "/uninstall", ["id": "a10-fw"]).status == 400)

            #expect(try await client.post("/0.2/pg_mgr/install/uninstall", ["id": "acme-2"]).status == 204)
            #expect(try await client.post("/0.2/pg_mgr/install/uninstall", ["id": "acme-2"]).status == 400)
            #expect(try await client.get(base + "/installed", headers: ["X-Auth-Token": "wrong"]).status == 404)
        }
    }

    @Test("/1.0 lists, installs, upgrades, takes back and removes, and says how far it is")
    func current() async throws {
        let site = try await PluginSite()
        let client = site.client
        try site.publish("1.0.0")
        try await site.running {
            #expect(try await site.addRepository().status == 201)
            #expect(try await site.addRepository().status == 409)
            #expect(try await site.finished(try await client.post("/1.0/repositories/update", [:]))["state"] == "success")
            let repositories = try await client.get("/1.0/repositories").json["repositories"]?.array
            #expect(repositories?.first?["serial"] == 1 && repositories?.first?["packages"] == 1)
            #expect(try await client.get("/1.0/packages?search=acme%20A10").json["packages"]?.array?.count == 1)
            #expect(try await client.get("/1.0/packages?search=yealink").json["packages"]?.array?.isEmpty == true)

            #expect(try await client.post("/1.0/plugins", ["id": "acme-2", "nonsense": 1]).status == 400)
            #expect(try await client.post("/1.0/plugins", ["id": "unknown"]).status == 404)
            let done = try await site.finished(try await client.post("/1.0/plugins", ["id": "acme-2"]))
            #expect(done["kind"] == "plugin-install" && done["subject"] == "acme-2" && done["state"] == "success")
            #expect(done["progress"]?["current"] == done["progress"]?["end"])
            let plugin = try await client.get("/1.0/plugins/acme-2").json
            #expect(plugin["version"] == "1.0.0" && plugin["origin"] == "installed" && plugin["devices"] == 0)

            #expect(try await client.post("/1.0/plugins/acme-2/upgrade", [:]).status == 409)
            try site.publish("1.1.0")
            _ = try await site.finished(try await client.post("/1.0/repositories/update", [:]))
            #expect(try await client.get("/1.0/plugins").json["plugins"]?.array?.first?["newest"] == "1.1.0")
            #expect(try await site.finished(try await client.post("/1.0/plugins/acme-2/upgrade", [:]))["state"] == "success")
            #expect(try await site.finished(try await client.post("/1.0/plugins/acme-2/upgrade", ["version": "1.0.0"]))["state"] == "success")
            #expect(try await client.get("/1.0/plugins/acme-2").json["version"] == "1.0.0")

            let base = "/1.0/plugins/acme-2/firmware"
            #expect(try await site.finished(try await client.post(base + "/a10-fw/install", [:]))["state"] == "success")
            let firmware = try await client.get(base).json["firmware"]?.array?.first
            #expect(firmware?["installed"] == "2.4" && firmware?["files"]?.array?.first?["path"] == "firmware/a10.rom")
            #expect(try await client.post(base + "/a10-fw/upgrade", [:]).status == 409)
            #expect(try await client.delete(base + "/a10-fw").status == 204)
            #expect(try await client.delete(base + "/a10-fw").status == 404)

            let operations = try #require(try await client.get("/1.0/operations").json["operations"]?.array)
            let last = try #require(operations.last?["id"]?.int)
            #expect(try await client.post("/1.0/operations/\(last)/cancel", [:]).status == 409)
            #expect(try await client.post("/1.0/operations/999/cancel", [:]).status == 404)
            #expect(try await client.delete("/1.0/plugins/acme-2").status == 204)
            #expect(try await client.delete("/1.0/plugins/acme-2").status == 404)
            #expect(try await client.delete("/1.0/repositories/example").status == 204)
            #expect(try await client.delete("/1.0/repositories/example").status == 404)
        }
    }

    @Test("The audit log says who installed, upgraded and removed a plugin and its firmware, and from what to what")
    func audited() async throws {
        let site = try await PluginSite()
        try await site.running {
            try site.publish("1.0.0")
            #expect(try await site.addRepository().status == 201)
            let client = site.client
            func done(_ answer: Answer) async throws { _ = try await site.finished(answer) }
            try await done(client.post("/1.0/repositories/update", [:]))
            try await done(client.post("/1.0/plugins", ["id": "acme-2"]))
            try await done(client.post("/1.0/plugins/acme-2/firmware/a10-fw/install", [:]))
            #expect(try await client.delete("/1.0/plugins/acme-2/firmware/a10-fw").status == 204)
            #expect(try await client.delete("/1.0/plugins/acme-2").status == 204)
            let entries = try await client.get("/1.0/audit").json["entries"]?.array ?? []
            let changes = entries.reversed().filter { ["plugin", "firmware", "repository"].contains($0["kind"]?.string) }
            #expect(
                changes.map { "\($0["kind"]?.string ?? "") \($0["action"]?.string ?? "") \($0["subject"]?.string ?? "")" } == [
                    "repository created example", "plugin created acme-2", "firmware created acme-2/a10-fw", "firmware deleted acme-2/a10-fw",
                    "plugin deleted acme-2",
                ])
            #expect(changes.allSatisfy { $0["actor"] == "administrator" })
            #expect(changes.map { $0["after"]?["version"]?.string } == [nil, "1.0.0", "2.4", nil, nil])
            #expect(changes.map { $0["before"]?["version"]?.string } == [nil, nil, nil, "2.4", "1.0.0"])
        }
    }

    @Test("A package that is sent must be signed by a key that is trusted, unless its sender names the risk")
    func sentPackages() async throws {
        let site = try await PluginSite()
        let client = site.client
        try site.publish("1.0.0")
        let path = site.path + "/repo/acme-2-1.0.0.tar.gz"
        try RepositoryDirectory.sign(path, as: .package, with: site.key)
        let package = try BoundedFile.read(path, limit: 1 << 20)
        let signature = Data(try BoundedFile.read(path + ".sig", limit: 1 << 20)).base64EncodedString()
        let sent = ["Content-Type": "application/gzip"], signed = ["Content-Type": "application/gzip", "Package-Signature": signature]
        @Sendable func refusal(_ query: String, _ headers: [String: String], _ bytes: [UInt8]) async throws -> String {
            let answer = try await client.send(.post, "/1.0/packages" + query, headers: headers, bytes: bytes)
            #expect(answer.status == 400)
            return answer.json["detail"]?.string ?? ""
        }
        try await site.running {
            #expect(try await client.send(.post, "/1.0/packages", bytes: package).status == 415)
            #expect(try await refusal("", sent, package).contains("it is not signed"))
            // Nobody's key is trusted yet.
            #expect(try await refusal("", signed, package).contains("no key is trusted"))
            #expect(try await site.addRepository().status == 201)
            #expect(try await refusal("", signed, package + [0]).contains("does not fit its bytes"))
            #expect(try await refusal("", ["Content-Type": "application/gzip", "Package-Signature": "%"], package).contains("base64"))
            #expect(try await refusal("?allow_unsigned=true", sent, Array(package.prefix(200))).hasPrefix("the package"))
            #expect(try await refusal("?allow_unsigned=true", sent, []).contains("empty"))
            for (query, headers) in [("", signed), ("?allow_unsigned=true", sent)] {
                let operation = try await site.finished(try await client.send(.post, "/1.0/packages" + query, headers: headers, bytes: package))
                #expect(operation["state"] == "success" && operation["subject"] == "acme-2")
                #expect(try await client.get("/1.0/plugins/acme-2").json["version"] == "1.0.0")
                #expect(try await client.delete("/1.0/plugins/acme-2").status == 204)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.path + "/plugins/downloads").isEmpty)
    }

    @Test("A firmware package says for how many devices it is")
    func firmwareDevices() async throws {
        let site = try await PluginSite()
        try site.publish("1.0.0")
        try await site.running {
            #expect(try await site.addRepository().status == 201)
            _ = try await site.finished(try await site.client.post("/1.0/repositories/update", [:]))
            _ = try await site.finished(try await site.client.post("/1.0/plugins", ["id": "acme-2"]))
            try await site.client.addDevice(["mac": "00:00:5e:00:53:01", "plugin": "acme-2", "model": "A10"])
            try await site.client.addDevice(["mac": "00:00:5e:00:53:02", "plugin": "acme-2", "model": "B20"])
            try await site.client.addDevice(["mac": "00:00:5e:00:53:03", "plugin": "acme-2"])
            #expect(try await site.client.get("/1.0/plugins/acme-2").json["devices"] == 3)
            #expect(try await site.client.get("/1.0/plugins/acme-2/firmware").json["firmware"]?.array?.first?["devices"] == 1)
        }
    }

    @Test("A repository without a key is taken only from who names that risk")
    func trust() async throws {
        let site = try await PluginSite()
        let refused = try await site.client.post("/1.0/repositories", ["name": "x", "url": "/media/stick"])
        #expect(refused.status == 400 && refused.json["detail"]?.string?.contains("key") == true)
        #expect(try await site.client.post("/1.0/repositories", ["name": "x", "url": "/media/stick", "allow_unsigned": true]).status == 201)
        for body: JSONValue in [
            [], ["name": "y"], ["url": "/y"], ["name": "a/b", "url": "/y", "allow_unsigned": true], ["name": "y", "url": "ftp://y", "allow_unsigned": true],
            ["name": "y", "url": "/y", "keys": ["nonsense"]], ["name": "y", "url": "/y", "allow_unsigned": true, "channel": "daily"],
            ["name": "y", "url": "/y", "trust": "all"],
        ] {
            #expect(try await site.client.post("/1.0/repositories", body).status == 400)
        }
    }
}

@Suite("Operations in the words of wazo-provd")
struct OperationTextTests {
    @Test("A tree of parts reads as clients expect it")
    func text() {
        var part = OperationPart("install_pkg", parts: [OperationPart("download", parts: [OperationPart(current: 5, end: 10)]), OperationPart("install")])
        part.state = .progress
        part.parts[0].state = .progress
        part.parts[0].parts[0].state = .progress
        #expect(part.wazoText == "install_pkg|progress(download|progress(progress;5/10))(install|waiting)")
        var update = OperationPart("update", current: 7)
        update.state = .success
        #expect(update.wazoText == "update|success;7")
        update.state = .cancelled
        #expect(update.wazoText == "update|fail;7")
        #expect(OperationPart().wazoText == "waiting")
    }
}
