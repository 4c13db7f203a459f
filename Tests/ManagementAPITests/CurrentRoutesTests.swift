// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("/1.0")
struct CurrentRoutesTests {
    // MARK: Problems

    @Test("What is wrong is told in problem documents", arguments: [
        ("/1.0/nothing", APIClient.token, 404), ("/1.0/lines/unknown", APIClient.token, 404), ("/1.0/devices/unknown", APIClient.token, 404),
        ("/1.0/operations/1", APIClient.token, 404), ("/1.0/lines", "wrong", 401), ("/1.0/timeline?limit=x", APIClient.token, 400),
    ])
    func problems(path: String, token: String, status: Int) async throws {
        let answer = try await APIClient().get(path, headers: ["X-Auth-Token": token])
        #expect(answer.status == status)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json["type"] == "about:blank" && answer.json["status"] == .int(status))
        #expect(answer.json["title"]?.string?.isEmpty == false && answer.json["detail"]?.string?.isEmpty == false)
    }

    // MARK: Lines

    @Test("A line is made, shown, and removed; its password is told to nobody")
    func lines() async throws {
        let client = try await APIClient()
        let password = "not-to-be-seen-again"
        let made = try await client.post(
            "/1.0/lines",
            [
                "number": "101", "display_name": "Alice Martin", "password": .string(password), "provisioning_code": "1234",
                "server": ["host": "sip.example.org", "port": 5070],
            ])
        #expect(made.status == 201)
        let id = try #require(made.json["id"]?.string)
        #expect(made.headers[.location] == "/1.0/lines/\(id)")
        #expect(
            made.json
                == [
                    "id": .string(id), "tenant_uuid": .string(APIClient.tenant.description), "number": "101", "display_name": "Alice Martin", "username": "101", "provisioning_code": "1234",
                    "code_issued": 1_000.0, "code_used": nil, "device": nil, "server": ["host": "sip.example.org", "port": 5070],
                ])
        let shown = try await client.get("/1.0/lines/\(id)")
        #expect(shown.json == made.json)
        let listed = try await client.get("/1.0/lines")
        #expect(listed.json == ["lines": [made.json], "next": nil])
        for answer in [made, shown, listed] { #expect(!answer.text.contains(password)) }
        #expect(try await client.delete("/1.0/lines/\(id)").status == 204)
        #expect(try await client.delete("/1.0/lines/\(id)").status == 404)
    }

    @Test("The locks after wrong codes are listed and lifted, and the audit log says by whom")
    func codeLocks() async throws {
        let client = try await APIClient()
        #expect(try await client.get("/1.0/codes/locks").json == ["locks": []])
        let dialling = CodeDialling(client.appliance)
        for _ in 0..<3 { _ = await dialling.dial("999999", from: DeviceID(stored: "d"), source: IPAddress("10.77.0.9")) }
        let locks = try #require(try await client.get("/1.0/codes/locks").json["locks"]?.array)
        #expect(locks == [["id": "device-d", "kind": "device", "device": "d", "address": nil, "ends": 1_005.0, "times": 0]])
        #expect(try await client.delete("/1.0/codes/locks/device-d").status == 204)
        #expect(try await client.delete("/1.0/codes/locks/device-d").status == 404)
        let entries = try #require(try await client.get("/1.0/audit").json["entries"]?.array)
        #expect(entries.contains { $0["kind"]?.string == "lock" && $0["after"]?.string?.hasPrefix("device-d at ") == true })
    }

    @Test("A line that cannot be is refused, and the answer names the member", arguments: [
        ([:], "number"), (["number": "101"], "display_name"), (["number": 101, "display_name": "A"], "number"),
        (["number": "1 1", "display_name": "A"], "number"), (["number": "101", "display_name": ""], "display_name"),
        (["number": "101", "display_name": "A\r\nB"], "display_name"), (["number": "101", "display_name": "A", "username": "a b"], "username"),
        (["number": "101", "display_name": "A", "password": "short"], "password"),
        (["number": "101", "display_name": "A", "provisioning_code": "12x4"], "provisioning_code"),
        (["number": "101", "display_name": "A", "server": "sip.example.org"], "server"),
        (["number": "101", "display_name": "A", "server": ["host": "sip.example.org", "port": 0]], "server"),
        (["number": "101", "display_name": "A", "server": ["host": "sip.example.org", "port": 65_536]], "server"),
        (["number": "101", "display_name": "A", "server": ["host": "a b"]], "server"),
        (["number": "101", "display_name": "A", "dispay_name": "B"], "dispay_name"),
        (["number": "100", "display_name": "A"], "number"),
        (["number": "101", "display_name": "A", "provisioning_code": "1234"], "provisioning_code"),
        (["number": "100", "display_name": "A", "username": "other"], "number"),
    ] as [(JSONValue, String)])
    func wrongLines(body: JSONValue, field: String) async throws {
        let client = try await APIClient()
        let first = try await client.post("/1.0/lines", ["number": "100", "display_name": "First", "provisioning_code": "1234"])
        #expect(first.status == 201)
        let answer = try await client.post("/1.0/lines", body)
        #expect(answer.status == 400)
        #expect(answer.json["field"] == .string(field))
        #expect(answer.json["detail"]?.string?.isEmpty == false)
        #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 1)
    }

