// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import ManagementAPI

/// The ways in which wazo-confd uses the API, request by request.
@Suite("wazo-confd's ways")
struct ConfdFlowTests {
    private let lineConfig: JSONObject = [
        "id": "a", "configdevice": "defaultconfigdevice", "parent_ids": ["base", "defaultconfigdevice"], "deletable": true,
        "raw_config": [
            "X_key": "", "config_version": 1, "exten_park": nil, "protocol": "SIP", "X_xivo_phonebook_profile": "default",
            "funckeys": ["1": ["label": "Bob", "line": 1, "type": "blf", "value": "102"]],
            "sip_lines": [
                "1": [
                    "auth_username": "alice", "username": "alice", "password": "a-password", "display_name": "Alice", "number": "101",
                    "registrar_ip": "10.0.0.1", "proxy_ip": "10.0.0.1",
                ]
            ],
        ],
    ]

    /// A device as confd knows it: the whole document, which it changes and sends back.
    private func changed(_ client: APIClient, _ change: (inout JSONObject) -> Void) async throws -> Int {
        var document = try #require(try await client.device("a"))
        change(&document)
        return try await client.put("/0.2/dev_mgr/devices/a", ["device": .object(document)]).status
    }

    @Test("A line is put on a device: its config is named before it exists, and the device is configured once it does")
    func association() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "vendor": "Acme", "model": "One", "plugin": "acme-1"])
        #expect(try await changed(client) { $0["config"] = "a" } == 204)
        #expect(try await client.device("a")?["configured"] == false)
        #expect(try await client.put("/0.2/cfg_mgr/configs/a", ["config": .object(lineConfig)]).status == 404)
        #expect(try await client.post("/0.2/cfg_mgr/configs", ["config": .object(lineConfig)]).json == ["id": "a"])
        #expect(try await client.device("a")?["configured"] == true)
        // Nulls stay in such a config: they say that the feature has no extension.
        let stored = try await client.get("/0.2/cfg_mgr/configs/a").json["config"]?["raw_config"]
        #expect(stored?["exten_park"] == JSONValue.null)
        // From now on the config is replaced.
        #expect(try await client.put("/0.2/cfg_mgr/configs/a", ["config": .object(lineConfig)]).status == 204)
    }

    @Test("The last line is taken off: the device goes back to autoprov with an account, and its old config is deleted")
    func dissociation() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        _ = try await client.post("/0.2/cfg_mgr/configs", ["config": .object(lineConfig)])
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "plugin": "acme-1", "config": "a", "options": ["switchboard": true]])
        // confd does this twice; the first config goes because nobody is on it.
        var ids: [String] = []
        for _ in 0..<2 {
            let id = try #require(try await client.post("/0.2/cfg_mgr/autocreate", [:]).json["id"]?.string)
            ids.append(id)
            let status = try await changed(client) { document in
                document["config"] = .string(id)
                document["options"] = nil
            }
            #expect(status == 204)
        }
        #expect(try await client.delete("/0.2/cfg_mgr/configs/a").status == 204)
        let device = try #require(try await client.device("a"))
        #expect(device["config"]?.string == ids.last && device["configured"] == true && device["options"] == nil)
        #expect(try await client.get("/0.2/cfg_mgr/configs/\(ids[0])").status == 404)
        let line = try await client.get("/0.2/cfg_mgr/configs/\(ids[1])/raw").json["raw_config"]?["sip_lines"]?["1"]
        #expect(try await client.store.autoprovAccount(username: try #require(line?["username"]?.string)) != nil)
    }

    @Test("A shared template is stored without the nulls that confd sends for what is not set")
    func template() async throws {
        let client = try await APIClient()
        let template: JSONObject = [
            "id": "template", "X_type": "device", "label": nil, "parent_ids": [],
            "raw_config": ["ntp_ip": nil, "sip_dtmf_mode": "SIP-INFO", "X_list": [nil, ["k": nil, "v": 1]]],
        ]
        _ = try await client.post("/0.2/cfg_mgr/configs", ["config": .object(template)])
        #expect(
            try await client.get("/0.2/cfg_mgr/configs/template").json["config"]
                == [
                    "id": "template", "X_type": "device", "parent_ids": [],
                    "raw_config": ["sip_dtmf_mode": "SIP-INFO", "X_list": [nil, ["v": 1]]],
                ])
    }

    @Test("A device is found by what confd searches for", arguments: ["id", "ip", "mac", "sn", "plugin", "vendor", "model", "version", "description", "config"])
    func search(member: String) async throws {
        let client = try await APIClient()
        let document: JSONObject = [
            "id": "a", "ip": "10.0.0.9", "mac": "00:11:22:33:44:55", "sn": "S1", "plugin": "p", "vendor": "V", "model": "M", "version": "1",
            "description": "d", "config": "c",
        ]
        try await client.addDevice(document)
        try await client.addDevice(["id": "b"])
        let value = try #require(document[member]?.string)
        let answer = try await client.get("/0.2/dev_mgr/devices?q=%7B%22\(member)%22%3A+%22\(value)%22%7D&sort=ip&sort_ord=ASC&recurse=False")
        #expect(answer.json["devices"]?.array?.compactMap { $0["id"]?.string } == ["a"])
    }
}
