// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import PhonePlugins
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

/// What wazo-provd's own integration suite asserts, one test for each of its groups: over a socket, with what its client sends.
@Suite("What clients of wazo-provd rely on")
struct ChecklistTests {
    /// A running API with the suite's seeds: tenants, tokens, and four configs.
    private struct Seeded {
        let main: WazoClient
        let sub1: WazoClient
        let sub2: WazoClient
        /// A token that may act for none of these tenants.
        let other: WazoClient
        /// A token that is none.
        let bad: WazoClient
        let sub1ID: String
        let client: APIClient
    }

    private typealias Body = @Sendable (Seeded) async throws -> Void

    private func run(_ body: @escaping Body) async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        let tenants = TenantBook(client.appliance)
        let first = try await tenants.create(.init(name: "SUB1"), below: APIClient.tenant)
        let second = try await tenants.create(.init(name: "SUB2"), below: APIClient.tenant)
        let elsewhere = try await tenants.create(.init(name: "elsewhere"), below: APIClient.tenant)
        let (_, other) = try await TokenBook(client.appliance).issue(
            .init(name: "other", tenant: elsewhere.id, permissions: ["#"], expires: nil), by: PermissionPatterns(["#"]),
            in: TenantScope(elsewhere.id))
        try await RunningAPI.serve(client) { port in
            let main = WazoClient(port: port)
            let autoprov: JSONObject = [
                "id": "autoprov", "parent_ids": ["base", "defaultconfigdevice"], "deletable": false, "X_type": "internal", "role": "autocreate",
                "raw_config": ["ip": "127.0.0.1", "http_port": 8667, "sip_lines": ["1": ["username": "anonymous", "password": "autoprov"]]],
            ]
            let seeded = try await main.put("/cfg_mgr/configs/autoprov", ["config": .object(autoprov)])
            #expect(seeded.status == 204)
            try await body(
                Seeded(
                    main: main, sub1: main.with(tenant: first.id.description), sub2: main.with(tenant: second.id.description),
                    other: main.with(token: other), bad: main.with(token: "invalid-token"), sub1ID: first.id.description, client: client))
        }
    }

    @Test("status, documentation, authentication")
    func status() async throws {
        try await run { (api: Seeded) async throws -> Void in
            let status = try await api.main.get("/status")
            #expect(status.json == ["bus_consumer": ["status": "ok"], "rest_api": "ok"])
            let description = try await api.main.with(token: "").get("/api/api.yml")
            #expect(description.status == 200 && description.json["swagger"] == "2.0")
            for client in [api.bad, api.main.with(token: "")] { #expect(try await client.get("/status").status == 401) }
        }
    }

    @Test("params")
    func parameters() async throws {
        try await run { (api: Seeded) async throws -> Void in
            #expect(try await api.main.get("/configure/locale").json["param"]?["value"] != nil)
            #expect(try await api.main.get("/configure").json["params"]?.array?.isEmpty == false)
            #expect(try await api.main.get("/configure/invalid").status == 404)
            for value in ["x", nil] as [JSONValue] {
                #expect(try await api.main.put("/configure/invalid", ["param": ["value": value]]).status == 404)
            }
            for path in ["/configure/locale", "/configure"] { #expect(try await api.bad.get(path).status == 401) }
            func set(_ name: String, _ value: JSONValue, _ client: WazoClient) async throws -> Int {
                try await client.put("/configure/\(name)", ["param": ["value": value]]).status
            }
            #expect(try await set("locale", "en_US", api.main) == 204)
            #expect(try await set("locale", "fr_FR", api.bad) == 401)
            #expect(try await api.main.get("/configure/locale").json["param"]?["value"] == "en_US")
            #expect(try await set("locale", "fr_FR", api.main) == 204)
            #expect(try await set("locale", nil, api.main) == 204)
            #expect(try await set("locale", nil, api.bad) == 401)

            #expect(try await set("provisioning_key", "this-is-a-key", api.main) == 204)
            #expect(try await api.main.get("/configure/provisioning_key").json == ["param": ["value": "this-is-a-key"]])
            #expect(try await set("provisioning_key", "this-is-a-key", api.main) == 204)
            #expect(try await set("provisioning_key", "this-is-a-key", api.sub2) == 400)
            #expect(try await set("provisioning_key", "other-key-here", api.main.with(tenant: "00000000-0000-4000-8000-000000000000")) == 401)
            let unset = try await api.sub1.get("/configure/provisioning_key")
            #expect(unset.status == 200 && unset.json == ["param": ["value": nil]])
            for wrong in ["secret7", String(repeating: "a", count: 257), "with%percent"] {
                #expect(try await set("provisioning_key", .string(wrong), api.main) == 400)
            }
            for client in [api.main, api.main, api.sub2] { #expect(try await set("provisioning_key", nil, client) == 204) }
            #expect(try await api.main.get("/configure/provisioning_key").json == ["param": ["value": nil]])
        }
    }

    @Test("configs: list, get, raw")
    func configs() async throws {
        try await run { (api: Seeded) async throws -> Void in
            let listed = try await api.main.get("/cfg_mgr/configs")
            #expect(listed.json["configs"]?.array?.isEmpty == false)
            #expect(try await api.main.get("/cfg_mgr/configs/autoprov").json["config"]?["id"] == "autoprov")
            #expect(try await api.main.get("/cfg_mgr/configs/autoprov/raw").json["raw_config"]?["ip"] == "127.0.0.1")
            for path in ["invalid-id", "invalid-id/raw"] {
                #expect(try await api.main.get("/cfg_mgr/configs/\(path)").status == 404)
                #expect(try await api.bad.get("/cfg_mgr/configs/\(path)").status == 401)
            }
            for path in ["", "/autoprov", "/autoprov/raw"] { #expect(try await api.bad.get("/cfg_mgr/configs\(path)").status == 401) }
        }
    }

    @Test("configs: create, update, delete, autocreate")
    func configChanges() async throws {
        try await run { (api: Seeded) async throws -> Void in
            var document: JSONObject = [
                "id": "test1", "deletable": true, "parent_ids": ["base"], "X_type": "internal",
                "raw_config": ["ntp_enabled": true, "ntp_ip": "127.0.0.1", "sip_lines": .object(JSONObject((0..<1_024).map { (String($0), ["username": "user", "display_name": "A fairly long display name", "password": "a-password"]) }))],
            ]
            let made = try await api.main.post("/cfg_mgr/configs", ["config": .object(document)])
            #expect(made.status == 201 && made.json == ["id": "test1"] && made.headers["location"] == "/0.2/cfg_mgr/configs/test1")
            #expect(try await api.bad.post("/cfg_mgr/configs", ["config": .object(document)]).status == 401)
            #expect(try await api.main.post("/cfg_mgr/configs", ["config": ["id": "test2", "raw_config": [:]]]).status == 400)
            document["raw_config"] = ["ntp_enabled": true, "ntp_ip": "127.0.0.2"]
            #expect(try await api.bad.put("/cfg_mgr/configs/test1", ["config": .object(document)]).status == 401)
            #expect(try await api.main.put("/cfg_mgr/configs/test1", ["config": .object(document)]).status == 204)
            #expect(try await api.main.get("/cfg_mgr/configs/test1").json["config"]?["raw_config"]?["ntp_ip"] == "127.0.0.2")
            #expect(try await api.main.put("/cfg_mgr/configs/None", ["config": ["id": nil, "parent_ids": [], "raw_config": [:]]]).status == 404)
            document["deletable"] = false
            #expect(try await api.main.put("/cfg_mgr/configs/test1", ["config": .object(document)]).status == 204)
            #expect(try await api.main.delete("/cfg_mgr/configs/test1").status == 403)
            document["deletable"] = true
            #expect(try await api.main.put("/cfg_mgr/configs/test1", ["config": .object(document)]).status == 204)
            #expect(try await api.bad.delete("/cfg_mgr/configs/test1").status == 401)
            #expect(try await api.main.delete("/cfg_mgr/configs/test1").status == 204)
            #expect(try await api.main.delete("/cfg_mgr/configs/test1").status == 404)
            #expect(try await api.bad.delete("/cfg_mgr/configs/test1").status == 401)
            let auto = try await api.main.post("/cfg_mgr/autocreate", [:])
            let id = try #require(auto.json["id"]?.string)
            #expect(auto.status == 201 && id.hasPrefix("autoprov"))
            #expect(try await api.main.get("/cfg_mgr/configs/\(id)").status == 200)
            #expect(try await api.bad.post("/cfg_mgr/autocreate", [:]).status == 401)
        }
    }

    private static let device: JSONObject = ["id": "testdevice1", "ip": "10.0.0.1", "mac": "00:11:22:33:44:55", "options": ["switchboard": false], "plugin": nil]

    @Test("devices: list, add, get")
    func devices() async throws {
        try await run { (api: Seeded) async throws -> Void in
            let made = try await api.main.post("/dev_mgr/devices", ["device": .object(Self.device)])
            #expect(made.status == 201 && made.json == ["id": "testdevice1"] && made.headers["location"] == "/0.2/dev_mgr/devices/testdevice1")
            #expect(try await api.main.post("/dev_mgr/devices", ["device": ["id": "noip", "plugin": nil]]).status == 201)
            let listed = try await api.main.get("/dev_mgr/devices?q=%7B%7D&sort=ip&sort_ord=ASC&reverse=True&recurse=True")
            #expect(listed.status == 200 && listed.json["devices"]?.array?.count == 2)
            let device = try await api.main.get("/dev_mgr/devices/testdevice1").json["device"]
            #expect(device?["id"] == "testdevice1" && device?["is_new"] == true)
            for (name, value) in [("ip", "10.0.1.xx"), ("id", "*&!\"/ ")] {
                var wrong = Self.device
                wrong["id"] = "wrong"
                wrong[name] = .string(value)
                #expect(try await api.main.post("/dev_mgr/devices", ["device": .object(wrong)]).status == 400)
                #expect(try await api.bad.post("/dev_mgr/devices", ["device": .object(wrong)]).status == 401)
            }
            #expect(try await api.main.get("/dev_mgr/devices/invalid_id").status == 404)
            for id in ["testdevice1", "invalid_id"] { #expect(try await api.bad.get("/dev_mgr/devices/\(id)").status == 401) }
            let foreign: JSONObject = ["id": "modified", "tenant_uuid": .string(api.sub1ID), "is_new": false]
            #expect(try await api.main.post("/dev_mgr/devices", ["device": .object(foreign)]).status == 201)
            let kept = try await api.main.get("/dev_mgr/devices/modified").json["device"]
            #expect(kept?["tenant_uuid"]?.string == APIClient.tenant.description && kept?["is_new"] == true)
        }
    }

    @Test("devices: update, and the tenants of devices")
    func deviceTenants() async throws {
        try await run { (api: Seeded) async throws -> Void in
            var document = Self.device
            #expect(try await api.main.post("/dev_mgr/devices", ["device": .object(document)]).status == 201)
            document["ip"] = "5.6.7.8"
            #expect(try await api.main.put("/dev_mgr/devices/testdevice1", ["device": .object(document)]).status == 204)
            let updated = try await api.main.get("/dev_mgr/devices/testdevice1").json["device"]
            #expect(updated?["ip"] == "5.6.7.8" && updated?["is_new"] == true)
            #expect(try await api.main.put("/dev_mgr/devices/invalid_id", ["device": .object(document)]).status == 404)
            var wrong = document
            wrong["mac"] = "00:11:22:33:44:55:66"
            #expect(try await api.main.put("/dev_mgr/devices/testdevice1", ["device": .object(wrong)]).status == 500)
            #expect(try await api.bad.put("/dev_mgr/devices/testdevice1", ["device": .object(document)]).status == 401)
            #expect(try await api.other.with(tenant: api.sub1ID).put("/dev_mgr/devices/testdevice1", ["device": .object(document)]).status == 401)

            #expect(try await api.sub1.put("/dev_mgr/devices/testdevice1", ["device": .object(document)]).status == 204)
            let claimed = try await api.main.get("/dev_mgr/devices/testdevice1").json["device"]?.object ?? [:]
            #expect(claimed["tenant_uuid"]?.string == api.sub1ID && claimed["is_new"] == false)
            #expect(try await api.main.put("/dev_mgr/devices/testdevice1", ["device": .object(claimed)]).status == 204)
            #expect(try await api.main.get("/dev_mgr/devices/testdevice1").json["device"]?["tenant_uuid"]?.string == api.sub1ID)
            #expect(try await api.sub2.put("/dev_mgr/devices/testdevice1", ["device": .object(claimed)]).status == 404)

            #expect(try await api.sub1.post("/dev_mgr/devices", ["device": ["id": "sub"]]).status == 201)
            let sub = try await api.sub1.get("/dev_mgr/devices/sub").json["device"]
            #expect(sub?["tenant_uuid"]?.string == api.sub1ID && sub?["is_new"] == false)
            #expect(try await api.other.with(tenant: api.sub1ID).post("/dev_mgr/devices", ["device": ["id": "x"]]).status == 401)
            #expect(try await api.main.post("/dev_mgr/devices", ["device": ["id": "main"]]).status == 201)
            #expect(try await api.main.get("/dev_mgr/devices/sub").status == 200)
            #expect(try await api.sub1.get("/dev_mgr/devices/main").status == 404)
        }
    }

    @Test("devices: delete")
    func deviceDeletion() async throws {
        try await run { (api: Seeded) async throws -> Void in
            let made = try await api.main.post("/dev_mgr/devices", ["device": ["id": "main"]])
            #expect(made.status == 201)
            #expect(try await api.sub1.post("/dev_mgr/devices", ["device": ["id": "sub"]]).status == 201)
            #expect(try await api.bad.delete("/dev_mgr/devices/main").status == 401)
            #expect(try await api.sub1.delete("/dev_mgr/devices/main").status == 404)
            #expect(try await api.main.get("/dev_mgr/devices/main").status == 200)
            for id in ["sub", "main"] {
                #expect(try await api.main.delete("/dev_mgr/devices/\(id)").status == 204)
                #expect(try await api.main.get("/dev_mgr/devices/\(id)").status == 404)
            }
            #expect(try await api.main.delete("/dev_mgr/devices/invalid_id").status == 404)
            #expect(try await api.bad.delete("/dev_mgr/devices/invalid_id").status == 401)
        }
    }

    @Test("devices: synchronize and reconfigure")
    func deviceActions() async throws {
        try await run { (api: Seeded) async throws -> Void in
            let ready: JSONObject = [
                "id": "ready", "mac": "00:11:22:33:44:66", "ip": "10.0.0.2", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id), "config": "autoprov",
            ]
            #expect(try await api.main.post("/dev_mgr/devices", ["device": .object(ready)]).status == 201)
            #expect(try await api.sub1.post("/dev_mgr/devices", ["device": ["id": "sub"]]).status == 201)
            func post(_ action: String, _ id: String, _ client: WazoClient) async throws -> Int {
                try await client.post("/dev_mgr/\(action)", ["id": .string(id)]).status
            }
            let begun = try await api.main.post("/dev_mgr/synchronize", ["id": "ready"])
            #expect(begun.status == 201 && begun.body.isEmpty)
            let place = try #require(begun.headers["location"])
            #expect(place.hasPrefix("/0.2/dev_mgr/synchronize/"))
            // The suite has no phone, and takes for success that one was told; here one does what it is told.
            try await api.client.arrive("ready")
            #expect(try await api.main.end(of: begun, below: "dev_mgr") == "success")
            #expect(try await post("synchronize", "sub", api.main) == 201)
            #expect(try await post("synchronize", "ready", api.sub1) == 404)
            #expect(try await post("synchronize", "sub", api.sub2) == 404)
            #expect(try await post("synchronize", "sub", api.other.with(tenant: api.sub1ID)) == 401)
            for id in ["ready", "invalid_id"] {
                #expect(try await post("synchronize", id, api.bad) == 401)
                #expect(try await post("reconfigure", id, api.bad) == 401)
            }
            #expect(try await post("reconfigure", "ready", api.main) == 204)
            #expect(try await post("reconfigure", "sub", api.main) == 204)
            #expect(try await post("reconfigure", "invalid_id", api.main) == 400)
            #expect(try await post("reconfigure", "ready", api.sub1) == 400)
        }
    }

    @Test("devices: leases")
    func leases() async throws {
        try await run { (api: Seeded) async throws -> Void in
            // A phone is taken in by what it says of itself; the client is answered when it is.
            let option = "060" + "Acme-One".utf8.map { String($0, radix: 16) }.joined(separator: ".")
            for (index, options) in ([[], [.string(option)]] as [[JSONValue]]).enumerated() {
                let lease: JSONValue = ["dhcp_info": ["op": "commit", "ip": "10.10.0.1", "mac": "ab:bc:cd:de:ff:01", "options": .array(options)]]
                #expect(try await api.main.post("/dev_mgr/dhcpinfo", lease).status == 204)
                #expect(try await api.bad.post("/dev_mgr/dhcpinfo", lease).status == 401)
                let known = try await api.main.get("/dev_mgr/devices?q=%7B%22mac%22%3A+%22ab%3Abc%3Acd%3Ade%3Aff%3A01%22%7D").json["devices"]?.array ?? []
                #expect(known.count == 1 && known.first?["ip"] == "10.10.0.1", "after report \(index)")
            }
            let listed = try await api.main.get("/dev_mgr/devices?q=%7B%22mac%22%3A+%22ab%3Abc%3Acd%3Ade%3Aff%3A01%22%7D")
            let devices = listed.json["devices"]?.array ?? []
            #expect(devices.count == 1 && devices.first?["ip"] == "10.10.0.1")
            #expect(devices.first?["tenant_uuid"]?.string == APIClient.tenant.description)
            let short: JSONValue = ["dhcp_info": ["op": "commit", "ip": "10.10.0.1", "mac": "ab:bc:cd:de:ff:01"]]
            #expect(try await api.main.post("/dev_mgr/dhcpinfo", short).status == 400)
        }
    }

    @Test("devices of a tenant that is deleted")
    func deletedTenant() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("a")
        _ = try await api.addDevice("b", tenant: api.sub1)
        #expect(try await api.client.delete("/1.0/tenants/\(api.sub1)").status == 204)
        #expect(try await api.get("/0.2/dev_mgr/devices/b").status == 404)
        #expect(try await api.get("/0.2/dev_mgr/devices/a").status == 200)
    }

    @Test("5,000 devices are listed in one answer")
    func manyDevices() async throws {
        let client = try await APIClient()
        try await client.store.transaction { transaction in
            for number in 0..<5_000 {
                var device = Device(id: DeviceID(stored: "d\(number)"), document: ["vendor": "Acme"])
                device.tenant = APIClient.tenant
                try transaction.save(device)
            }
        }
        try await RunningAPI.serve(client) { port in
            let answer = try await WazoClient(port: port).get("/dev_mgr/devices")
            #expect(answer.status == 200 && answer.json["devices"]?.array?.count == 5_000)
        }
    }
}
