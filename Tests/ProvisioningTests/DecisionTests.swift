// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("Inheritance of configs")
struct ConfigTreeTests {
    private func tree(_ configs: [String: (parents: [String], raw: JSONObject)], root: String = "c") -> ConfigTree {
        ConfigTree(root: ConfigID(stored: root)) { id in
            configs[id.description].map { entry in
                Config(id: id, parents: entry.parents.map(ConfigID.init(stored:)), rawConfig: entry.raw)
            }
        }
    }

    private func flattened(_ tree: ConfigTree, base: JSONObject = [:]) -> JSONValue? {
        tree.flattened(ConfigID(stored: "c"), base: base).map(JSONValue.object)
    }

    @Test("A config's own values beat its parents', later parents beat earlier ones, and all beat the base")
    func order() {
        let tree = tree(["c": (["a", "b"], ["own": 1]), "a": ([], ["x": "a", "own": 0, "y": "a"]), "b": ([], ["x": "b"])])
        #expect(flattened(tree, base: ["y": "base", "z": "base"]) == ["y": "a", "z": "base", "x": "b", "own": 1])
    }

    @Test("Objects are merged member by member, null replaces, lists replace")
    func merging() {
        let tree = tree([
            "c": (["a"], ["sip_lines": ["1": ["username": "u"]], "n": nil, "l": [2]]),
            "a": ([], ["sip_lines": ["1": ["number": "5"], "2": ["number": "6"]], "n": 1, "l": [1, 1]]),
        ])
        #expect(flattened(tree) == ["sip_lines": ["1": ["number": "5", "username": "u"], "2": ["number": "6"]], "n": nil, "l": [2]])
    }

    @Test("A config that is met twice counts where it is first met")
    func diamond() {
        // b is listed after a, but a inherits from b: b is laid first, and a wins.
        let tree = tree(["c": (["a", "b"], [:]), "a": (["b"], ["x": "a"]), "b": ([], ["x": "b"])])
        #expect(flattened(tree) == ["x": "a"])
    }

    @Test("Cycles and parents that do not exist do no harm")
    func cycles() {
        let tree = tree(["c": (["a", "gone"], ["x": "c"]), "a": (["c"], ["y": "a"])])
        #expect(flattened(tree) == ["y": "a", "x": "c"])
        #expect(tree.flattened(ConfigID(stored: "gone"), base: [:]) == nil)
    }
}

@Suite("What a sighting changes")
struct DeviceUpdateTests {
    private let known = Device(
        id: DeviceID(stored: "d"), document: ["mac": "00:15:65:0a:bb:cc", "vendor": "Yealink", "model": "T46S", "version": "1", "ip": "10.0.0.1"])

    @Test("What is missing is added, the address and the version follow, the rest is not corrected")
    func rules() throws {
        let sighting = Sighting(
            source: .http, trust: .claimed,
            identity: .init(mac: MACAddress("00:15:65:ff:ff:ff"), serialNumber: "S", vendor: "Acme", model: "X", version: "2"),
            ip: IPAddress("10.0.0.2"))
        let updated = DeviceUpdate.apply(sighting, to: known)
        #expect(updated.mac == known.mac && updated.vendor == "Yealink" && updated.model == "T46S")
        #expect(updated.serialNumber == "S" && updated.version == "2" && updated.ip == IPAddress("10.0.0.2"))
    }

    @Test("A sighting that says nothing new changes nothing")
    func nothingNew() {
        let sighting = Sighting(source: .http, trust: .claimed, identity: .init(mac: known.mac, version: "1"), ip: known.ip)
        #expect(DeviceUpdate.apply(sighting, to: known) == known)
    }

