// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

/// An API with the tenants of the contract: two below the appliance's own, and a token that may act for one of them only.
struct TenantedAPI {
    let client: APIClient
    let sub1: String
    let sub2: String
    /// A token of the second tenant.
    let otherToken: String

    init(plugins: PluginCatalog = .empty, notifier: FakeNotifier = FakeNotifier()) async throws {
        client = try await APIClient(plugins: plugins, notifier: notifier)
        let book = TenantBook(client.appliance)
        let first = try await book.create(.init(name: "one"), below: APIClient.tenant)
        let second = try await book.create(.init(name: "two"), below: APIClient.tenant)
        sub1 = first.id.description
        sub2 = second.id.description
        (_, otherToken) = try await TokenBook(client.appliance).issue(
            .init(name: "other", tenant: second.id, permissions: ["provd.#"], expires: nil), by: PermissionPatterns(["#"]),
            in: TenantScope(second.id))
    }

    func addDevice(_ id: String, tenant: String? = nil) async throws -> Answer {
        try await client.post("/0.2/dev_mgr/devices", ["device": ["id": .string(id)]], headers: ["Wazo-Tenant": tenant])
    }

    func put(_ id: String, _ document: JSONObject, tenant: String? = nil, token: String = APIClient.token) async throws -> Int {
        try await client.put(
            "/0.2/dev_mgr/devices/\(id)", ["device": .object(document)], headers: ["Wazo-Tenant": tenant, "X-Auth-Token": token]
        ).status
    }

    func get(_ path: String, tenant: String? = nil, token: String = APIClient.token) async throws -> Answer {
        try await client.get(path, headers: ["Wazo-Tenant": tenant, "X-Auth-Token": token])
    }

    func ids(_ query: String = "", tenant: String? = nil) async throws -> [String?] {
        let answer = try await get("/0.2/dev_mgr/devices\(query)", tenant: tenant)
        return answer.json["devices"]?.array?.map { $0["id"]?.string } ?? []
    }
}

@Suite("Tenants under /0.2")
struct TenantTests {
    @Test("A device is the tenant's for which it is added, and new only in the appliance's own")
    func create() async throws {
        let api = try await TenantedAPI()
        #expect(try await api.addDevice("a").status == 201)
        #expect(try await api.addDevice("b", tenant: api.sub1).status == 201)
        let a = try await api.get("/0.2/dev_mgr/devices/a").json["device"], b = try await api.get("/0.2/dev_mgr/devices/b").json["device"]
        #expect(a?["is_new"] == true && a?["tenant_uuid"]?.string == APIClient.tenant.description)
        #expect(b?["is_new"] == false && b?["tenant_uuid"]?.string == api.sub1)
    }

    @Test("A tenant sees its own and what is below it, and nothing else")
    func visibility() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("a")
        _ = try await api.addDevice("b", tenant: api.sub1)
        #expect(try await api.get("/0.2/dev_mgr/devices/b").status == 200)
        #expect(try await api.get("/0.2/dev_mgr/devices/a", tenant: api.sub1).status == 404)
        #expect(try await api.get("/0.2/dev_mgr/devices/b", tenant: api.sub2).status == 404)
        #expect(try await api.ids() == ["a"])
        for recurse in ["true", "True"] { #expect(try await api.ids("?recurse=\(recurse)") == ["a", "b"]) }
        #expect(try await api.ids("?recurse=1") == ["a"])
        #expect(try await api.ids(tenant: api.sub1) == ["b"])
        #expect(try await api.ids("?recurse=true", tenant: api.sub1) == ["b"])
        // The selector cannot ask for another tenant's.
        let selector = #"?q={"tenant_uuid":"\#(APIClient.tenant)"}"#.replacing("{", with: "%7B").replacing("}", with: "%7D").replacing("\"", with: "%22")
        #expect(try await api.ids(selector, tenant: api.sub1) == ["b"])
    }

    @Test("A token acts for its tenant and those below it: all else is 401")
    func otherToken() async throws {
        let api = try await TenantedAPI()
        for tenant in [api.sub1, APIClient.tenant.description, "nobody"] {
            #expect(try await api.get("/0.2/status", tenant: tenant, token: api.otherToken).status == 401)
        }
        #expect(try await api.get("/0.2/status", token: api.otherToken).status == 200)
        #expect(try await api.put("a", [:], tenant: api.sub1, token: api.otherToken) == 401)
    }

