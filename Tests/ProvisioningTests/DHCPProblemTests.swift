// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DeviceStorage
import Foundation
import JSONText
import NetTypes
import ProvModel
import Testing

@testable import Provisioning

@Suite("Problems of DHCP on the timeline")
struct DHCPProblemTests {
    private let mac = MACAddress(0x00, 0x15, 0x65, 0x0A, 0xBB, 0xCC)

    private func report(_ kind: DHCPProblemReport.Kind) -> DHCPProblemReport {
        var report = DHCPProblemReport(kind, time: 2_000_000, mac: mac, text: "the phone is given nothing", remedy: "give it something")
        report.family = "yealink"
        report.server = IPv4Address(10, 77, 0, 1)
        report.wantedOptions = [66]
        return report
    }

    private func definitions() throws -> VendorCatalog {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try VendorCatalog.load(directory: root.appending(path: "dhcp").path)
    }

    @Test("Missing options stand on the phone's timeline as failed, with the lines to paste")
    func missingOptions() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        let advice = DHCPAdvice(try definitions(), settings: test.appliance.settings)
        let sightings = DHCPSightings(test.appliance, registry: test.registry, advice: advice)
        try await sightings.take(.problem(report(.noProvisioningOptions)))
        await test.appliance.journal.flush()
        let event = try #require(try await test.store.timeline(of: test.device().id, after: 0, limit: 1_000).last)
        #expect(event.step == .dhcp && event.outcome == .failed)
        #expect(event.text.hasPrefix("the phone is given nothing: give it something"))
        #expect(event.text.contains("option 66 (TFTP server name) “http://10.77.0.1:8667”"))
        let lines = try #require(event.details["lines"])
        #expect(lines["dnsmasq"]?.string?.contains("dhcp-option-force=tag:yealink,66,\"http://10.77.0.1:8667\"") == true)
        #expect(lines["isc"]?.string?.contains("http://10.77.0.1:8667") == true)
        #expect(lines["kea"]?.string?.contains("http://10.77.0.1:8667") == true)
    }

    @Test("Refusals stand there as refused, with the servers' lines; lines for options need the definitions")
    func refusals() async throws {
        let test = try await TestAppliance()
        _ = try await test.yealink()
        try await test.dhcp.take(report(.refusedAgain))
        try await test.dhcp.take(report(.noProvisioningOptions))
        await test.appliance.journal.flush()
        let events = try await test.store.timeline(of: test.device().id, after: 0, limit: 1_000).suffix(2)
        #expect(events.map(\.outcome) == [.refused, .failed])
        let lines = try #require(events.first?.details["lines"])
        #expect(lines["isc"]?.string?.contains("authoritative;") == true)
        #expect(lines["kea"]?.string?.contains("\"authoritative\": true") == true)
        #expect(lines["dnsmasq"]?.string?.contains("dhcp-authoritative") == true)
        #expect(events.last?.details["lines"] == nil)
    }

    @Test("A problem of a client that is no device makes none")
    func stranger() async throws {
        let test = try await TestAppliance()
        try await test.dhcp.take(report(.noOffer))
        #expect(try await test.store.devices().isEmpty)
    }
}
