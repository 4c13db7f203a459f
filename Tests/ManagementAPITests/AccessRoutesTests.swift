// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Tenants, tokens and the audit log over /1.0")
struct AccessRoutesTests {
    @Test("A token is shown once, allows what it says, and is refused when it is revoked")
    func tokens() async throws {
        let client = try await APIClient()
        let made = try await client.post("/1.0/tokens", ["name": "pbx", "permissions": ["provd.lines.#"]])
        #expect(made.status == 201)
        let secret = try #require(made.json["token"]?.string), path = try #require(made.headers[.location])
        #expect(try await client.get("/1.0/lines", headers: ["X-Auth-Token": secret]).status == 200)
        #expect(try await client.get("/1.0/tokens", headers: ["X-Auth-Token": secret]).status == 403)
        for list in [path, "/1.0/tokens", "/1.0/audit"] {
            let text = try await client.get(list).text
            #expect(!text.contains(secret))
        }
        #expect(try await client.delete(path).status == 204)
        #expect(try await client.get("/1.0/lines", headers: ["X-Auth-Token": secret]).status == 401)
        #expect(try await client.get(path).status == 404)
    }

    @Test("Nobody makes a token that may more than his own, or for a tenant that is not his")
    func escalation() async throws {
        let api = try await TenantedAPI()
        let body: JSONValue = ["name": "x", "permissions": ["#"]]
        #expect(try await api.client.post("/1.0/tokens", body, headers: ["X-Auth-Token": api.otherToken]).status == 400)
        let foreign: JSONValue = ["name": "x", "permissions": ["provd.lines.read"], "tenant_uuid": .string(api.sub1)]
        #expect(try await api.client.post("/1.0/tokens", foreign, headers: ["X-Auth-Token": api.otherToken]).status == 400)
        #expect(try await api.client.post("/1.0/tokens", foreign).status == 201)
        #expect(try await api.get("/1.0/tokens", token: api.otherToken).json["tokens"]?.array?.count == 1)
        #expect(try await api.client.delete("/1.0/tokens/administrator", headers: ["X-Auth-Token": api.otherToken]).status == 404)
    }

    @Test("A token of a tenant below, whatever it allows, does nothing that concerns all tenants", arguments: [
        (.get, "/0.2/cfg_mgr/configs"), (.get, "/0.2/cfg_mgr/configs/base/raw"), (.put, "/0.2/cfg_mgr/configs/base"), (.get, "/1.0/configs"),
        (.patch, "/1.0/configs/base"), (.get, "/1.0/backups"), (.post, "/1.0/backups"), (.get, "/1.0/repositories"), (.post, "/1.0/repositories"),
        (.get, "/1.0/dhcp/site"), (.put, "/1.0/dhcp/site"), (.post, "/1.0/plugins"), (.delete, "/1.0/plugins/acme"), (.post, "/0.2/pg_mgr/reload"),
        (.post, "/0.2/pg_mgr/install/install"), (.put, "/0.2/configure/plugin_server"), (.put, "/0.2/configure/http_proxy"),
        (.post, "/0.2/dev_mgr/dhcpinfo"), (.post, "/1.0/sightings"), (.get, "/1.0/%63onfigs"),
    ] as [(HTTPRequest.Method, String)])
    func applianceWide(method: HTTPRequest.Method, path: String) async throws {
        let api = try await TenantedAPI()
        let isWazo = path.hasPrefix("/0.2")
        let type = isWazo ? "application/vnd.proformatique.provd+json" : "application/json"
        let scope = TenantScope(APIClient.tenant)
        let (_, everything) = try await TokenBook(api.client.appliance).issue(
            .init(name: "all", tenant: TenantID(api.sub1), permissions: ["#"], expires: nil), by: PermissionPatterns(["#"]), in: TenantScope(TenantID(api.sub1)))
        let (_, own) = try await TokenBook(api.client.appliance).issue(
            .init(name: "own", tenant: APIClient.tenant, permissions: ["#"], expires: nil), by: PermissionPatterns(["#"]), in: scope)
        func status(_ token: String) async throws -> Int {
            try await api.client.send(
                method, path, headers: ["Content-Type": type, "X-Auth-Token": token], bytes: method == .get ? [] : ([:] as JSONValue).serialized()
            ).status
        }
        #expect(try await status(everything) == (isWazo ? 401 : 403))
        // Whatever comes of it, the token of the appliance's own tenant is let in.
        #expect(try await ![401, 403].contains(status(own)))
    }

