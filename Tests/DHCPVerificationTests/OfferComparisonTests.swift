// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes
import Testing

@testable import DHCPConfig
@testable import DHCPVerification

/// A site with one family of phones, and what a server might offer there.
private struct Bench {
    let plan: DHCPPlan
    let catalog: VendorCatalog

    init() throws {
        catalog = try VendorCatalog.load([("acme", "acme.yml", Self.definition)])
        plan = try DHCPPlan.make(Site.load(Self.site, file: "site.yml", catalog: catalog).site, catalog: catalog).plan
    }

    private static let definition = """
        vendor: Acme
        sources: {s: s}
        families:
          - id: acme
            recognise: [{vendor_class: acme, source: s}]
            deliver:
              http:
                - {option: 66, text: "{http_url}", source: s}
                - {option: 160, text: extra, only_if_asked: true, source: s}
                - {header: boot_file, text: boot.cfg, source: s}
        samples:
          - {vendor_class: acme, family: acme}
          - {vendor_class: acme-other}
        """
    private static let site = """
        provd: {address: 10.0.0.1}
        subnets:
          - name: a
            network: 10.0.0.0/24
            relays: [10.9.0.1]
            circuit_ids: [port-7]
            serve: phones
            ranges: 10.0.0.5-10.0.0.50
            router: 10.0.0.254
            dns: [10.0.0.2, 10.0.0.3]
            ntp: 10.0.0.2
            lease: 1h
        """

    func probe(_ vendorClass: String, _ request: VerificationProbe.Request = .everything) throws -> VerificationProbe {
        let subnet = try #require(plan.subnets.first)
        return VerificationProbe(DHCPEvidence(vendorClass: vendorClass), in: subnet, request: request, plan: plan, catalog: catalog)
    }

    /// The offer that says all it should.
    func offer(_ change: (inout DHCPPacket) -> Void = { _ in }) -> DHCPPacket {
        var packet = DHCPPacket(
            .bootReply, from: VerificationProbe.anonymousMAC, xid: 1,
            options: [
                DHCPOption(1, [255, 255, 255, 0]), DHCPOption(3, [10, 0, 0, 254]), DHCPOption(6, [10, 0, 0, 2, 10, 0, 0, 3]),
                DHCPOption(42, [10, 0, 0, 2]), DHCPOption(51, [0, 0, 0x0E, 0x10]), DHCPOption(54, [10, 0, 0, 1]),
                DHCPOption(66, Array("http://10.0.0.1:8667".utf8)), DHCPOption(160, Array("extra".utf8)),
            ])
        packet.yiaddr = IPv4Address(10, 0, 0, 7)
        packet.file = Array("boot.cfg".utf8)[...]
        change(&packet)
        return packet
    }

    /// The verdicts on the address and on what the phone is told because it is one: not on what everybody is told.
    func verdicts(
        _ offer: DHCPPacket?, by platform: ServerPlatform = .isc, to vendorClass: String = "acme",
        asking request: VerificationProbe.Request = .everything
    ) throws -> [String] {
        try OfferComparison(platform, plan: plan).rows(probe(vendorClass, request), offer: offer).filter { row in
            !["mask", "router", "name servers", "NTP", "lease"].contains { row.place.contains($0) }
        }.map(\.verdict.word)
    }
}

struct OfferComparisonTests {
    @Test func anOfferThatSaysWhatItShouldIsTheSame() throws {
        let bench = try Bench()
        #expect(try bench.verdicts(bench.offer()) == ["same", "same", "same", "same"])
    }

    @Test func whatIsMissingOrDifferentIsSaid() throws {
        let bench = try Bench()
        #expect(try bench.verdicts(bench.offer { $0.options[66] = nil }) == ["same", "missing", "same", "same"])
        #expect(try bench.verdicts(bench.offer { $0.options[66] = [1, 2] }) == ["same", "different", "same", "same"])
        #expect(try bench.verdicts(bench.offer { $0.file = [] }) == ["same", "same", "same", "missing"])
        #expect(try bench.verdicts(bench.offer { $0.yiaddr = IPv4Address(10, 0, 0, 51) }) == ["different", "same", "same", "same"])
        #expect(try bench.verdicts(nil) == ["missing"])
    }

