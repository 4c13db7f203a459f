// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import ProvModel
import Testing

@testable import ManagementAPI

@Suite("What a PBX has to know")
struct PBXRoutesTests {
    /// Two lines, of which one registers at the PBX, and a device that has no line.
    private func site() async throws -> APIClient {
        let client = try await APIClient()
        for body in [
            ["number": "101", "display_name": "Alice", "password": "secret-101", "server": ["host": "pbx.example"]],
            ["number": "102", "display_name": "Bob", "password": "secret-102"],
        ] as [JSONValue] {
            #expect(try await client.post("/1.0/lines", body).status == 201)
        }
        try await client.store.transaction { transaction in
            let device = Device(id: DeviceID(stored: "d1"), document: ["tenant_uuid": .string(APIClient.tenant.description)])
            try transaction.save(device)
            try transaction.save(AutoprovAccount(username: "ap23467bcd", password: "secret-ap", device: device.id))
        }
        return client
    }

    private func text(_ answer: Answer, _ name: String) throws -> String {
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.json["files"]?.array?.first { $0["name"]?.string == name }?["text"]?.string)
    }

    @Test("The accounts that register at the PBX are there, and no others")
    func ofThePBX() async throws {
        let client = try await site()
        let endpoints = try text(try await client.get("/1.0/pbx/asterisk?host=pbx.example"), "pjsip_provd.conf")
        #expect(endpoints.contains("[101](provd-endpoint)") && endpoints.contains("password = secret-101"))
        #expect(!endpoints.contains("102") && !endpoints.contains("ap23467bcd"))
        let table = try text(try await client.get("/1.0/pbx/kamailio?host=pbx.example&address=192.0.2.7"), "subscriber")
        #expect(table.contains(":101:pbx.example:") && !table.contains("secret"))
    }

    @Test("Phones without a line are there where they are told to register")
    func autoprov() async throws {
        let client = try await site()
        let endpoints = try text(try await client.get("/1.0/pbx/asterisk?host=192.0.2.1"), "pjsip_provd.conf")
        #expect(endpoints.contains("[102](provd-endpoint)") && endpoints.contains("[ap23467bcd](provd-endpoint)") && !endpoints.contains("[101]"))
    }

    @Test("Without a PBX, with a wrong address, and without a way to Asterisk the answer says what to set")
    func problems() async throws {
        let client = try await site()
        let unnamed = try await client.get("/1.0/pbx/asterisk")
        #expect(unnamed.status == 409 && unnamed.json["detail"]?.string?.contains("sip.registrar") == true)
        #expect(try await client.get("/1.0/pbx/kamailio?host=pbx.example").status == 400)
        #expect(try await client.get("/1.0/pbx/kamailio?host=pbx.example&address=x%22").status == 409)
        let reload = try await client.post("/1.0/pbx/asterisk/reload", [:])
        #expect(reload.status == 409 && reload.json["detail"]?.string?.contains("asterisk.ami_address") == true)
    }
}
