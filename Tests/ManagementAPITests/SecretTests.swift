// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import Logging
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Secrets")
struct SecretTests {
    /// Does nearly all that can be done, well and badly, and looks for every secret in all that comes out of it.
    @Test("No answer, log line, step or audit entry holds a secret that was used")
    func nowhere() async throws {
        let security = CapturedLog()
        let client = try await APIClient(plugins: AcmePlugin.catalog(), securityLog: security.logger)
        let secrets = [
            "sip-password-4711", "other-sip-password", "admin-password-815", "provisioning-key-1", "guessed-token-99", "config-sip-secret", "proxy-password",
        ]
        var outputs: [String] = []
        func keep(_ answer: Answer) { outputs.append(answer.text + "\(answer.headers)") }

        let line = try await client.post(
            "/1.0/lines", ["number": "101", "display_name": "Alice", "password": .string(secrets[0]), "provisioning_code": "987654"])
        keep(line)
        let path = try #require(line.headers[.location])
        keep(
            try await client.send(
                .patch, path, headers: ["Content-Type": "application/json"], bytes: (["password": .string(secrets[1])] as JSONValue).serialized()))
        keep(try await client.post("/1.0/lines", ["number": "102", "display_name": "B", "password": .string(secrets[0] + " with a space")]))
        keep(
            try await client.post(
                "/1.0/configs",
                [
                    "id": "c", "parent_ids": ["base"],
                    "raw_config": ["admin_password": .string(secrets[2]), "sip_lines": ["1": ["password": .string(secrets[5]), "username": "u"]]],
                ]))
        keep(try await client.put("/0.2/configure/provisioning_key", ["param": ["value": .string(secrets[3])]]))
        keep(try await client.put("/0.2/configure/provisioning_key", ["param": ["value": .string(secrets[3] + "%")]]))
        let address = "user:\(secrets[6])@127.0.0.1:9"
        for (name, value) in [
            ("plugin_server", "http://\(address)/"), ("http_proxy", "http://\(address)"), ("ftp_proxy", "http://\(address)/x"), ("https_proxy", address),
        ] { keep(try await client.put("/0.2/configure/\(name)", ["param": ["value": .string(value)]])) }
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id), "config": "c"])
        keep(try await client.get("/1.0/lines", headers: ["X-Auth-Token": secrets[4]]))
        keep(try await client.get("/0.2/status", headers: ["X-Auth-Token": secrets[4]]))
        let token = try await client.post("/1.0/tokens", ["name": "t", "permissions": ["provd.lines.#"]])
        let secret = try #require(token.json["token"]?.string)
        keep(try await client.get("/1.0/lines", headers: ["X-Auth-Token": secret]))
        keep(try await client.post(path + "/assign", ["device": "a"]))
        _ = try await client.post("/1.0/devices/a/reset", [:])
        await client.appliance.journal.flush()

        for path in [
            "/1.0/repositories", "/0.2/configure/http_proxy", "/0.2/configure/https_proxy", "/1.0/devices", "/1.0/devices/a", "/1.0/devices/a/timeline", "/1.0/devices/a/evidence", "/1.0/devices/a/config", "/1.0/devices/a/files",
            "/1.0/devices/a/file?path=/001122334455.cfg", "/1.0/timeline", "/1.0/sightings", "/1.0/configs", "/1.0/configs/c", "/1.0/tokens",
            "/1.0/tenants", "/1.0/audit", "/1.0/lines", "/1.0/lines/export", "/1.0/lines/cards", "/0.2/dev_mgr/devices",
        ] { keep(try await client.get(path)) }
        outputs += security.lines
        let everything = outputs.joined(separator: "\n")
        // The config documents of /0.2 show what is in them, as its clients need; nothing else does.
        for hidden in secrets + [secret, APIClient.token] { #expect(!everything.contains(hidden), "\(hidden)") }
        let audit = try await client.get("/1.0/audit").text
        #expect(!audit.contains("987654") && audit.contains("********"))
    }
}