    @Test func whatIsSentOnlyIfAskedForIsNotExpectedOtherwise() throws {
        let bench = try Bench()
        let offer = bench.offer { $0.options[160] = nil }
        #expect(try bench.verdicts(offer, asking: .basics) == ["same", "same", "same"])
        #expect(try bench.verdicts(offer) == ["same", "same", "missing", "same"])
    }

    @Test("What the site says of the subnet is compared too", arguments: [
        (1, [255, 255, 0, 0], "option 1 (subnet mask)"), (3, [10, 0, 0, 253], "option 3 (router)"), (6, [10, 0, 0, 2], "option 6 (name servers)"),
        (42, [], "option 42 (NTP servers)"), (51, [0, 0, 0, 60], "option 51 (lease time)"),
    ] as [(UInt8, [UInt8], String)])
    func siteOptions(code: UInt8, octets: [UInt8], place: String) throws {
        let bench = try Bench()
        let offer = bench.offer { $0.options[DHCPOptionCode(code)] = octets.isEmpty ? nil : octets[...] }
        let wrong = OfferComparison(.isc, plan: bench.plan).rows(try bench.probe("acme"), offer: offer).filter(\.isFailure)
        #expect(wrong.map(\.place) == [place])
        #expect(wrong.map(\.verdict) == [octets.isEmpty ? .missing : .different])
        #expect(wrong.first?.location?.line == 3)
        // Time servers are expected of a phone that asks for them.
        let basics = OfferComparison(.isc, plan: bench.plan).rows(try bench.probe("acme", .basics), offer: offer)
        #expect(basics.contains(where: \.isFailure) == (code != 42))
    }

    @Test func aNULIsKnownOfDnsmasqAndOfNobodyElse() throws {
        let bench = try Bench()
        let offer = bench.offer { $0.options[66] = ($0.options[66] ?? []) + [0] }
        #expect(try bench.verdicts(offer, by: .dnsmasq) == ["same", "known", "same", "same"])
        #expect(try bench.verdicts(offer, by: .kea) == ["same", "different", "same", "same"])
    }

    @Test func aStrangerMustGetNothingButDnsmasqIsKnownToTakeSomeForPhones() throws {
        let bench = try Bench()
        #expect(try bench.verdicts(nil, by: .isc, to: "acme-other") == ["same"])
        #expect(try bench.verdicts(bench.offer(), by: .isc, to: "acme-other") == ["unexpected"])
        #expect(try bench.verdicts(bench.offer(), by: .dnsmasq, to: "acme-other") == ["known"])
        #expect(try bench.verdicts(bench.offer(), by: .dnsmasq, to: "laptop") == ["unexpected"])
    }

    @Test func theReportCountsAndSaysWhatToChange() throws {
        let bench = try Bench()
        let rows = OfferComparison(.isc, plan: bench.plan).rows(try bench.probe("acme"), offer: bench.offer { $0.options[66] = [7] })
        let report = VerificationReport(platform: .isc, probes: 1, rows: rows)
        #expect(report.failures.map(\.got) == [[7]])
        let text = report.text(complete: false)
        #expect(text.contains("acme.yml:8"), "the line that asks for it: \(text)")
        #expect(text.hasSuffix("isc: 1 DISCOVERs, 8 values as expected, 0 known differences, 1 wrong\n"))
        #expect(report.json.contains("\"failures\": 1"))
        let all = report.text(complete: true)
        for cell in ["10.0.0.254", "10.0.0.2 10.0.0.3", "255.255.255.0", "3600 s"] { #expect(all.contains(cell), "\(all)") }
    }
}

struct VerificationProbeTests {
    @Test func aRelayedDiscoverLooksAsTheRelayPassesItOn() throws {
        let probe = try Bench().probe("acme")
        let packet = probe.discover(xid: 7, relayed: true)
        #expect(packet.giaddr == IPv4Address(10, 9, 0, 1))
        #expect(packet.wantsBroadcast)
        #expect(try packet.options.messageType == .discover)
        #expect(packet.options.vendorClassIdentifier == "acme")
        #expect(try packet.options.relayAgentInformation?.circuitID?.elementsEqual("port-7".utf8) == true)
        #expect(probe.discover(xid: 7, relayed: false).options[.relayAgentInformation] == nil)
    }