    @Test("A body that is no line is refused", arguments: [nil, [], 1, "x"] as [JSONValue])
    func noLine(body: JSONValue) async throws {
        #expect(try await APIClient().post("/1.0/lines", body).status == 400)
    }

    // MARK: Devices

    @Test("A device is found by its key and by its hardware address, and shows its lines without passwords")
    func devices() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55"])
        let line = Line(
            id: LineID("l"), tenant: APIClient.tenant, number: "101", displayName: "Alice", username: "101", password: "not-to-be-seen",
            provisioningCode: nil, device: DeviceID(stored: "a"))
        try await client.store.transaction { try $0.save(line) }
        for path in ["/1.0/devices/a", "/1.0/devices/00:11:22:33:44:55", "/1.0/devices/001122334455", "/1.0/devices/00-11-22-33-44-55"] {
            let answer = try await client.get(path)
            #expect(answer.json["lines"] == [["id": "l", "number": "101", "display_name": "Alice"]], "\(path)")
            #expect(!answer.text.contains("not-to-be-seen"))
        }
        let list = try await client.get("/1.0/devices")
        #expect(list.json["devices"]?.array?.count == 1 && !list.text.contains("not-to-be-seen"))
    }

    @Test("No answer holds the passwords that provd made at first start")
    func firstPasswords() async throws {
        let client = try await APIClient()
        let config = try #require(try await client.store.config(.defaultDevice))
        let passwords = ["admin_password", "user_password"].compactMap { config.rawConfig[$0]?.string }
        #expect(passwords.count == 2)
        for path in ["/1.0/devices", "/1.0/lines", "/1.0/timeline"] {
            let text = try await client.get(path).text
            for password in passwords { #expect(!text.contains(password)) }
        }
    }

    // MARK: Timeline

    @Test("The timeline is read page by page, of one device or of all")
    func timeline() async throws {
        let client = try await APIClient()
        for id in ["a", "b"] {
            var device = Device(id: DeviceID(stored: id))
            device.tenant = APIClient.tenant
            try await client.store.transaction { [device] in try $0.save(device) }
        }
        try await client.store.append(
            (0..<10).map { number in
                TimelineEvent(
                    device: DeviceID(stored: number.isMultiple(of: 2) ? "a" : "b"), mac: nil, time: Double(number), step: .fetched,
                    text: "step \(number)")
            })
        func texts(_ path: String) async throws -> [String] {
            try await client.get(path).json["events"]?.array?.compactMap { $0["text"]?.string } ?? []
        }
        #expect(try await texts("/1.0/timeline").count == 10)
        #expect(try await texts("/1.0/devices/a/timeline") == [0, 2, 4, 6, 8].map { "step \($0)" })
        var seen: [String] = [], after = 0
        while let page = try await client.get("/1.0/timeline?limit=4&after=\(after)").json["events"]?.array, !page.isEmpty {
            #expect(page.count <= 4)
            seen += page.compactMap { $0["text"]?.string }
            after = try #require(page.last?["id"]?.int)
        }
        #expect(seen == (0..<10).map { "step \($0)" })
        #expect(try await texts("/1.0/timeline?limit=0").isEmpty)
    }

    @Test("A device's timeline says which step is expected next")
    func nextStep() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        #expect(try await client.get("/1.0/devices/a/timeline").json["next_step"]?.string?.isEmpty == false)
        #expect(try await client.get("/1.0/timeline").json["next_step"] == nil)
    }

    @Test("A page is never longer than is bearable, and its place is a number", arguments: ["after=-1", "limit=-1", "after=x", "limit=", "after=99999999999999999999"])
    func wrongPages(query: String) async throws {
        #expect(try await APIClient().get("/1.0/timeline?\(query)").status == 400)
    }

    @Test("provd says that it is alive to whoever asks")
    func health() async throws {
        #expect(try await APIClient().get("/health/live", headers: ["X-Auth-Token": nil]).json == ["status": "live"])
    }
}