    @Test("A wrong token is refused with the member", arguments: [
        ([:], "name"), (["name": "x"], "permissions"), (["name": "x", "permissions": []], "permissions"),
        (["name": "x", "permissions": [1]], "permissions"), (["name": "", "permissions": ["#"]], "name"),
        (["name": "x", "permissions": ["#"], "expires": 1], "expires"), (["name": "x", "permissions": ["#"], "expires": "soon"], "expires"),
        (["name": "x", "permissions": ["#"], "tenant_uuid": "nobody"], "tenant_uuid"), (["name": "x", "permissions": ["#"], "scope": "#"], "scope"),
    ] as [(JSONValue, String)])
    func wrongTokens(body: JSONValue, field: String) async throws {
        let answer = try await APIClient().post("/1.0/tokens", body)
        #expect(answer.status == 400 && answer.json["field"] == .string(field))
    }

    @Test("Tenants are added, renamed, given policies and deleted")
    func tenants() async throws {
        let client = try await APIClient()
        let made = try await client.post("/1.0/tenants", ["name": "Paris", "file_access": "open"])
        #expect(made.status == 201 && made.json["file_access"] == "open")
        let path = try #require(made.headers[.location]), id = try #require(made.json["uuid"]?.string)
        #expect(try await client.get("/1.0/lines", headers: ["Wazo-Tenant": id]).status == 200)
        func patch(_ body: JSONValue, _ tag: String? = "*") async throws -> Answer {
            try await client.send(.patch, path, headers: ["Content-Type": "application/json", "If-Match": tag], bytes: body.serialized())
        }
        let renamed = try await patch(["name": "Paris XI", "file_access": nil], made.headers[.eTag])
        #expect(renamed.json["name"] == "Paris XI" && renamed.json["file_access"] == .null)
        #expect(try await patch(["name": "Lyon"], made.headers[.eTag]).status == 412)
        #expect(try await patch(["file_access": "everyone"]).status == 400)
        #expect(try await client.delete("/1.0/tenants/\(APIClient.tenant)").status == 409)
        #expect(try await client.delete(path).status == 204)
        #expect(try await client.get(path).status == 404)
    }

    @Test("The audit log says who changed what, for whom, to those who may know")
    func audit() async throws {
        let api = try await TenantedAPI()
        let line = try await api.client.post("/1.0/lines", ["number": "101", "display_name": "Alice", "password": "very-secret"])
        let id = try #require(line.json["id"]?.string)
        _ = try await api.client.send(
            .patch, "/1.0/lines/\(id)", headers: ["Content-Type": "application/json"], bytes: (["display_name": "Bob"] as JSONValue).serialized())
        let entries = try await api.get("/1.0/audit?subject=\(id)").json["entries"]?.array ?? []
        #expect(entries.map { $0["action"] } == ["changed", "created"])
        #expect(entries.first?["before"] == ["display_name": "Alice"] && entries.first?["after"] == ["display_name": "Bob"])
        #expect(entries.allSatisfy { $0["actor"] == "administrator" })
        let whole = try await api.get("/1.0/audit").text
        #expect(!whole.contains("very-secret"))
        #expect(try await api.get("/1.0/audit", token: api.otherToken).json["entries"] == [])
        let page = try await api.get("/1.0/audit?limit=1").json
        let next = try #require(page["next"]?.string)
        #expect(try await api.get("/1.0/audit?limit=1&cursor=\(next)").json["entries"] != page["entries"])
    }
}