    @Test("By address alone a device is found only if exactly one can be meant")
    func byAddress() {
        let other = Device(id: DeviceID(stored: "e"), document: ["vendor": "Cisco"])
        let cisco = Sighting(source: .tftp, trust: .claimed, identity: .init(vendor: "Cisco"), ip: IPAddress("10.0.0.1"))
        #expect(DeviceUpdate.match(byAddress: [known, other], cisco) == other)
        let anything = Sighting(source: .tftp, trust: .claimed, identity: .init(), ip: IPAddress("10.0.0.1"))
        #expect(DeviceUpdate.match(byAddress: [known, other], anything) == nil)
    }
}

@Suite("Who may fetch a file with credentials")
struct FileAccessPolicyTests {
    private let phone = IPAddress.v4(IPv4Address(10, 77, 0, 11))
    private let stranger = IPAddress.v4(IPv4Address(10, 77, 0, 66))
    private let mac = MACAddress(0, 0x15, 0x65, 1, 2, 3)

    @Test("Only the bound address gets it; a stranger is refused with the reason")
    func bound() {
        let binding = AddressBinding(mac: mac, ip: phone, source: .dhcp, time: 0)
        #expect(FileAccessPolicy.bound.decide(mac: mac, asker: phone, binding: binding, enrolmentIsOpen: false) == .allow)
        guard case .refuse(let reason) = FileAccessPolicy.bound.decide(mac: mac, asker: stranger, binding: binding, enrolmentIsOpen: true)
        else {
            Issue.record("the stranger was not refused")
            return
        }
        #expect(reason.contains("10.77.0.66") && reason.contains("10.77.0.11"))
    }

    @Test("Without evidence the first asker is bound while enrolment is open, and nobody after")
    func enrolment() {
        #expect(FileAccessPolicy.bound.decide(mac: mac, asker: phone, binding: nil, enrolmentIsOpen: true) == .allowAndBind)
        guard case .refuse = FileAccessPolicy.bound.decide(mac: mac, asker: phone, binding: nil, enrolmentIsOpen: false) else {
            Issue.record("enrolment is closed, and yet it was allowed")
            return
        }
    }

    @Test("The open policy lets everybody")
    func open() {
        let binding = AddressBinding(mac: mac, ip: phone, source: .dhcp, time: 0)
        #expect(FileAccessPolicy.open.decide(mac: mac, asker: stranger, binding: binding, enrolmentIsOpen: false) == .allow)
    }
}

@Suite("Wrong codes")
struct CodeGuardTests {
    private let device = DeviceID(stored: "d")
    private let source = IPAddress.v4(IPv4Address(10, 77, 0, 11))

    /// Dials wrong codes as fast as they are heard.
    ///
    /// - Returns: the waits after each of them.
    private func waits(_ count: Int, _ guardian: inout CodeGuard, now: inout Double) -> [Double] {
        (0..<count).map { _ in
            guardian.wrong(device: device, source: nil, now: now)
            let wait = guardian.lock(device: device, source: nil, now: now) ?? 0
            now += wait
            return wait
        }
    }

    @Test("Wrong codes make a device wait longer and longer, a day at the most, and only that device")
    func growing() {
        var guardian = CodeGuard(), now = 0.0
        #expect(waits(5, &guardian, now: &now) == [0, 0, 5, 30, 900])
        #expect(waits(5, &guardian, now: &now) == [0, 0, 5, 30, 1_800])
        #expect(guardian.lock(device: DeviceID(stored: "other"), source: nil, now: now) == nil)
        for _ in 0..<8 { _ = waits(5, &guardian, now: &now) }
        #expect(waits(5, &guardian, now: &now).last == CodeGuard.longestLock)
        // After a day without a lock the first one is short again.
        now += CodeGuard.longestLock
        #expect(waits(5, &guardian, now: &now).last == 900)
    }

    @Test("Wrong codes that are a quarter of an hour apart lock nobody")
    func seldom() {
        var guardian = CodeGuard()
        for number in 0..<20 {
            guardian.wrong(device: device, source: source, now: Double(number) * CodeGuard.device.memory)
            #expect(guardian.lock(device: device, source: source, now: Double(number) * CodeGuard.device.memory) == nil)
        }
    }

