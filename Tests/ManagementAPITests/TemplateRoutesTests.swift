// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import PhonePlugins
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("An administrator's own templates over the API")
struct TemplateRoutesTests {
    /// A state directory, and an API whose only plugin has a template that says who it is.
    private final class Site: Sendable {
        let path: String
        let client: APIClient

        init() async throws {
            path = URL(filePath: FileManager.default.temporaryDirectory.path).resolvingSymlinksInPath().appending(path: "provd-templates-\(UUID().uuidString)").path
            try Self.write(path + "/bundled/acme/plugin.yml", """
                id: acme-2
                version: 1.0.0
                vendor: Acme
                models: {A10: {lines: 2}, A20: {lines: 4}}
                files:
                  - {path: "/{mac:lower}.cfg", template: device.cfg.j2, format: key-value, scope: device}
                """)
            try Self.write(path + "/bundled/acme/templates/device.cfg.j2", "stock={{ model.name }}\n")
            try Self.write(path + "/bundled/acme/templates/parts/lines.j2", "{{ lines | length }}\n")
            let surroundings = PluginSurroundings(templates: path + "/templates")
            client = try await APIClient(plugins: PluginCatalog.load(directory: path + "/bundled", surroundings: surroundings).catalog, state: path)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        private static func write(_ file: String, _ text: String) throws {
            let url = URL(filePath: file)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }

        func put(_ place: String, _ text: String, type: String = "text/plain", tag: String? = "*") async throws -> Answer {
            try await client.send(.put, base + place, headers: ["Content-Type": type, "If-Match": tag], bytes: Array(text.utf8))
        }

        /// What a phone of a model gets now.
        func rendered(_ model: String) throws -> String {
            let plugin = try #require(client.appliance.plugins.catalog["acme-2"])
            let match = try #require(plugin.file(forPath: "/00005e005301.cfg", protocol: .http))
            let context = RenderContext(
                device: ["mac": "00:00:5e:00:53:01", "model": .string(model)], rawConfig: [:], request: .init(protocol: .http, server: "192.0.2.1", path: "/00005e005301.cfg"))
            return String(decoding: try plugin.render(match, context: context).bytes, as: UTF8.self)
        }

        let base = "/1.0/plugins/acme-2/templates"
    }

    @Test("A template is saved, takes effect at once, is compared and removed")
    func life() async throws {
        let site = try await Site()
        let client = site.client, base = site.base
        #expect(try await client.get(base).json == ["plugin": ["device.cfg.j2", "parts/lines.j2"], "templates": []])
        #expect(try await client.get(base + "/device.cfg.j2?stock=true").text == "stock={{ model.name }}\n")
        #expect(try await client.get(base + "/device.cfg.j2").status == 404)

        let saved = try await site.put("/device.cfg.j2?model=A20", "mine={{ model.name }}\n")
        #expect(saved.status == 200 && saved.json["model"] == "A20" && saved.json["note"] == .null)
        #expect(try site.rendered("A20") == "mine=A20" && site.rendered("A10") == "stock=A10")
        #expect(try await site.put("/parts%2Flines.j2", "{{ lines | length }}").status == 200)
        #expect(try await client.get("/1.0/templates").json["templates"]?.array?.map { $0["name"] } == ["device.cfg.j2", "parts/lines.j2"])
        #expect(try await client.get(base + "/device.cfg.j2?model=A20").text == "mine={{ model.name }}\n")
        let difference = try await client.get(base + "/device.cfg.j2/difference?model=A20")
        #expect(difference.text.contains("\n-stock={{ model.name }}\n+mine={{ model.name }}\n"))

        #expect(try await client.delete(base + "/device.cfg.j2?model=A20").status == 204)
        #expect(try site.rendered("A20") == "stock=A20")
        #expect(try await client.delete(base + "/device.cfg.j2?model=A20").status == 404)
    }

