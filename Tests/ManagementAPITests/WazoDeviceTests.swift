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

@Suite("Devices under /0.2")
struct WazoDeviceTests {
    @Test("A device comes back as it was sent, with the members that are the server's")
    func create() async throws {
        let client = try await APIClient()
        let sent: JSONObject = [
            "id": "a1", "mac": "00:11:22:33:44:55", "ip": "10.0.0.9", "vendor": 5, "plugin": nil, "X_note": ["kept": true],
            "tenant_uuid": "someone-elses", "is_new": false, "configured": true,
        ]
        #expect(try await client.addDevice(sent).status == 201)
        let device = try #require(try await client.device("a1"))
        #expect(device["vendor"] == 5 && device["plugin"] == JSONValue.null && device["X_note"] == ["kept": true])
        #expect(device["tenant_uuid"] == .string(APIClient.tenant.description))
        #expect(device["is_new"] == true && device["configured"] == false)
    }

    @Test("A wrong device is refused with a reason, and leaves nothing", arguments: [
        (["id": "a/b"], "id"), (["id": "*&!\"/ "], "id"), (["id": "../configs/x"], "id"), (["id": ""], "id"), (["id": "é"], "id"),
        (["id": 5], "id"), (["ip": "10.0.1.xx"], "ip"), (["mac": ""], "mac"), (["mac": "00:11:22:33:44"], "mac"),
        (["mac": "00:11:22:AA:BB:CC"], "mac"), (["vendor": ["x"]], "vendor"), (["options": "x"], "options"), (["sn": [1]], "sn"),
    ] as [(JSONObject, String)])
    func createErrors(document: JSONObject, field: String) async throws {
        let client = try await APIClient()
        let answer = try await client.addDevice(document)
        #expect(answer.status == 400)
        #expect(answer.headers[.contentType]?.hasPrefix("text/plain") == true)
        #expect(answer.text.contains(field))
        #expect(try await client.get("/0.2/dev_mgr/devices").json == ["devices": []])
    }