    @Test("A new device becomes the tenant's that writes it")
    func claim() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("a")
        #expect(try await api.put("a", ["ip": "10.0.0.1"]) == 204)
        #expect(try await api.get("/0.2/dev_mgr/devices/a").json["device"]?["is_new"] == true)
        #expect(try await api.put("a", ["ip": "10.0.0.2", "tenant_uuid": .string(APIClient.tenant.description)], tenant: api.sub1) == 204)
        let device = try await api.get("/0.2/dev_mgr/devices/a").json["device"]
        #expect(device?["tenant_uuid"]?.string == api.sub1 && device?["is_new"] == false && device?["ip"] == "10.0.0.2")
    }

    @Test("A tenant above writes a device without moving it; a tenant beside finds none")
    func noMove() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("b", tenant: api.sub1)
        #expect(try await api.put("b", ["vendor": "Acme", "tenant_uuid": .string(api.sub2)]) == 204)
        let device = try await api.get("/0.2/dev_mgr/devices/b").json["device"]
        #expect(device?["tenant_uuid"]?.string == api.sub1 && device?["vendor"] == "Acme")
        #expect(try await api.put("b", [:], tenant: api.sub2) == 404)
    }

    @Test("Deleting, synchronising and reconfiguring follow the same rule; reconfigure says 400")
    func actions() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("a")
        _ = try await api.addDevice("b", tenant: api.sub1)
        func post(_ action: String, _ id: String, _ tenant: String?) async throws -> Int {
            try await api.client.post("/0.2/dev_mgr/\(action)", ["id": .string(id)], headers: ["Wazo-Tenant": tenant]).status
        }
        #expect(try await post("synchronize", "b", nil) == 201)
        #expect(try await post("synchronize", "a", api.sub1) == 404)
        #expect(try await post("synchronize", "b", api.sub2) == 404)
        #expect(try await post("reconfigure", "b", nil) == 204)
        #expect(try await post("reconfigure", "a", api.sub1) == 400)
        #expect(try await api.client.delete("/0.2/dev_mgr/devices/a", headers: ["Wazo-Tenant": api.sub1]).status == 404)
        #expect(try await api.client.delete("/0.2/dev_mgr/devices/b").status == 204)
        #expect(try await api.ids("?recurse=true") == ["a"])
    }

    @Test("A token allows what its patterns allow; under /0.2 all else is 401, under /1.0 it is 403")
    func permissions() async throws {
        let api = try await TenantedAPI()
        let (_, token) = try await TokenBook(api.client.appliance).issue(
            .init(name: "reader", tenant: APIClient.tenant, permissions: ["provd.dev_mgr.devices.read", "provd.dev_mgr.devices.*.read", "provd.configure.*.locale.read"], expires: nil),
            by: PermissionPatterns(["#"]), in: TenantScope(APIClient.tenant))
        _ = try await api.addDevice("a.b")
        #expect(try await api.get("/0.2/dev_mgr/devices", token: token).status == 200)
        #expect(try await api.get("/0.2/dev_mgr/devices/a.b", token: token).status == 200)
        #expect(try await api.get("/0.2/configure/locale", token: token).status == 200)
        #expect(try await api.get("/0.2/configure/NAT", token: token).status == 401)
        #expect(try await api.put("a.b", [:], token: token) == 401)
        #expect(try await api.client.send(.head, "/0.2/status", headers: ["X-Auth-Token": token]).status == 401)
        #expect(try await api.get("/1.0/lines", token: token).status == 403)
    }

    @Test("Each tenant has its own provisioning key")
    func provisioningKeys() async throws {
        let api = try await TenantedAPI()
        func put(_ key: String?, _ tenant: String?) async throws -> Int {
            try await api.client.put(
                "/0.2/configure/provisioning_key", ["param": ["value": key.map(JSONValue.string) ?? .null]], headers: ["Wazo-Tenant": tenant]
            ).status
        }
        func get(_ tenant: String?) async throws -> JSONValue? {
            try await api.get("/0.2/configure/provisioning_key", tenant: tenant).json["param"]?["value"]
        }
        #expect(try await put("this-is-a-key", nil) == 204)
        #expect(try await get(nil) == "this-is-a-key")
        #expect(try await get(api.sub1) == .null)
        #expect(try await put("this-is-a-key", nil) == 204)
        #expect(try await put("this-is-a-key", api.sub2) == 400)
        #expect(try await put("this-is-another", api.sub2) == 204)
        #expect(try await put(nil, api.sub2) == 204)
        #expect(try await put(nil, api.sub2) == 204)
        #expect(try await put("this-is-another", api.sub1) == 204)
        #expect(try await put("this-is-a-key", "nobody") == 401)
    }
}
