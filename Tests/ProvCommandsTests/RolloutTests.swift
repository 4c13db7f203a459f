// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText
import Testing

@testable import ProvCommands

@Suite("What a rollout waits for")
struct PhoneReturnTests {
    private func fetched(_ id: Int, _ digest: String?, path: String = "/a.cfg", outcome: String = "done") -> JSONValue {
        var details: JSONObject = ["path": .string(path), "transport": "http", "server": "192.0.2.1"]
        details["sha256"] = digest.map(JSONValue.string)
        return ["id": .int(id), "step": "fetched", "outcome": .string(outcome), "details": .object(details)]
    }

    private func registered(_ id: Int, _ registration: String = "began") -> JSONValue {
        ["id": .int(id), "step": "registered", "outcome": "done", "details": ["registration": .string(registration)]]
    }

    /// Where a phone is after events, if “wanted” is wanted of it at the path that proves something.
    private func missing(_ events: [JSONValue], mustRegister: Bool = true) -> PhoneReturn.Missing {
        var phone = PhoneReturn(after: 10, mustRegister: mustRegister)
        // One by one, and all at once: it must not matter.
        var other = phone
        for event in events { take(&phone, [event]) }
        take(&other, events)
        #expect(phone.missing == other.missing && phone.position == other.position)
        return phone.missing
    }

    private func take(_ phone: inout PhoneReturn, _ events: [JSONValue]) {
        for fetch in phone.receive(events) { phone.compare(fetch, with: fetch.path == "/a.cfg" ? "wanted" : "logo", proves: fetch.path == "/a.cfg") }
    }

    @Test("A phone is back when it has fetched what is wanted and registered after that")
    func back() {
        #expect(missing([]) == .fetch)
        #expect(missing([fetched(11, "wanted")]) == .registration)
        #expect(missing([fetched(11, "wanted"), registered(12)]) == .nothing)
        #expect(missing([fetched(11, "wanted"), registered(12, "continued")]) == .nothing)
        #expect(missing([fetched(11, "wanted")], mustRegister: false) == .nothing)
    }

    @Test("What it fetched before, or was not given, or is not its configuration, counts for nothing")
    func notBack() {
        #expect(missing([fetched(10, "wanted"), registered(10)]) == .fetch)
        #expect(missing([fetched(11, "old"), registered(12)]) == .wanted)
        #expect(missing([fetched(11, nil), registered(12)]) == .fetch)
        #expect(missing([fetched(11, "wanted", outcome: "refused"), registered(12)]) == .fetch)
        #expect(missing([fetched(11, "logo", path: "/logo.png"), registered(12)]) == .wanted)
    }

    @Test("A registration before the fetch, or its end, is none after it")
    func registrations() {
        #expect(missing([registered(11), fetched(12, "wanted")]) == .registration)
        #expect(missing([fetched(11, "wanted"), registered(12, "ended")]) == .registration)
        #expect(missing([fetched(11, "old"), registered(12), fetched(13, "wanted"), registered(14)]) == .nothing)
    }

    @Test("What is strange in an event is passed over")
    func strange() {
        #expect(missing([nil, [:], "x", ["id": 11], ["id": 12, "step": "fetched", "outcome": "done", "details": 1]]) == .fetch)
    }

    @Test("The first wave is a number or a share, and at least one", arguments: [
        ("5", 100, 5), ("10%", 100, 10), ("1%", 10, 1), ("100%", 7, 7), ("500", 20, 20),
    ])
    func sizes(text: String, total: Int, size: Int) throws { #expect(try RolloutPlan.size(text, of: total) == size) }

    @Test("Anything else is no size", arguments: ["0", "-1", "0%", "101%", "x", "", "%", "5 %"])
    func noSizes(text: String) { #expect(throws: ValidationError.self) { try RolloutPlan.size(text, of: 10) } }

    @Test("Waves hold each phone once")
    func waves() {
        let devices = (0..<5).map { JSONValue.int($0) }
        #expect(RolloutPlan(devices, first: 2).waves == [[0, 1], [2, 3, 4]])
        #expect(RolloutPlan(devices, first: 5).waves == [[0, 1, 2, 3, 4]])
        #expect(RolloutPlan([], first: 1).waves.isEmpty)
    }

    @Test("A change undoes itself, and is none where there is nothing to change")
    func changes() throws {
        let device: JSONValue = ["id": "a", "plugin": "old", "config": "a"]
        let plugin = try #require(try RolloutChange.plugin("new").step(for: device, config: nil))
        #expect(plugin.path == "/1.0/devices/a" && plugin.patch == ["plugin": "new"] && plugin.undo == ["plugin": "old"])
        #expect(try RolloutChange.plugin("old").step(for: device, config: nil) == nil)
        #expect(try RolloutChange.config("x").step(for: ["id": "b"], config: nil)?.undo == ["config": nil])
        let config: JSONValue = ["id": "a", "configdevice": "quiet", "parent_ids": ["base", "quiet"]]
        let template = try #require(try RolloutChange.template("loud").step(for: device, config: config))
        #expect(template.patch == ["configdevice": "loud", "parent_ids": ["base", "loud"]])
        #expect(template.undo == ["configdevice": "quiet", "parent_ids": ["base", "quiet"]])
        #expect(try RolloutChange.template("quiet").step(for: device, config: config) == nil)
        #expect(try RolloutChange.template("loud").step(for: ["id": "b", "config": "a"], config: config) == nil)
    }
}
