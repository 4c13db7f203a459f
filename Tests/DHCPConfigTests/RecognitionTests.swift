// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import DHCPConfig

struct RecognitionTests {
    @Test func whatAPhoneStatesOutweighsItsAddress() throws {
        let evidence = DHCPEvidence(vendorClass: "Cisco SPA504G", mac: MACAddress("00:15:65:00:00:01"))
        let recognition = try #require(try shippedCatalog().recognise(evidence))
        #expect(recognition.vendor == "Cisco")
        #expect(recognition.model == "SPA504G")
        #expect(recognition.competing.map(\.family.id) == ["yealink"])
        #expect(recognition.competing.map(\.strength) == [.hardware])
        #expect(recognition.basis.contains("against yealink"))
        #expect(recognition.basis.contains("dhcp/cisco-spa.yml:"))
    }

    @Test func theHostNameAddsTheModel() throws {
        let evidence = DHCPEvidence(vendorClass: "yealink", hostname: "SIP-T46S")
        let recognition = try #require(try shippedCatalog().recognise(evidence))
        #expect(recognition.vendor == "Yealink")
        #expect(recognition.model == "T46S")
    }

    @Test func aLongerHardwarePrefixWins() throws {
        let catalog = try shippedCatalog()
        #expect(catalog.recognise(DHCPEvidence(mac: MACAddress("00:04:13:e2:00:01")))?.vendor == "Gigaset")
        #expect(catalog.recognise(DHCPEvidence(mac: MACAddress("00:04:13:00:00:01")))?.vendor == "Snom")
    }

    @Test func strangersAreNotRecognised() throws {
        let catalog = try shippedCatalog()
        #expect(catalog.recognise(DHCPEvidence()) == nil)
        #expect(catalog.recognise(DHCPEvidence(vendorClass: "MSFT 5.0", hostname: "PC-7", mac: MACAddress("02:00:00:00:00:01"))) == nil)
    }

    private static let examplePlan = Result { try plan(exampleSiteText()) }

    /// The server's conditions are simpler than the patterns: for every sample both come to the same family.
    @Test(arguments: VendorDefinitionTests.samples)
    func serversDecideAsTheRecogniserDoes(_ sample: DefinitionSample) throws {
        // No server is told to look at host names.
        guard sample.evidence.vendorClass != nil || sample.evidence.userClass != nil || sample.evidence.mac != nil else { return }
        let decided = try Self.examplePlan.get().phoneClass(of: sample.evidence)
        #expect(decided?.phoneClass.name == sample.family)
    }

    @Test func hostileOctetsAreHarmless() throws {
        let catalog = try shippedCatalog()
        let plan = try plan(exampleSiteText())
        var random = SplitMix(seed: 77)
        for _ in 0..<2_000 {
            let octets = { (limit: Int) in (0..<random.next(below: limit)).map { _ in UInt8(random.next(below: 256)) } }
            let evidence = DHCPEvidence(vendorClassOctets: octets(300), userClassOctets: octets(300), mac: MACAddress(octets: octets(7)))
            _ = catalog.recognise(evidence)
            _ = plan.phoneClass(of: evidence)
        }
    }
}
