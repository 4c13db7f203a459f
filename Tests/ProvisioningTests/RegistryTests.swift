// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Testing

@testable import Provisioning

@Suite("From a sighting to a device")
struct RegistryTests {
    private func observation(_ type: DHCPObservation.MessageType, _ mac: String, ip: String? = nil) throws -> DHCPObservation {
        var observation = DHCPObservation(observer: .sniffer, time: 1, type: type, mac: try #require(MACAddress(mac)))
        observation.ip = ip.flatMap { IPv4Address($0) }
        return observation
    }

    /// What all SPA504G ask for, by which none of them can be told.
    private func sharedFileRequest() throws -> PhoneFileRequest {
        let asker = try #require(IPAddress("10.77.0.21"))
        return try #require(PhoneFileRequest(transport: .tftp, path: "/spa504G.cfg", userAgent: nil, asker: asker))
    }

    @Test("A phone that asks before the sniffer has told of its lease is answered as soon as it has", .timeLimit(.minutes(10)))
    func early() async throws {
        let test = try await TestAppliance(patience: .seconds(600))
        let request = try sharedFileRequest()
        async let answer = test.files.answer(request)
        while test.appliance.leaseNews.waitingCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
        // Another's lease is no news, and the offer of an address no lease.
        try await test.dhcp.take(observation(.ack, "00:15:65:0a:bb:cc", ip: "10.77.0.22"))
        var own = try observation(.offer, "00:0e:08:0a:bb:cc", ip: "10.77.0.21")
        own.vendorClass = "Cisco SPA504G"
        try await test.dhcp.take(own)
        #expect(test.appliance.leaseNews.waitingCount == 1)
        own.type = .ack
        try await test.dhcp.take(own)
        #expect(await answer.text != nil)
        #expect(test.appliance.leaseNews.waitingCount == 0)
    }

    @Test("Nobody waits again at once for a lease that nobody tells of, nor for what no phone asks for", .timeLimit(.minutes(10)))
    func inVain() async throws {
        let test = try await TestAppliance()
        let news = LeaseNews(patience: .milliseconds(1), now: { test.clock.now })
        let address = try #require(IPAddress("10.77.0.21"))
        var waited = Duration.zero
        /// How often it is looked: once before a wait and once after it, or never without one.
        func looks() async throws -> Int {
            var count = 0
            let found: Device? = try await news.find(at: address, waited: &waited) {
                count += 1
                return nil
            }
            return found == nil ? count : 0
        }
        #expect(try await looks() == 2)
        #expect(waited >= .milliseconds(1))
        #expect(try await looks() == 0)
        test.clock.advance(11)
        #expect(try await looks() == 2)
        news.told(of: address)
        #expect(try await looks() == 2)
        test.clock.advance(-3_600)
        #expect(try await looks() == 2)

        let patient = try await TestAppliance(patience: .seconds(600))
        let scan = PhoneFileRequest(transport: .http, path: "/wp-login.php", userAgent: "curl/8.0", asker: address)
        #expect(await patient.files.answer(try #require(scan)).refusal?.kind == .unknownDevice)
    }

    @Test("A request that is given up does not wait on", .timeLimit(.minutes(10)))
    func givenUp() async throws {
        let test = try await TestAppliance(patience: .seconds(600))
        let request = try sharedFileRequest()
        let task = Task { await test.files.answer(request) }
        while test.appliance.leaseNews.waitingCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(await task.value.refusal?.kind == .unknownDevice)
    }

    @Test("A phone's very first request already gets its file: it is made known, given a plugin, an account and a config")
    func firstContact() async throws {
        let test = try await TestAppliance()
        let answer = try await test.yealink()
        let device = try await test.device()
        #expect(device.vendor == "Yealink" && device.model == "T46S" && device.version == "66.86.0.15" && device.plugin == "yealink-v86")
        #expect(device.isConfigured && device.ip == IPAddress("10.77.0.11"))
        let username = try #require(device.remoteStateSIPUsername)
        #expect(username.hasPrefix("ap") && username.utf8.count == 10)
        let account = try #require(try await test.store.autoprovAccount(username: username))
        #expect(account.device == device.id)
        let text = try #require(answer.text)
        #expect(text.contains("account.1.user_name = \(account.username)\n") && text.contains("account.1.password = \(account.password)\n"))
    }

    @Test("Fifty first requests at once make one device")
    func noTwins() async throws {
        let test = try await TestAppliance()
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { _ = try await test.yealink() } }
            try await group.waitForAll()
        }
        #expect(try await test.store.devices().count == 1)
    }

    @Test("Two phones have different accounts")
    func ownAccounts() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.12", mac: "00:15:65:0a:bb:dd")
        let names = try await test.store.devices().map(\.remoteStateSIPUsername)
        #expect(names.count == 2 && names[0] != nil && names[0] != names[1])
    }

    @Test("A DHCP message alone makes a phone known, with vendor and model; a computer's makes nothing known")
    func dhcp() async throws {
        let test = try await TestAppliance()
        var discover = try observation(.discover, "00:15:65:0a:bb:cc")
        discover.vendorClass = "yealink"
        discover.hostname = "SIP-T46S"
        discover.recognition = .init(vendor: "Yealink", model: "T46S", basis: "yealink.yml: host name SIP-{model}")
        try await test.dhcp.take(discover)
        let device = try await test.device()
        #expect(device.vendor == "Yealink" && device.model == "T46S" && device.ip == nil)
        var computer = try observation(.discover, "d8:bb:c1:00:00:01")
        computer.vendorClass = "MSFT 5.0"
        try await test.dhcp.take(computer)
        #expect(try await test.store.devices().count == 1)
        #expect(try await test.timeline().contains("looks for a DHCP server"))
    }

    @Test("A plugin that provd chose gives way when more becomes known; one that an administrator chose stays")
    func reassociation() async throws {
        let test = try await TestAppliance()
        var discover = try observation(.discover, "00:15:65:0a:bb:cc")
        discover.recognition = .init(vendor: "Yealink", basis: "OUI")
        try await test.dhcp.take(discover)
        _ = try await test.yealink(version: "66.84.0.15")
        #expect(try await test.device().plugin == "yealink-v84")
        _ = try await test.yealink(version: "66.86.0.15")
        #expect(try await test.device().plugin == "yealink-v86")

        let device = try await test.device()
        var document = device.document
        document["plugin"] = "yealink-v85"
        #expect(try await DeviceBook(test.appliance, scope: TenantScope(test.tenant)).replace(device.id, with: document))
        _ = try await test.yealink(version: "66.84.0.15")
        #expect(try await test.device().plugin == "yealink-v85")
    }

    @Test("A null plugin is an administrator's choice too: none")
    func nullPlugin() async throws {
        let test = try await TestAppliance()
        _ = try await DeviceBook(test.appliance, scope: TenantScope(test.tenant)).create(
            ["mac": "00:15:65:0a:bb:cc", "plugin": nil])
        let answer = try await test.yealink()
        #expect(answer.refusal?.kind == .noSuchFile)
        #expect(try await test.device().plugin == nil)
    }

    @Test("An address belongs to the device that has it now")
    func addressMoves() async throws {
        let test = try await TestAppliance(access: .open)
        _ = try await test.yealink()
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.11", mac: "00:15:65:0a:bb:dd")
        #expect(try await test.device("00:15:65:0a:bb:cc").ip == nil)
        #expect(try await test.device("00:15:65:0a:bb:dd").ip == IPAddress("10.77.0.11"))
    }

    @Test("A request from another address than DHCP shows does not move the device in the books")
    func forgery() async throws {
        let test = try await TestAppliance()
        var acknowledgement = try observation(.ack, "00:15:65:0a:bb:cc", ip: "10.77.0.11")
        acknowledgement.recognition = .init(vendor: "Yealink", basis: "OUI")
        try await test.dhcp.take(acknowledgement)
        let answer = try await test.yealink(from: "10.77.0.66", version: "1.2.3.4")
        #expect(answer.refusal?.kind == .forbidden)
        let device = try await test.device()
        #expect(device.ip == IPAddress("10.77.0.11") && device.version != "1.2.3.4")
        #expect(try await test.timeline().contains { $0.contains("10.77.0.66") && $0.contains("DHCP evidence") })
        #expect(try await test.yealink(from: "10.77.0.11").text != nil)
    }

    @Test("Nor does one that names the phone by its serial number")
    func forgeryBySerialNumber() async throws {
        let test = try await TestAppliance(access: .open)
        var acknowledgement = try observation(.ack, "00:15:65:0a:bb:cc", ip: "10.77.0.11")
        acknowledgement.recognition = .init(vendor: "Yealink", basis: "OUI")
        try await test.dhcp.take(acknowledgement)
        let device = try await test.device()
        var document = device.document
        document["sn"] = "SN-4711"
        #expect(try await DeviceBook(test.appliance, scope: TenantScope(test.tenant)).replace(device.id, with: document))
        let forged = Sighting(
            source: .http, trust: .claimed, identity: .init(serialNumber: "SN-4711", vendor: "Yealink"), ip: IPAddress("10.77.0.66"), basis: ["test"])
        _ = try await test.registry.sight(forged)
        #expect(try await test.device().ip == IPAddress("10.77.0.11"))
    }

    @Test("Without DHCP evidence the first asker is bound, and nobody else gets the file after")
    func enrolment() async throws {
        let test = try await TestAppliance()
        #expect(try await test.yealink(from: "10.77.0.11").text != nil)
        #expect(try await test.yealink(from: "10.77.0.12").refusal?.kind == .forbidden)
        #expect(try await test.yealink(from: "10.77.0.11").text != nil)
    }

    @Test("When enrolment has ended an unknown phone gets no credentials")
    func enrolmentEnds() async throws {
        let test = try await TestAppliance()
        test.clock.advance(25 * 3_600)
        #expect(try await test.yealink().refusal?.kind == .forbidden)
    }

    @Test("Somebody who is no phone makes nothing known")
    func strangers() async throws {
        let test = try await TestAppliance()
        for (path, agent) in [("/", "curl/7.88.1"), ("/favicon.ico", "Mozilla/5.0"), ("/0015650abbcc.xyz", "curl/7.88.1")] {
            let asker = try #require(IPAddress("10.77.0.9"))
            let request = PhoneFileRequest(transport: .http, path: path, userAgent: agent, asker: asker)
            #expect(await test.files.answer(try #require(request)).refusal?.kind == .unknownDevice, "\(path)")
        }
        #expect(try await test.store.devices().isEmpty)
    }

    @Test("One phone does not get another's file by naming it")
    func othersFile() async throws {
        let test = try await TestAppliance(access: .open)
        _ = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.12", mac: "00:15:65:0a:bb:dd")
        let victim = try await test.device("00:15:65:0a:bb:dd")
        let answer = try await test.yealink("/0015650abbdd.cfg", from: "10.77.0.11", mac: "00:15:65:0a:bb:cc")
        let username = try #require(victim.remoteStateSIPUsername)
        #expect(answer.text?.contains(username) != true)
    }

    @Test("A change of the base config is in the next file, without any device being touched")
    func renderedWhenAsked() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let before = try await test.device()
        let book = ConfigBook(test.appliance)
        var base = try #require(try await book.config(.base))
        base.rawConfig["syslog_enabled"] = true
        base.rawConfig["syslog_ip"] = "10.77.0.99"
        #expect(try await book.replace(.base, with: base.fullDocument))
        #expect(try await test.yealink().text?.contains("static.syslog.server = 10.77.0.99") == true)
        #expect(try await test.device() == before)
    }
}