@Suite("What an administrator sees of a device")
struct DeviceInsightTests {
    private func client() async throws -> APIClient {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        let config: JSONValue = [
            "config": [
                "id": "c", "parent_ids": ["base"],
                "raw_config": ["locale": "fr_FR", "admin_password": "hidden-admin", "sip_lines": ["1": ["username": "u", "password": "hidden-sip", "number": "1"]]],
            ]
        ]
        #expect(try await client.post("/0.2/cfg_mgr/configs", config).status == 201)
        try await client.addDevice([
            "id": "a", "mac": "00:11:22:33:44:55", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id), "config": "c",
        ])
        return client
    }

    @Test("The effective parameters name their documents, and show no secret")
    func config() async throws {
        let answer = try await client().get("/1.0/devices/a/config")
        #expect(answer.json["raw_config"]?["locale"] == "fr_FR" && answer.json["raw_config"]?["admin_password"] == "********")
        let provenance = answer.json["provenance"]
        #expect(provenance?["locale"] == "c" && provenance?["sip_lines.1.number"] == "c" && provenance?["http_port"] == "settings")
        #expect(!answer.text.contains("hidden"))
    }

    @Test("The files of a device are listed and shown without secrets")
    func files() async throws {
        let client = try await client()
        let files = try await client.get("/1.0/devices/a/files").json["files"]?.array ?? []
        #expect(files.map { $0["path"] } == ["/001122334455.cfg"] && files.first?["sensitive"] == true)
        let file = try await client.get("/1.0/devices/a/file?path=/001122334455.cfg")
        #expect(file.json["text"] == "line=1")
        #expect(try await client.get("/1.0/devices/a/file?path=/other").status == 404)
        #expect(try await client.get("/1.0/devices/a/file").status == 400)
    }

    @Test("Configs are shown without secrets, and changed by members")
    func configs() async throws {
        let client = try await client()
        let shown = try await client.get("/1.0/configs/c")
        #expect(shown.json["raw_config"]?["admin_password"] == "********")
        let tag = try #require(shown.headers[.eTag])
        let changed = try await client.send(
            .patch, "/1.0/configs/c", headers: ["Content-Type": "application/json", "If-Match": tag],
            bytes: (["raw_config": ["locale": "en_US"]] as JSONValue).serialized())
        #expect(changed.status == 200)
        let stored = try await client.store.config(ConfigID(stored: "c"))
        #expect(stored?.rawConfig["admin_password"] == "hidden-admin")
        #expect(try await client.delete("/1.0/configs/c", headers: ["If-Match": tag]).status == 412)
        #expect(try await client.delete("/1.0/configs/base").status == 403)
    }

    @Test("A sighting that an administrator brings makes a device, and is listed")
    func sightings() async throws {
        let client = try await client()
        let made = try await client.post("/1.0/sightings", ["mac": "00:11:22:33:44:66", "vendor": "Acme", "model": "One"])
        #expect(made.status == 201 && made.json["plugin"]?.string == AcmePlugin.id)
        let listed = try await client.get("/1.0/sightings?source=administrator").json["sightings"]?.array ?? []
        #expect(listed.count == 1 && listed.first?["mac"] == "00:11:22:33:44:66" && listed.first?["device"] == made.json["id"])
        let id = try #require(made.json["id"]?.string)
        let evidence = try await client.get("/1.0/devices/\(id)/evidence").json
        #expect(evidence["association"]?["plugin"]?.string == AcmePlugin.id && evidence["sightings"]?.array?.count == 1)
        for body in [[:], ["mac": "x"], ["mac": "00:11:22:33:44:66", "ip": "x"]] as [JSONValue] {
            #expect(try await client.post("/1.0/sightings", body).status == 400)
        }
    }
}