    @Test func aPhoneAsksForWhatItsFamilyIsSentOrForNothingSpecial() throws {
        let bench = try Bench()
        #expect(try bench.probe("acme").requestList == [1, 3, 6, 15, 42, 66, 160])
        #expect(try bench.probe("acme", .basics).requestList == [1, 3, 6, 15])
    }

    @Test func everySampleIsAProbeInEverySubnet() throws {
        let bench = try Bench()
        #expect(VerificationProbe.all(bench.plan, catalog: bench.catalog, subnets: bench.plan.subnets).count == 4)
        #expect(VerificationProbe.all(bench.plan, catalog: bench.catalog, families: ["other"], subnets: bench.plan.subnets).isEmpty)
    }
}

struct LiveComparisonTests {
    private func heard(_ server: UInt8, _ offer: DHCPPacket) -> HeardOffer {
        var packet = offer
        packet.options[.serverIdentifier] = [10, 0, 0, server]
        return HeardOffer(packet: packet, hardware: MACAddress(2, 0, 0, 0, 0, server))
    }

    @Test func theServerThatIsRightIsTheSitesAndTheOtherIsNamed() throws {
        let bench = try Bench()
        var live = LiveComparison(.isc, plan: bench.plan, expected: nil)
        live.take(try bench.probe("acme"), [heard(9, bench.offer { $0.options[66] = nil }), heard(1, bench.offer())])
        live.take(try bench.probe("acme", .basics), [heard(1, bench.offer())])
        #expect(live.known == [IPv4Address(10, 0, 0, 1), IPv4Address(10, 0, 0, 9)])
        let report = live.report(.isc)
        #expect(report.server == IPv4Address(10, 0, 0, 1) && report.failures.isEmpty && !report.isGood)
        let other = try #require(report.otherServers.first)
        #expect(report.otherServers.count == 1 && other.answers == 1 && other.wrong.map(\.verdict) == [.missing])
        let text = report.text(complete: false)
        #expect(text.contains("other server: 10.0.0.9 (02:00:00:00:00:09) answers too, 1 of 2 DISCOVERs, 1 value wrong, such as option 66"), "\(text)")
        #expect(report.json.contains("\"other_servers\": ["))
    }

    @Test func theServerThatIsNamedIsVerifiedThoughAnotherIsRight() throws {
        let bench = try Bench()
        var live = LiveComparison(.isc, plan: bench.plan, expected: IPv4Address(10, 0, 0, 9))
        live.take(try bench.probe("acme"), [heard(9, bench.offer { $0.options[66] = nil }), heard(1, bench.offer())])
        let report = live.report(.isc)
        #expect(report.failures.map(\.place) == ["option 66 (TFTP server name)"])
        #expect(report.otherServers.map(\.address) == [IPv4Address(10, 0, 0, 1)])
    }

    @Test func silenceIsAFailureOfEveryProbe() throws {
        let bench = try Bench()
        var live = LiveComparison(.isc, plan: bench.plan, expected: nil)
        live.take(try bench.probe("acme"), [])
        let report = live.report(.isc)
        #expect(report.server == nil && report.failures.map(\.verdict) == [.missing] && report.otherServers.isEmpty)
    }
}