    @Test("Who has not seen what somebody else saved does not write over it")
    func lostUpdate() async throws {
        let site = try await Site()
        let place = "/device.cfg.j2"
        #expect(try await site.put(place, "first", tag: nil).status == 200)
        let tag = try #require(try await site.client.get(site.base + place).headers[.eTag])
        #expect(try await site.put(place, "second", tag: nil).status == 428)
        #expect(try await site.put(place, "second", tag: tag).status == 200)
        #expect(try await site.put(place, "third", tag: tag).status == 412)
        #expect(try await site.client.delete(site.base + place, headers: ["If-Match": tag]).status == 412)
        #expect(try await site.client.delete(site.base + place, headers: ["If-Match": nil]).status == 428)
        #expect(try await site.client.get(site.base + place).text == "second")
        let present = try await site.client.get(site.base + place).headers[.eTag]
        #expect(try await site.client.delete(site.base + place, headers: ["If-Match": present]).status == 204)
        #expect(try await site.put(place, "fourth", tag: tag).status == 412)
    }

    @Test("The audit log says who saved and removed a template, and which")
    func audited() async throws {
        let site = try await Site()
        for text in ["first", "second", "second"] { #expect(try await site.put("/device.cfg.j2", text).status == 200) }
        #expect(try await site.client.delete(site.base + "/device.cfg.j2").status == 204)
        let entries = try await site.client.get("/1.0/audit").json["entries"]?.array?.filter { $0["kind"] == "template" } ?? []
        #expect(entries.map { $0["action"]?.string } == ["deleted", "changed", "created"] && entries.allSatisfy { $0["actor"] == "administrator" })
        let hashes = entries.map { ($0["before"]?["sha256"], $0["after"]?["sha256"]) }
        #expect(hashes[0].0 == hashes[1].1 && hashes[1].0 == hashes[2].1 && hashes[1].0 != hashes[1].1 && hashes[2].0 == nil)
        #expect(entries[0]["subject"]?.string?.contains("device.cfg.j2") == true)
    }

    @Test(
        "What cannot be rendered is refused with its place, and nothing is saved",
        arguments: [("\n {% if %}", 2, 8), ("a\n{{ nothing.at.all }}", 2, 11), ("{{ http_base_url ~ '\n' }}", 1, 1)])
    func faults(source: String, line: Int, column: Int) async throws {
        let site = try await Site()
        let refused = try await site.put("/device.cfg.j2", source)
        #expect(refused.status == 422 && refused.json["file"] == "device.cfg.j2")
        #expect(refused.json["line"] == .int(line) && refused.json["column"] == .int(column), "\(refused.text)")
        #expect(try await site.client.get("/1.0/templates").json == ["templates": []])
        #expect(try site.rendered("A10") == "stock=A10")
    }

    @Test("Templates of a plugin that is gone are kept, and can be read and removed")
    func uninstalled() async throws {
        let site = try await Site()
        #expect(try await site.put("/device.cfg.j2?device=00:00:5e:00:53:01", "x=1").status == 200)
        site.client.appliance.plugins.catalog = .empty
        #expect(try await site.put("/device.cfg.j2", "x=1").status == 404)
        let place = site.base + "/device.cfg.j2?device=00:00:5e:00:53:01"
        #expect(try await site.client.get(place).text == "x=1")
        #expect(try await site.client.delete(place).status == 204)
        #expect(try await site.client.get("/1.0/templates").json == ["templates": []])
    }

    @Test(
        "Hostile names and scopes are refused",
        arguments: ["..%2Fx", "%2Fetc%2Fpasswd", "models%2FA10%2Fx", "x?model=..", "x?model=A10&device=00:00:5e:00:53:01", "x?device=7", "x?model=Z9", "a%0Ab"])
    func names(place: String) async throws {
        let site = try await Site()
        #expect(try await site.put("/" + place, "x").status == 400)
        #expect(try await site.put("/device.cfg.j2", "x", type: "application/json").status == 415)
        #expect(!FileManager.default.fileExists(atPath: site.path + "/templates"))
    }
}