    @Test("While a code of a device is looked up no other one is heard, so that many at once are no more tries")
    func together() {
        var guardian = CodeGuard()
        #expect(guardian.begin(device: device, source: source, now: 0) == nil)
        #expect(guardian.begin(device: device, source: source, now: 0) == 1)
        #expect(guardian.begin(device: DeviceID(stored: "other"), source: source, now: 0) == nil)
        guardian.end(device: device)
        #expect(guardian.begin(device: device, source: source, now: 0) == nil)
    }

    @Test("An administrator lifts a lock, and the device begins anew")
    func lifted() {
        var guardian = CodeGuard(), now = 0.0
        for _ in 0..<5 { guardian.wrong(device: device, source: source, now: now) }
        #expect(guardian.locked(now: now).map(\.key) == [.device(device)])
        let isLifted = guardian.lift(.device(device), now: now), again = guardian.lift(.device(device), now: now)
        #expect(isLifted && !again)
        #expect(waits(5, &guardian, now: &now) == [0, 0, 5, 30, 900])
    }

    @Test("A right code makes the wrong ones forgotten")
    func right() {
        var guardian = CodeGuard()
        for _ in 0..<4 { guardian.wrong(device: device, source: nil, now: 0) }
        let hadWrongOnes = guardian.right(device: device), hasStill = guardian.right(device: device)
        #expect(hadWrongOnes && !hasStill)
        guardian.wrong(device: device, source: source, now: 0)
        #expect(guardian.lock(device: device, source: nil, now: 0) == nil)
    }

    @Test("What is written down has the same locks and counts, those that count most when there are many")
    func written() throws {
        var guardian = CodeGuard(), now = 0.0
        _ = waits(12, &guardian, now: &now)
        guardian.wrong(device: device, source: source, now: now)
        var again = CodeGuard(written: try JSONValue(parsing: guardian.written.text()))
        #expect(again.lock(device: device, source: nil, now: now) == 5)
        // The fourth and the fifth wrong code since the second lock have a fourth's and a fifth's wait.
        now += 5
        #expect(waits(2, &again, now: &now) == [30, 3_600])

        for number in 0..<1_500 { guardian.wrong(device: DeviceID(stored: "d\(number)"), source: source, now: now) }
        let text = guardian.written.text()
        #expect(text.utf8.count < 100_000)
        again = CodeGuard(written: try JSONValue(parsing: text))
        #expect(Set(again.locked(now: now).map(\.key)) == [.source(source), .all])
    }

    @Test("What is no count is passed over", arguments: [
        "[]", "1", #"{"all":1}"#, #"{"all":[1,2,3,4]}"#, #"{"x":[0,1,1e9,0,0]}"#, #"{"device-":[0,1,1e9,0,0]}"#, #"{"source-x":[0,1,1e9,0,0]}"#,
        #"{"all":["0",1,1e9,0,0]}"#, #"{"all":[0,1,null,0,0]}"#,
    ])
    func unreadable(text: String) throws {
        #expect(CodeGuard(written: try JSONValue(parsing: text)).locked(now: 0).isEmpty)
    }

    @Test("Numbers that no count has do no harm")
    func hostile() throws {
        let text = #"{"device-d":[9223372036854775807,9223372036854775807,1e308,-1e308,1e308],"all":[-5,-5,0,0,0]}"#
        var guardian = CodeGuard(written: try JSONValue(parsing: text))
        #expect(guardian.lock(device: device, source: source, now: 0) == nil)
        guardian.wrong(device: device, source: source, now: 0)
        #expect(guardian.locked(now: 0).allSatisfy { $0.count.end <= CodeGuard.longestLock })
    }

