// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import DHCPConfig

struct ExplanationTests {
    private func explain(_ evidence: DHCPEvidence, in name: String) throws -> Explanation {
        let plan = try plan(exampleSiteText())
        let subnet = try #require(plan.subnets.first { $0.name == name })
        return plan.explain(evidence, in: subnet, catalog: try shippedCatalog())
    }

    @Test func aPhoneIsToldTheURLOfItsSubnet() throws {
        let voice = try explain(DHCPEvidence(vendorClass: "yealink"), in: "voice")
        #expect(voice.items.map(\.value.meaning) == ["“http://10.77.0.1:8667”"])
        #expect(voice.admission == .leased)
        let branch = try explain(DHCPEvidence(vendorClass: "yealink"), in: "branch")
        #expect(branch.items.map(\.value.meaning) == ["“http://10.77.0.1:8667/Kx7-q2LmT0Zr9aWd”"])
        let data = try explain(DHCPEvidence(vendorClass: "yealink"), in: "data")
        #expect(data.items.map(\.place) == [.option(66), .option(132)])
    }

    @Test func theSiteChoosesTheProtocol() throws {
        let items = try explain(DHCPEvidence(vendorClass: "Cisco SPA504G"), in: "voice").items
        #expect(items.map(\.place) == [.option(66), .option(150)])
        #expect(items.map { hexadecimal($0.value.octets) } == ["31:30:2e:37:37:2e:30:2e:31", "0a:4d:00:01"])
    }

    @Test func encapsulatedOptionsAreEncodedHere() throws {
        let item = try #require(try explain(DHCPEvidence(vendorClass: "alcatel.sip.0"), in: "voice").items.first)
        #expect(item.value.octets == [67, 21] + Array("http://10.77.0.1:8667".utf8))
    }

    @Test func strangersAreRefusedWhereOnlyPhonesAreServed() throws {
        let stranger = DHCPEvidence(mac: MACAddress("02:00:00:00:00:43"))
        #expect(try explain(stranger, in: "voice").admission == .refused)
        #expect(try explain(stranger, in: "data").admission == .leased)
        let reserved = try explain(DHCPEvidence(mac: MACAddress("02:00:00:00:00:42")), in: "voice")
        guard case .reserved(let reservation) = reserved.admission else {
            Issue.record("the reservation does not count")
            return
        }
        #expect(reservation.address == IPv4Address(10, 77, 0, 21))
    }

    @Test func aHostNameAloneDoesNotReachTheServer() throws {
        let explanation = try explain(DHCPEvidence(hostname: "SIP-T46S"), in: "voice")
        #expect(explanation.recognition?.vendor == "Yealink")
        #expect(explanation.phoneClass == nil)
        #expect(explanation.reason.contains("no rule that a DHCP server can apply"))
    }

    @Test func enterpriseDataHasItsNumberAndLengths() throws {
        let template = ValueTemplate.enterprise(1027, [.init(code: 2, value: .text("{tftp_server}", nulTerminated: true), location: .init(file: "", line: 1))])
        let value = try template.encode([.tftpServer: "abc"])
        #expect(hexadecimal(value.octets) == "00:00:04:03:06:02:04:61:62:63:00")
    }

    @Test func everySampleIsExplainedAtOnce() throws {
        let plan = try plan(exampleSiteText()), catalog = try shippedCatalog()
        let voice = try #require(plan.subnets.first)
        let samples = plan.explainSamples(in: voice, catalog: catalog)
        #expect(Set(samples.entries.compactMap { $0.explanation.phoneClass?.name }) == Set(catalog.families.map(\.id)))
        #expect(samples.description.contains("yealink: “yealink”; 80:5e:c0:12:34:56\n  option 66 (TFTP server name): “http://10.77.0.1:8667”\n"))
        // The evidence stands beside what is told, so that a script can play the phone.
        #expect(samples.json.contains(#""sample": { "mac": "00:08:5d:12:34:56", "vendor_class": "416173747261495050686f6e653637333169" }"#))
    }
}
