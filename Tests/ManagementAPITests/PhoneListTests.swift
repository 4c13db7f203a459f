// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import NetTypes
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("The list of phones with how far they are")
struct PhoneListTests {
    private func phones(_ client: APIClient, _ query: String = "") async throws -> [JSONValue] {
        try await client.get("/1.0/phones\(query)").json["phones"]?.array ?? []
    }

    private func append(_ client: APIClient, _ step: TimelineEvent.Step, _ outcome: TimelineEvent.Outcome = .done, time: Double = 0, _ details: JSONObject = [:]) async throws {
        try await client.store.append([
            TimelineEvent(device: DeviceID(stored: "a"), mac: nil, time: time, step: step, outcome: outcome, text: "something happened", details: details)
        ])
    }

    @Test("A phone goes from station to station")
    func stages() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        func state() async throws -> [String?] {
            let phone = try #require(try await phones(client).first)
            return [phone["stage"]?.string, phone["next"]?.string]
        }
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "plugin": .null])
        #expect(try await state() == ["seen", "plugin"])
        _ = try await client.send(.patch, "/1.0/devices/a", headers: ["Content-Type": "application/json"], bytes: (["vendor": "Acme"] as JSONValue).serialized())
        #expect(try await state() == ["recognised", "plugin"])
        _ = try await client.send(
            .patch, "/1.0/devices/a", headers: ["Content-Type": "application/json"], bytes: (["plugin": "acme-1", "config": "autoprov"] as JSONValue).serialized())
        try await append(client, .dhcp, .done, ["type": "discover"])
        #expect(try await state() == ["configured", "address"])
        try await append(client, .dhcp, .done, ["type": "ack"])
        #expect(try await state() == ["configured", "request"])
        try await append(client, .fetched, .refused, ["refusal": "access"])
        #expect(try await state() == ["configured", "file"])
        try await append(client, .fetched, time: 7, ["path": "/x"])
        #expect(try await state() == ["fetched", "request"])
        try await append(client, .registered, time: 9, ["registration": "began", "username": "ap1"])
        #expect(try await state() == ["registered", "code"])
        let last = try #require(try await phones(client).first)["last_time"]
        #expect(last == .double(9) || last == .int(9))
    }

    @Test("Its line makes it somebody's phone")
    func owner() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await client.addDevice(["id": "a", "vendor": "Acme", "plugin": "acme-1", "config": "autoprov"])
        let line = try await client.post("/1.0/lines", ["number": "101", "display_name": "Alice"]).json["id"]?.string ?? ""
        _ = try await client.post("/1.0/lines/\(line)/assign", ["device": "a"])
        #expect(try #require(try await phones(client).first)["next"]?.string == "owner-request")
        try await append(client, .registered, .done, ["registration": "began", "username": "101"])
        let phone = try #require(try await phones(client).first)
        #expect(phone["stage"]?.string == "owned" && phone["next"]?.string == "nothing")
        #expect(phone["lines"]?.array?.first?["number"]?.string == "101")
    }

    @Test("It comes in parts, or some phones by name")
    func parts() async throws {
        let client = try await APIClient()
        for name in ["a", "b", "c"] { try await client.addDevice(["id": .string(name)]) }
        let first = try await client.get("/1.0/phones?limit=2").json
        #expect(first["phones"]?.array?.count == 2)
        let cursor = try #require(first["next"]?.string)
        let second = try await client.get("/1.0/phones?limit=2&cursor=\(cursor)").json
        #expect(second["phones"]?.array?.count == 1 && second["next"] == .null)
        #expect(try await phones(client, "?ids=c,none,a").compactMap { $0["id"]?.string } == ["c", "a"])
        let many = Array(repeating: "a", count: 101).joined(separator: ",")
        #expect(try await client.get("/1.0/phones?ids=\(many)").status == 400)
    }

    @Test("Rates count steps by interval, and not the files that phones can do without")
    func rates() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        // The appliance's clock stands at 1000.
        for time in [100.0, 955, 961, 962] { try await append(client, .fetched, time: time, ["n": .double(time)]) }
        try await append(client, .fetched, .refused, time: 963, ["refusal": "no-such-file"])
        try await append(client, .fetched, .refused, time: 964, ["refusal": "access"])
        let answer = try await client.get("/1.0/rates?interval=60&count=2").json
        #expect(answer["start"] == .double(900) || answer["start"] == .int(900))
        let rates = answer["rates"]?.array?.filter { $0["step"]?.string == "fetched" }.map { "\($0["time"]?.text() ?? "") \($0["outcome"]?.string ?? "") \($0["count"]?.text() ?? "")" }
        #expect(rates?.sorted() == ["900.0 done 1", "960.0 done 2", "960.0 refused 1"])
        #expect(try await client.get("/1.0/rates?interval=0").status == 400)
        #expect(try await client.get("/1.0/rates?count=1001").status == 400)
    }

    @Test("The status says how large the database is, and where the journal ends")
    func status() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a"])
        try await append(client, .dhcp)
        let answer = try await client.get("/1.0/status").json
        #expect(answer["database"]?["bytes"]?.text() != "0" && answer["version"]?.string?.isEmpty == false)
        #expect(answer["timeline"]?["last"] == .int(Int(try await client.store.lastTimelinePosition())))
    }

    @Test("What is on a phone's keys stays when its lines change")
    func keysStay() async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await client.addDevice(["id": "a", "vendor": "Acme", "plugin": "acme-1", "config": "autoprov"])
        let line = try await client.post("/1.0/lines", ["number": "101", "display_name": "Somebody"]).json["id"]?.string ?? ""
        #expect(try await client.post("/1.0/lines/\(line)/assign", ["device": "a"]).status == 200)
        let keys: JSONValue = ["raw_config": ["funckeys": ["3": ["type": "blf", "value": "102"]]]]
        #expect(try await client.send(.patch, "/1.0/configs/a", headers: ["Content-Type": "application/json"], bytes: keys.serialized()).status == 200)
        let name: JSONValue = ["display_name": "Somebody Else"]
        #expect(try await client.send(.patch, "/1.0/lines/\(line)", headers: ["Content-Type": "application/json"], bytes: name.serialized()).status == 200)
        let config = try await client.get("/1.0/devices/a/config").json["raw_config"]
        #expect(config?["funckeys"]?["3"]?["value"]?.string == "102")
        #expect(config?["sip_lines"]?["1"]?["display_name"]?.string == "Somebody Else")
    }
}