    @Test("A machine that pretends to be many devices is locked by its address, and many machines by the overall count")
    func manyDevices() {
        var guardian = CodeGuard()
        for number in 0..<CodeGuard.source.tries { guardian.wrong(device: DeviceID(stored: "\(number)"), source: source, now: 0) }
        #expect(guardian.lock(device: device, source: source, now: 1) != nil)
        #expect(guardian.lock(device: device, source: nil, now: 1) == nil)
        for number in 0..<CodeGuard.overall.tries { guardian.wrong(device: DeviceID(stored: "x\(number)"), source: nil, now: 1) }
        #expect(guardian.lock(device: device, source: nil, now: 2) != nil)
        #expect(guardian.lock(device: device, source: nil, now: 2 + CodeGuard.overall.lock) == nil)
    }
}

@Suite("How many new devices")
struct CreationLimitTests {
    @Test("A company's phones may come at once; a flood may not, and it does not lock for ever")
    func limit() {
        var limit = CreationLimit()
        for _ in 0..<Int(CreationLimit.burst) {
            let isAllowed = limit.take(now: 0)
            #expect(isAllowed)
        }
        let more = [limit.take(now: 0), limit.take(now: -1_000), limit.take(now: 1)]
        #expect(more == [false, false, true])
    }
}

@Suite("Rules for parameters")
struct RawConfigRulesTests {
    @Test(
        "What clients send is taken",
        arguments: [
            #"{"ntp_enabled":true,"ntp_ip":"10.0.0.1","X_anything":{"a":1},"exten_park":null}"#,
            #"{"sip_lines":{"1":{"username":101,"proxy_port":"5060","unknown":true}},"protocol":"SIP","locale":"fr_CA"}"#,
            #"{"funckeys":{"1":{"type":"park"},"2":{"type":"blf","value":"102","line":"1"}},"vlan_enabled":true,"vlan_id":0}"#,
            #"{"sccp_call_managers":{"1":{"ip":"10.0.0.1"}},"dns_enabled":"yes","dns_ip":"10.0.0.1","sip_dtmf_mode":null}"#,
        ])
    func takes(_ text: String) throws {
        try RawConfigRules.check(try #require(try JSONValue(parsing: text).object), isZone: { _ in true })
    }

    @Test(
        "What is wrong is refused, and the parameter is named",
        arguments: [
            (#"{"foo":1}"#, "foo"), (#"{"ntp_enabled":true}"#, "ntp_ip"), (#"{"sip_lines":null}"#, "sip_lines"),
            (#"{"sip_lines":{"1":{"dtmf_mode":"loud"}}}"#, "sip_lines.1.dtmf_mode"), (#"{"funckeys":{"a":{"type":"park"}}}"#, "funckeys"),
            (#"{"funckeys":{"1":{"type":"blf"}}}"#, "funckeys.1"), (#"{"locale":"fr"}"#, "locale"), (#"{"protocol":"sip"}"#, "protocol"),
            (#"{"sip_proxy_port":"many"}"#, "sip_proxy_port"),
        ])
    func refuses(_ text: String, _ field: String) throws {
        let object = try #require(try JSONValue(parsing: text).object)
        let error = #expect(throws: DocumentError.self) { try RawConfigRules.check(object, isZone: { _ in true }) }
        #expect(error?.field == field)
    }
}

@Suite("Paths that phones ask for")
struct PhoneFileRequestTests {
    private let asker = IPAddress.v4(IPv4Address(10, 77, 0, 11))

    @Test(
        "Slashes are put right",
        arguments: [("/0015650abbcc.cfg", "/0015650abbcc.cfg"), ("spa504G.cfg", "/spa504G.cfg"), ("//a//b", "/a/b"), ("\\a\\b", "/a/b"), ("", "/")])
    func paths(_ asked: String, _ path: String) {
        #expect(PhoneFileRequest(transport: .tftp, path: asked, userAgent: nil, asker: asker)?.path == path)
    }

    @Test(arguments: ["/../etc/passwd", "/a/../../b", "..", "/a\u{0}b", "/a\nb", "\\..\\x", "/./a", "/" + String(repeating: "a", count: 2_000)])
    func hostilePathsAreRefused(_ asked: String) {
        #expect(PhoneFileRequest(transport: .http, path: asked, userAgent: nil, asker: asker) == nil)
    }
}
