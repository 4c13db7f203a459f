// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("How far a tenant reaches")
struct TenantReachTests {
    /// An API with a device of the second tenant that synchronises at its address, and somebody who runs operations.
    private func running(_ body: (TenantedAPI) async throws -> Void) async throws {
        let api = try await TenantedAPI(plugins: AcmePlugin.catalog(), notifier: FakeNotifier(knowsAccounts: false))
        let operations = Task { await api.client.operations.run() }
        defer { operations.cancel() }
        try await body(api)
    }

    private func synchronise(_ id: String, _ api: TenantedAPI) async throws -> JSONValue {
        let begun = try await api.client.post("/1.0/devices/\(id)/synchronize", [:], headers: ["X-Auth-Token": api.otherToken])
        let path = try #require(begun.headers[.location])
        while true {
            let operation = try await api.get(path, token: api.otherToken).json
            if operation["state"] != "waiting", operation["state"] != "progress" || !api.client.notifier.told.isEmpty { return operation }
            await Task.yield()
        }
    }

    /// Waits until a device is told at an address.
    private func tells(_ address: String, _ id: String, _ api: TenantedAPI) async throws {
        _ = try await synchronise(id, api)
        let target = NotifyTarget.address(try #require(IPAddress(address)))
        while !api.client.notifier.told.contains(target) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("provd sends nothing to an address that only a tenant's client wrote", arguments: ["127.0.0.1", "169.254.169.254", "192.0.2.1", "::1"])
    func claimed(address: String) async throws {
        try await running { api in
            let document: JSONObject = ["id": "d", "plugin": "acme-1", "ip": .string(address)]
            let made = try await api.client.post("/1.0/devices", .object(document), headers: ["X-Auth-Token": api.otherToken])
            #expect(made.status == 201 && made.json["ip"] == .string(address) && made.json["ip_claimed"] == true)
            let refused = try await synchronise("d", api)
            #expect(refused["state"] == "fail" && refused["reason"]?.string?.contains(address) == true, "\(refused.text())")
            // Nor by writing it later, or under /0.2, or by saying that it is not so.
            _ = try await api.client.send(
                .patch, "/1.0/devices/d", headers: ["X-Auth-Token": api.otherToken, "Content-Type": "application/json"], bytes: Array(#"{"ip": null}"#.utf8))
            #expect(try await api.put("d", ["plugin": "acme-1", "ip": .string(address), "ip_claimed": false], token: api.otherToken) == 204)
            #expect(try await synchronise("d", api)["state"] == "fail")
            #expect(
                try await api.client.send(
                    .patch, "/1.0/devices/d", headers: ["X-Auth-Token": api.otherToken, "Content-Type": "application/json"],
                    bytes: Array(#"{"ip_claimed": false}"#.utf8)
                ).status == 400)
            #expect(api.client.notifier.told.isEmpty)
        }
    }

    @Test("An address counts when the phone was seen there, or an administrator of the appliance wrote it")
    func known() async throws {
        try await running { api in
            let mac = "00:11:22:33:44:55"
            let document: JSONObject = ["id": "d", "mac": .string(mac), "plugin": "acme-1", "vendor": "Acme", "ip": "192.0.2.50"]
            #expect(try await api.client.post("/1.0/devices", .object(document), headers: ["X-Auth-Token": api.otherToken]).status == 201)
            _ = try await DeviceRegistry(api.client.appliance, tenant: APIClient.tenant).sight(
                Sighting(source: .http, trust: .claimed, identity: .init(mac: MACAddress(mac), vendor: "Acme"), ip: IPAddress("192.0.2.50")))
            #expect(try await api.get("/1.0/devices/d", token: api.otherToken).json["ip_claimed"] == nil)
            try await tells("192.0.2.50", "d", api)
            // The tenant can write the rest of the document, with the address as it was seen.
            #expect(try await api.put("d", ["mac": .string(mac), "plugin": "acme-1", "ip": "192.0.2.50", "description": "x"], token: api.otherToken) == 204)
            #expect(try await api.get("/1.0/devices/d", token: api.otherToken).json["ip_claimed"] == nil)
        }
        try await running { api in
            #expect(try await api.client.post("/1.0/devices", ["id": "e", "plugin": "acme-1", "ip": "192.0.2.51"], headers: ["Wazo-Tenant": api.sub2]).status == 201)
            try await tells("192.0.2.51", "e", api)
        }
    }

    @Test("A device document cannot name the account of another tenant's phone to have that told")
    func account() async throws {
        let api = try await TenantedAPI(plugins: AcmePlugin.catalog())
        let operations = Task { await api.client.operations.run() }
        defer { operations.cancel() }
        #expect(try await api.client.post("/1.0/lines", ["number": "101", "display_name": "Alice", "username": "alice"]).status == 201)
        let document: JSONObject = ["id": "d", "plugin": "acme-1", "remote_state_sip_username": "alice"]
        #expect(try await api.client.post("/1.0/devices", .object(document), headers: ["X-Auth-Token": api.otherToken]).status == 201)
        #expect(try await synchronise("d", api)["state"] == "fail")
        #expect(api.client.notifier.told.isEmpty)
    }

    @Test("A tenant sees and stops the operations of its own devices, and no others")
    func operations() async throws {
        let api = try await TenantedAPI(plugins: AcmePlugin.catalog())
        // Nobody runs them: they wait.
        _ = try await api.addDevice("mine", tenant: api.sub2)
        _ = try await api.addDevice("foreign", tenant: api.sub1)
        func begin(_ id: String, _ tenant: String) async throws -> Int {
            let begun = try await api.client.post("/1.0/devices/\(id)/synchronize", [:], headers: ["Wazo-Tenant": tenant])
            return try #require(begun.json["id"]?.int)
        }
        let mine = try await begin("mine", api.sub2), foreign = try await begin("foreign", api.sub1)
        let install = await api.client.operations.begin("plugin-install", of: "acme-1", OperationPart()) { _ in }
        #expect(try await api.get("/1.0/operations", token: api.otherToken).json["operations"]?.array?.map { $0["id"]?.int } == [mine])
        #expect(try await api.get("/1.0/operations").json["operations"]?.array?.count == 3)
        for (id, status) in [(mine, 200), (foreign, 404), (install.id, 404)] {
            #expect(try await api.get("/1.0/operations/\(id)", token: api.otherToken).status == status)
            #expect(try await api.get("/1.0/operations/\(id)").status == 200)
            let cancelled = try await api.client.post("/1.0/operations/\(id)/cancel", [:], headers: ["X-Auth-Token": api.otherToken])
            #expect(cancelled.status == (status == 200 ? 204 : 404))
            #expect(try await api.get("/0.2/dev_mgr/synchronize/\(id)", token: api.otherToken).status == status)
            let forgotten = try await api.client.delete("/0.2/dev_mgr/synchronize/\(id)", headers: ["X-Auth-Token": api.otherToken])
            #expect(forgotten.status == (status == 200 ? 204 : 404))
        }
        #expect(try await api.get("/1.0/operations").json["operations"]?.array?.map { $0["id"]?.int } == [foreign, install.id])
    }

    @Test("A tenant sets its own provisioning key, and sees no other's")
    func key() async throws {
        let api = try await TenantedAPI()
        func set(_ key: String, _ token: String) async throws -> Int {
            try await api.client.put("/1.0/parameters/provisioning_key", ["value": .string(key)], headers: ["X-Auth-Token": token]).status
        }
        #expect(try await set("appliance-key", APIClient.token) < 300)
        #expect(try await set("appliance-key", api.otherToken) == 400)
        #expect(try await set("tenant-two-key", api.otherToken) < 300)
    }
}
