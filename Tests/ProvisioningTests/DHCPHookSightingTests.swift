// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("What a DHCP server's hook reports")
struct DHCPHookSightingTests {
    private let mac = MACAddress(0x00, 0x15, 0x65, 0x0A, 0xBB, 0xCC)

    /// What Kea's hook knows: addresses, and the host name in lower case.
    private func lease(_ mac: MACAddress, hostname: String? = nil) -> DHCPObservation {
        var observation = DHCPObservation(observer: .hook, time: 2_000_000, type: .ack, mac: mac)
        observation.ip = IPv4Address(10, 77, 0, 11)
        observation.hostname = hostname
        return observation
    }

    private func sightings(_ test: TestAppliance) throws -> DHCPSightings {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let definitions = try VendorCatalog.load(directory: root.appending(path: "dhcp").path)
        return DHCPSightings(test.appliance, registry: test.registry, advice: DHCPAdvice(definitions, settings: test.appliance.settings))
    }

    @Test("A phone that nobody knows is known by its address, and its model by its host name in lower case")
    func unknown() async throws {
        let test = try await TestAppliance()
        try await sightings(test).take(lease(mac))
        #expect(try await test.device().vendor == "Yealink")
        #expect(try await test.device().model == nil)
        try await sightings(test).take(lease(mac, hostname: "sip-t46s"))
        let device = try await test.device()
        #expect(device.model == "T46S" && device.ip == .v4(IPv4Address(10, 77, 0, 11)))
    }

    @Test("The port of the switch stands on the timeline, in words and among the details")
    func circuit() async throws {
        let test = try await TestAppliance()
        var observation = lease(mac)
        observation.relay = IPv4Address(10, 77, 0, 254)
        observation.circuitID = "Gi1/0/7"
        observation.remoteID = "00:06:aa"
        try await sightings(test).take(observation)
        await test.appliance.journal.flush()
        let event = try #require(try await test.store.timeline(of: test.device().id, after: 0, limit: 1_000).last)
        #expect(event.text == "has 10.77.0.11 at circuit Gi1/0/7")
        #expect(event.details["circuit_id"]?.string == "Gi1/0/7" && event.details["remote_id"]?.string == "00:06:aa")
        #expect(event.details["relay"]?.string == "10.77.0.254")
    }

    @Test("What is known of a phone stays")
    func known() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let before = try await test.device()
        try await sightings(test).take(lease(mac))
        #expect(try await test.device() == before)
    }

    @Test("A client whose address is no phone's makes no device")
    func stranger() async throws {
        let test = try await TestAppliance()
        let laptop = MACAddress(0x02, 0, 0, 0, 0, 1)
        try await sightings(test).take(lease(laptop, hostname: "laptop"))
        #expect(try await test.store.devices(where: .mac(laptop)).isEmpty)
    }

    @Test("An observation that is said to stand for more messages than there are is taken for many, as often as it comes")
    func impossibleRepeats() async throws {
        let test = try await TestAppliance()
        var observation = lease(mac)
        for repeats in [Int.max, Int.max, 1, Int.min] {
            observation.repeats = repeats
            try await sightings(test).take(observation)
            if repeats == 1 { await test.appliance.journal.flush() }
        }
        await test.appliance.journal.flush()
        let event = try #require(try await test.store.timeline(of: test.device().id, after: 0, limit: 1_000).last)
        #expect(event.step == .dhcp && event.repeats == 2_000_002)
    }
}
