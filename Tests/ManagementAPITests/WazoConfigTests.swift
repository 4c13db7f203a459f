// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import ProvModel
import Testing

@testable import ManagementAPI

@Suite("Configs under /0.2")
struct WazoConfigTests {
    private func config(_ more: JSONObject) -> JSONValue {
        var document: JSONObject = ["parent_ids": [], "raw_config": [:]]
        for (name, value) in more { document[name] = value }
        return ["config": .object(document)]
    }

    @Test("The configs that clients look for are there")
    func firstStart() async throws {
        let client = try await APIClient()
        let configs = try #require(try await client.get("/0.2/cfg_mgr/configs").json["configs"]?.array)
        #expect(configs.compactMap { $0["id"]?.string } == ["base", "default", "defaultconfigdevice", "autoprov"])
        let found = try await client.get("/0.2/cfg_mgr/configs?q=%7B%22X_type%22%3A+%22registrar%22%7D&fields=id")
        #expect(found.json == ["configs": [["id": "default"]]])
    }

    @Test("A config keeps the members that nobody knows")
    func create() async throws {
        let client = try await APIClient()
        let made = try await client.post("/0.2/cfg_mgr/configs", config(["id": "mine", "label": "Mine", "X_type": "internal", "X_n": nil]))
        #expect(made.status == 201 && made.json == ["id": "mine"])
        #expect(
            try await client.get("/0.2/cfg_mgr/configs/mine").json
                == ["config": ["id": "mine", "parent_ids": [], "raw_config": [:], "label": "Mine", "X_type": "internal", "X_n": nil]])
        #expect(try await client.post("/0.2/cfg_mgr/configs", config(["id": "mine"])).status == 400)
    }

    @Test("A config with a thousand lines is taken")
    func manyLines() async throws {
        let client = try await APIClient()
        let lines = JSONObject((0..<1_024).map { (String($0), ["username": .string("user\($0)"), "password": .string("a-long-password-\($0)")] as JSONValue) })
        let made = try await client.post("/0.2/cfg_mgr/configs", config(["id": "big", "raw_config": ["sip_lines": .object(lines)]]))
        #expect(made.status == 201)
        let raw = try await client.get("/0.2/cfg_mgr/configs/big/raw").json["raw_config"]
        #expect(raw?["sip_lines"]?.object?.count == 1_024)
    }

    @Test("A wrong config is 400 in a POST and 500 in a PUT", arguments: [
        ["raw_config": [:]], ["parent_ids": []], ["parent_ids": [1], "raw_config": [:]],
        ["parent_ids": [], "raw_config": ["ntp_enabled": true]], ["parent_ids": [], "raw_config": ["unknown": 1]],
    ] as [JSONObject])
    func errors(document: JSONObject) async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/cfg_mgr/configs", ["config": .object(document)]).status == 400)
        #expect(try await client.put("/0.2/cfg_mgr/configs/base", ["config": .object(document)]).status == 500)
        #expect(try await client.put("/0.2/cfg_mgr/configs/None", config([:])).status == 404)
    }

    @Test("A parameter that cannot be is refused", arguments: [
        ["vlan_enabled": true], ["vlan_id": 4_095], ["vlan_priority": 8], ["vlan_priority": -3], ["vlan_pc_port_id": "99999"], ["ntp_enabled": "yes"],
        ["dns_enabled": 1], ["syslog_enabled": true, "syslog_ip": nil], ["syslog_port": nil], ["syslog_level": "loud"], ["timezone": "Europe/Nowhere"],
        ["timezone": 1], ["locale": "fr"], ["protocol": "sip"], ["sip_dtmf_mode": "rtp"], ["sip_transport": "sctp"], ["sip_lines": [:] as JSONValue, "sip_line": 1],
        ["sip_lines": ["1": "x"]], ["sip_lines": ["1": ["dtmf_mode": "x"]]], ["sip_lines": ["1": ["proxy_port": "x"]]], ["sip_lines": nil],
        ["sccp_call_managers": ["a": ["ip": "10.0.0.1"]]], ["sccp_call_managers": ["1": [:] as JSONValue]],
        ["sccp_call_managers": ["1": ["ip": "10.0.0.1", "port": "x"]]], ["funckeys": ["x": ["type": "park"]]], ["funckeys": ["1": ["type": "dial"]]],
        ["funckeys": ["1": ["type": "blf"]]], ["funckeys": ["1": ["type": "blf", "value": ""]]], ["funckeys": ["1": ["type": "park", "line": "x"]]],
        ["funckeys": ["1": ["type": "park", "label": []]]], ["XX_own": 1], ["own": 1], ["admin_password": []], ["sip_local_root_and_intermediate_certificates": "x"],
    ] as [JSONObject])
    func wrongParameters(parameters: JSONObject) async throws {
        let client = try await APIClient()
        let answer = try await client.post("/0.2/cfg_mgr/configs", config(["raw_config": .object(parameters)]))
        #expect(answer.status == 400, "\(parameters)")
    }

    @Test("What clients write loosely is taken as it is, and kept as it was written", arguments: [
        ["vlan_enabled": true, "vlan_id": 0], ["vlan_priority": "7", "vlan_pc_port_id": 4_094.0], ["ntp_enabled": "no"], ["ntp_enabled": 0], ["ntp_enabled": nil],
        ["http_port": "8667"], ["admin_password": 1_234], ["timezone": ""], ["timezone": "Europe/Paris"], ["locale": "fr_FRxyz"], ["protocol": "SCCP"],
        ["sip_lines": ["a": ["username": 5, "own": [1]]]], ["sccp_call_managers": ["1": ["ip": 5, "port": "2000"]]], ["funckeys": ["0": ["type": "park"]]],
        ["funckeys": ["1": ["type": "speeddial", "value": 100, "label": nil, "line": "1", "own": true]]], ["X_own": ["a": nil]], ["exten_park": nil],
        ["_comment": "why"], ["config_encryption_enabled": true],
    ] as [JSONObject])
    func looseParameters(parameters: JSONObject) async throws {
        let client = try await APIClient()
        let made = try await client.post("/0.2/cfg_mgr/configs", config(["id": "loose", "raw_config": .object(parameters)]))
        #expect(made.status == 201, "\(parameters): \(made.text)")
        #expect(try await client.get("/0.2/cfg_mgr/configs/loose").json["config"]?["raw_config"] == .object(parameters))
    }

    @Test("Members of a config are what they are said to be", arguments: [["deletable": "no"], ["transient": 2], ["role": 1]] as [JSONObject])
    func wrongMembers(members: JSONObject) async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/cfg_mgr/configs", config(members)).status == 400)
    }

    @Test("A changed value is seen in the flattened parameters, over the base")
    func raw() async throws {
        let client = try await APIClient()
        _ = try await client.post("/0.2/cfg_mgr/configs", config(["id": "mine", "parent_ids": ["base", "gone"]]))
        let raw = try await client.get("/0.2/cfg_mgr/configs/mine/raw").json["raw_config"]
        #expect(raw?["ip"] == "192.0.2.1" && raw?["http_port"] == 8667 && raw?["sip_proxy_ip"] == "192.0.2.1")
        let changed = try await client.put(
            "/0.2/cfg_mgr/configs/mine", config(["parent_ids": ["base"], "raw_config": ["ntp_enabled": true, "ntp_ip": "10.0.0.1"]]))
        #expect(changed.status == 204)
        #expect(try await client.get("/0.2/cfg_mgr/configs/mine/raw").json["raw_config"]?["ntp_ip"] == "10.0.0.1")
        #expect(try await client.get("/0.2/cfg_mgr/configs/gone/raw").status == 404)
    }

    @Test("A config that may not be deleted is 403, until it may")
    func delete() async throws {
        let client = try await APIClient()
        _ = try await client.post("/0.2/cfg_mgr/configs", config(["id": "mine", "deletable": false]))
        #expect(try await client.delete("/0.2/cfg_mgr/configs/mine").status == 403)
        #expect(try await client.put("/0.2/cfg_mgr/configs/mine", config(["deletable": true])).status == 204)
        #expect(try await client.delete("/0.2/cfg_mgr/configs/mine").status == 204)
        #expect(try await client.delete("/0.2/cfg_mgr/configs/mine").status == 404)
    }

    // MARK: Autocreate

    @Test("A config that was autocreated gives each device that is put on one an account of its own")
    func autocreate() async throws {
        let client = try await APIClient()
        var usernames: Set<String> = []
        for device in ["a", "b"] {
            let made = try await client.post("/0.2/cfg_mgr/autocreate", [:])
            let id = try #require(made.json["id"]?.string)
            #expect(made.status == 201 && id.hasPrefix("autoprov"))
            #expect(try await client.get(try #require(made.headers[.location])).json["config"]?["transient"] == true)
            try await client.addDevice(["id": .string(device)])
            #expect(try await client.put("/0.2/dev_mgr/devices/\(device)", ["device": ["config": .string(id)]]).status == 204)
            let line = try await client.get("/0.2/cfg_mgr/configs/\(id)/raw").json["raw_config"]?["sip_lines"]?["1"]
            #expect(line?["display_name"] == "Autoprov")
            let username = try #require(line?["username"]?.string)
            usernames.insert(username)
            #expect(try await client.store.autoprovAccount(username: username)?.device == DeviceID(stored: device))
        }
        #expect(usernames.count == 2)
    }

    @Test("An autocreated config goes when its device leaves it")
    func transient() async throws {
        let client = try await APIClient()
        let id = try #require(try await client.post("/0.2/cfg_mgr/autocreate", [:]).json["id"]?.string)
        try await client.addDevice(["id": "a", "config": .string(id)])
        #expect(try await client.put("/0.2/dev_mgr/devices/a", ["device": ["config": "a"]]).status == 204)
        #expect(try await client.get("/0.2/cfg_mgr/configs/\(id)").status == 404)
    }

    @Test("Without a template that has a line there is nothing to make a config of")
    func autocreateErrors() async throws {
        let client = try await APIClient()
        _ = try await client.put("/0.2/cfg_mgr/configs/autoprov", config(["role": "autocreate"]))
        let lineless = try await client.post("/0.2/cfg_mgr/autocreate", [:])
        #expect(lineless.status == 400 && lineless.text.contains("autocreate"))
        _ = try await client.put("/0.2/cfg_mgr/configs/autoprov", config([:]))
        #expect(try await client.post("/0.2/cfg_mgr/autocreate", [:]).status == 400)
    }
}