    @Test("A body of the wrong shape is 400", arguments: [[], [:], 1, nil, "x", ["device": 1], ["device": []], ["config": [:]]] as [JSONValue])
    func wrongShape(body: JSONValue) async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/dev_mgr/devices", body).status == 400)
        #expect(try await client.put("/0.2/dev_mgr/devices/a", body).status == 400)
    }

    @Test("A key that is taken is 400, and says which")
    func duplicate() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "model": "One"])
        let again = try await client.addDevice(["id": "a", "model": "Two"])
        #expect(again.status == 400 && again.text == "a")
        #expect(try await client.device("a")?["model"] == "One")
    }

    @Test("A PUT replaces the document but for what is the server's, and takes the key from the path")
    func replace() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "model": "One", "description": "desk"])
        let answer = try await client.put(
            "/0.2/dev_mgr/devices/a",
            ["device": ["id": "b", "model": "Two", "tenant_uuid": "someone-elses", "is_new": false, "configured": true]])
        #expect(answer.status == 204 && answer.bytes.isEmpty && answer.headers[.contentType] == nil)
        #expect(
            try await client.device("a")
                == ["id": "a", "model": "Two", "tenant_uuid": .string(APIClient.tenant.description), "is_new": true, "configured": false])
        #expect(try await client.device("b") == nil)
    }

    @Test("A PUT is 404 for a device that is not there, and 500 for a wrong one")
    func replaceErrors() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        #expect(try await client.put("/0.2/dev_mgr/devices/unknown", ["device": [:]]).status == 404)
        let wrong = try await client.put("/0.2/dev_mgr/devices/a", ["device": ["mac": "nonsense"]])
        #expect(wrong.status == 500 && wrong.text.contains("mac"))
    }

    @Test("A device is deleted once")
    func delete() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        #expect(try await client.delete("/0.2/dev_mgr/devices/a").status == 204)
        #expect(try await client.delete("/0.2/dev_mgr/devices/a").status == 404)
        #expect(try await client.get("/0.2/dev_mgr/devices/a").status == 404)
    }

    @Test("A hardware address is no key of a device here")
    func macIsNoKey() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55"])
        #expect(try await client.get("/0.2/dev_mgr/devices/00:11:22:33:44:55").status == 404)
        #expect(try await client.post("/0.2/dev_mgr/synchronize", ["id": "00:11:22:33:44:55"]).status == 404)
        #expect(try await client.get("/1.0/devices/00:11:22:33:44:55").status == 200)
    }

    @Test("A list is selected by key, by address, and by anything else")
    func lists() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "ip": "10.0.0.9"])
        try await client.addDevice(["id": "b", "mac": "00:11:22:33:44:66", "ip": "10.0.0.10"])
        try await client.addDevice(["id": "c"])
        func ids(_ query: String) async throws -> [String?]? {
            try await client.get("/0.2/dev_mgr/devices?" + query).json["devices"]?.array?.map { $0["id"]?.string }
        }
        #expect(try await ids("q=%7B%22id%22%3A+%22a%22%7D") == ["a"])
        #expect(try await ids("q=%7B%22id%22%3A+%22a%22%2C+%22ip%22%3A+%22x%22%7D") == [])
        #expect(try await ids("q=%7B%22mac%22%3A+%2200:11:22:33:44:66%22%7D") == ["b"])
        // Equality is of the text: another spelling of the address selects nothing.
        #expect(try await ids("q=%7B%22mac%22%3A+%22001122334466%22%7D") == [])
        #expect(try await ids("q=%7B%22id%22%3A+%2200:11:22:33:44:55%22%7D") == [])
        #expect(try await ids("q=%7B%22tenant_uuid%22%3A+%22someone-elses%22%7D") == ["a", "b", "c"])
        #expect(try await ids("sort=ip&sort_ord=ASC&recurse=True&reverse=True") == ["c", "b", "a"])
        #expect(try await client.get("/0.2/dev_mgr/devices?q=%7B").status == 400)
    }

    @Test("Five thousand devices are listed in one answer")
    func manyDevices() async throws {
        let client = try await APIClient()
        try await client.store.transaction { transaction in
            for number in 0..<5_000 {
                var device = Device(id: DeviceID(stored: "device-\(number)"), document: ["vendor": "Acme", "description": .string("room \(number)")])
                device.mac = MACAddress(bits: UInt64(number) + 0x0011_2200_0000)
                device.tenant = APIClient.tenant
                try transaction.save(device)
            }
        }
        let answer = try await client.get("/0.2/dev_mgr/devices?sort=mac&sort_ord=DESC")
        let devices = try #require(answer.json["devices"]?.array)
        #expect(devices.count == 5_000)
        #expect(devices.first?["id"] == "device-4999")
    }

    @Test("A device with a loaded plugin and a config is configured at once, and no more when the config goes")
    func configured() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await client.addDevice(["id": "a", "plugin": "acme-1", "config": "mine"])
        #expect(try await client.device("a")?["configured"] == false)
        let config: JSONValue = ["config": ["id": "mine", "parent_ids": ["base"], "raw_config": [:]]]
        #expect(try await client.post("/0.2/cfg_mgr/configs", config).status == 201)
        #expect(try await client.device("a")?["configured"] == true)
        #expect(try await client.delete("/0.2/cfg_mgr/configs/mine").status == 204)
        #expect(try await client.device("a")?["configured"] == false)
    }

    // MARK: Synchronise and reconfigure

    @Test("Synchronising is an operation that ends in success or failure", arguments: [(200, "success"), (404, "fail")])
    func synchronise(answer: Int, end: String) async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        client.notifier.result = .answered(status: answer)
        try await client.addDevice(["id": "a", "ip": "10.0.0.9", "plugin": "acme-1", "config": "base"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client.operations.run() }
            let made = try await client.post("/0.2/dev_mgr/synchronize", ["id": "a"])
            #expect(made.status == 201 && made.bytes.isEmpty)
            let location = try #require(made.headers[.location])
            #expect(location.hasPrefix("/0.2/dev_mgr/synchronize/"))
            if end == "success" { try await client.arrive("a") }
            var status = try await client.get(location).json["status"]?.string
            while status == "waiting" || status == "progress" {
                await Task.yield()
                status = try await client.get(location).json["status"]?.string
            }
            #expect(status == end)
            #expect(client.notifier.told == [.address(try #require(IPAddress("10.0.0.9")))])
            #expect(try await client.delete(location).status == 204)
            #expect(try await client.get(location).status == 404)
            group.cancelAll()
        }
    }

    @Test("Synchronising needs a device that is there, and operations need their number")
    func synchroniseErrors() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/dev_mgr/synchronize", [:]).status == 400)
        #expect(try await client.post("/0.2/dev_mgr/synchronize", ["id": 1]).status == 400)
        #expect(try await client.post("/0.2/dev_mgr/synchronize", ["id": "unknown"]).status == 404)
        for number in ["0", "x", "-1", "99999999999999999999", ""] {
            #expect(try await client.get("/0.2/dev_mgr/synchronize/\(number)").status == 404, "\(number)")
            #expect(try await client.delete("/0.2/dev_mgr/synchronize/\(number)").status == 404, "\(number)")
        }
    }

    @Test("Reconfiguring is 204 for a device that is there, and 400 for any other")
    func reconfigure() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await client.addDevice(["id": "a", "plugin": "acme-1", "config": "base"])
        client.appliance.plugins.catalog = .empty
        #expect(try await client.device("a")?["configured"] == true)
        #expect(try await client.post("/0.2/dev_mgr/reconfigure", ["id": "a"]).status == 204)
        #expect(try await client.device("a")?["configured"] == false)
        #expect(try await client.post("/0.2/dev_mgr/reconfigure", ["id": "unknown"]).status == 400)
        #expect(try await client.post("/0.2/dev_mgr/reconfigure", [:]).status == 400)
    }
}
