// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPVerification
import DHCPWire
import NetTypes
import Testing

@testable import DHCPConfig

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
        """

    func probe(_ vendorClass: String, _ request: VerificationProbe.Request = .everything) throws -> VerificationProbe {
        let subnet = try #require(plan.subnets.first)
        return VerificationProbe(DHCPEvidence(vendorClass: vendorClass), in: subnet, request: request, plan: plan, catalog: catalog)
    }

    /// The offer that says all it should.
    func offer(_ change: (inout DHCPPacket) -> Void = { _ in }) -> DHCPPacket {
        var packet = DHCPPacket(
            .bootReply, from: VerificationProbe.anonymousMAC, xid: 1,
            options: [DHCPOption(66, Array("http://10.0.0.1:8667".utf8)), DHCPOption(160, Array("extra".utf8))])
        packet.yiaddr = IPv4Address(10, 0, 0, 7)
        packet.file = Array("boot.cfg".utf8)[...]
        change(&packet)
        return packet
    }

    func verdicts(
        _ offer: DHCPPacket?, by platform: ServerPlatform = .isc, to vendorClass: String = "acme",
        asking request: VerificationProbe.Request = .everything
    ) throws -> [String] {
        try OfferComparison(platform, plan: plan).rows(probe(vendorClass, request), offer: offer).map(\.verdict.word)
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
        #expect(text.hasSuffix("isc: 1 DISCOVERs, 3 values as expected, 0 known differences, 1 wrong\n"))
        #expect(report.json.contains("\"failures\": 1"))
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
        #expect(try bench.probe("acme").requestList == [1, 3, 6, 15, 66, 160])
        #expect(try bench.probe("acme", .basics).requestList == [1, 3, 6, 15])
    }

    @Test func everySampleIsAProbeInEverySubnet() throws {
        let bench = try Bench()
        #expect(VerificationProbe.all(bench.plan, catalog: bench.catalog, subnets: bench.plan.subnets).count == 4)
        #expect(VerificationProbe.all(bench.plan, catalog: bench.catalog, families: ["other"], subnets: bench.plan.subnets).isEmpty)
    }
}
