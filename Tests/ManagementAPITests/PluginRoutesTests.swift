// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PhonePlugins
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Plugins and descriptions under /0.2")
struct PluginRoutesTests {
    @Test("The plugins that are loaded are listed and described")
    func loaded() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        #expect(
            try await client.get("/0.2/pg_mgr/plugins").json
                == ["plugins": ["acme-1": ["links": [["rel": "pg.plugin", "href": "/0.2/pg_mgr/plugins/acme-1"]]]]])
        #expect(
            try await client.get("/0.2/pg_mgr/plugins/acme-1").json
                == [
                    "links": [
                        ["rel": "pg.info", "href": "/0.2/pg_mgr/plugins/acme-1/info"], ["rel": "srv.install", "href": "/0.2/pg_mgr/plugins/acme-1/install"],
                    ]
                ])
        let information: JSONValue = [
            "capabilities": [
                "Acme, One, 1.2.3": ["type": "deskphone", "protocol": "sip", "lines": 2, "function_keys": 8, "expansion_modules": 0],
                "Acme, Two, *": ["lines": 4],
            ],
            "description": "Acme phones", "version": "1.0.0",
        ]
        #expect(try await client.get("/0.2/pg_mgr/plugins/acme-1/info").json == ["plugin_info": information])
        #expect(try await client.get("/0.2/pg_mgr/install/installed").json == ["pkgs": ["acme-1": information]])
        #expect(try await client.get("/0.2/pg_mgr/install/installable").json == ["pkgs": [:]])
        _ = try await client.put("/0.2/configure/locale", ["param": ["value": "fr_CA"]])
        let french = try await client.get("/0.2/pg_mgr/plugins/acme-1/info").json["plugin_info"]?["description"]
        #expect(french == "Téléphones Acme")
    }

    @Test("A plugin that is not loaded is 404 whoever asks, and one that is asks for the token")
    func unknown() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        for path in ["", "/info"] {
            #expect(try await client.get("/0.2/pg_mgr/plugins/unknown" + path, headers: ["X-Auth-Token": "wrong"]).status == 404)
            #expect(try await client.get("/0.2/pg_mgr/plugins/acme-1" + path, headers: ["X-Auth-Token": "wrong"]).status == 401)
        }
        client.appliance.plugins.catalog = .empty
        #expect(try await client.get("/0.2/pg_mgr/plugins/acme-1/info").status == 404)
    }

    @Test("Without a place for them, nothing is installed, and that is said", arguments: ["install/install", "install/upgrade", "install/uninstall", "install/update", "reload"])
    func changes(action: String) async throws {
        let client = try await APIClient()
        let answer = try await client.post("/0.2/pg_mgr/\(action)", ["id": "acme-2"])
        #expect(answer.status == 503 && answer.text.contains("place"))
        #expect(try await client.post("/0.2/pg_mgr/\(action)", [:], headers: ["X-Auth-Token": "wrong"]).status == 401)
    }

    @Test("Links lead to what is there", arguments: ["/0.2", "/0.2/dev_mgr", "/0.2/cfg_mgr", "/0.2/pg_mgr", "/0.2/pg_mgr/install"])
    func links(path: String) async throws {
        let client = try await APIClient()
        let links = try #require(try await client.get(path).json["links"]?.array)
        #expect(!links.isEmpty)
        for link in links {
            let target = try #require(link["href"]?.string)
            #expect([200, 405].contains(try await client.get(target).status), "\(target)")
        }
    }

    @Test("The status is what clients wait for")
    func status() async throws {
        #expect(try await APIClient().get("/0.2/status").json == ["bus_consumer": ["status": "ok"], "rest_api": "ok"])
    }

    @Test("The description needs no token and names every route")
    func description() async throws {
        let client = try await APIClient()
        let answer = try await client.get("/0.2/api/api.yml", headers: ["X-Auth-Token": nil])
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/yaml")
        #expect(answer.json["swagger"] == "2.0")
        let paths = try #require(answer.json["paths"]?.object)
        #expect(paths["/"]?["get"] != nil)
        #expect(paths["/dev_mgr/devices/{device_id}"]?.object?.keys == ["get", "put", "delete"])
        for (path, item) in paths {
            for (method, operation) in try #require(item.object) {
                // Every parameter of the path is described, as OpenAPI asks.
                let described = operation["parameters"]?.array?.filter { $0["in"] == "path" }.count
                #expect(described == path.split(separator: "{").count - 1, "\(method) \(path)")
            }
        }
    }
}
