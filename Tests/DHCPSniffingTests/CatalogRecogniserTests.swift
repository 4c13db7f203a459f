// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
@testable import DHCPSniffing
import DHCPWire
import Foundation
import NetTypes
import PacketCapture
import ProvModel
import Testing

@Suite("Recognition by the vendor definitions")
struct CatalogRecogniserTests {
    private func catalog() throws -> VendorCatalog {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try VendorCatalog.load(directory: repository.appending(path: "dhcp").path)
    }

    private func client(_ evidence: DHCPEvidence, _ mac: MACAddress) -> DHCPClient {
        var client = DHCPClient(mac: mac)
        client.vendorClass = evidence.vendorClass.map { $0[...] }
        client.userClass = evidence.userClass.map { $0[...] }
        client.hostname = evidence.hostname.map { ArraySlice($0.utf8) }
        client.vendorData = evidence.vendorData
        return client
    }

    @Test("What is remembered of one phone says of another what the definitions say of that one")
    func memory() throws {
        let catalog = try catalog()
        let recogniser = CatalogRecogniser(catalog)
        let samples = catalog.definitions.flatMap(\.samples)
        let addresses = samples.compactMap(\.evidence.mac) + [MACAddress(0x02, 0, 0, 0, 0, 1), MACAddress(0x00, 0x04, 0x13, 0xE2, 0, 1)]
        // Every text with every address, twice, so that the second is remembered.
        for _ in 0..<2 {
            for sample in samples {
                for mac in addresses {
                    var evidence = sample.evidence
                    evidence.mac = mac
                    let known = recogniser.recognise(client(evidence, mac))
                    let expected = catalog.recognise(evidence)
                    #expect(known?.family == expected?.family.id && known?.model == expected?.model && known?.version == expected?.version)
                    #expect(known?.basis == expected?.basis)
                }
            }
        }
    }

    @Test("A host name that no definition knows changes nothing, one that a definition knows names the model")
    func hostnames() throws {
        let recogniser = CatalogRecogniser(try catalog())
        var phone = DHCPClient(mac: MACAddress(0x00, 0x15, 0x65, 0, 0, 1))
        for name in ["reception", "SIP-T46S", "lobby", "SIP-T48G"] {
            phone.hostname = ArraySlice(name.utf8)
            let model = recogniser.recognise(phone)?.model
            #expect(model == (name.hasPrefix("SIP-") ? String(name.dropFirst(4)) : nil))
        }
    }

    @Test("A product class names the model, whatever the serial number is")
    func productClass() throws {
        let recogniser = CatalogRecogniser(try catalog())
        var phone = DHCPClient(mac: MACAddress(0x00, 0x15, 0x65, 0, 0, 1))
        for (index, name) in ["SIP-T46S", "SIP-T48G", "SIP-T46S", "a phone"].enumerated() {
            let parts: [(UInt8, String)] = [(2, "SN\(index)"), (3, name)]
            phone.vendorData = parts.map { VendorDatum(enterprise: 3561, code: $0.0, value: $0.1.utf8) }
            #expect(recogniser.recognise(phone)?.model == (name.hasPrefix("SIP-") ? String(name.dropFirst(4)) : nil))
        }
    }

    @Test("As much of an address counts as the longest known prefix has")
    func prefixes() throws {
        let prefixes = HardwarePrefixes(try ["00:04:13", "00:04:13:e2", "00:15:65"].map { try #require(MACPrefix($0)) })
        #expect(prefixes.length(of: MACAddress(0x00, 0x04, 0x13, 0xE2, 1, 2)) == 4)
        #expect(prefixes.known(of: MACAddress(0x00, 0x04, 0x13, 0xE2, 1, 2)) == MACAddress(0x00, 0x04, 0x13, 0xE2, 0, 0))
        #expect(prefixes.length(of: MACAddress(0x00, 0x04, 0x13, 0x11, 1, 2)) == 3)
        #expect(prefixes.known(of: MACAddress(0x00, 0x15, 0x65, 9, 9, 9)) == MACAddress(0x00, 0x15, 0x65, 0, 0, 0))
        #expect(prefixes.known(of: MACAddress(2, 0, 0, 0, 0, 1)) == MACAddress(bits: 0))
    }

    @Test("A summary counts messages by type, and clients' messages by family")
    func summary() async throws {
        let yealink = [DHCPOption(.vendorClassIdentifier, "Yealink T46S".utf8)]
        let frames = try [
            frame(.bootRequest, .discover, options: yealink), frame(.bootReply, .offer), frame(.bootRequest, .request, options: yealink),
            frame(.bootReply, .ack), frame(.bootRequest, .discover), frame(.bootRequest, .leaseQuery),
        ]
        let summary = try await CaptureSummary(of: FakeSource([frames]), FakeRecogniser())
        let lines = "\(summary)".split(separator: "\n")
        #expect(lines.first == "6 frames, 6 DHCP messages")
        for line in [
            "2 DHCPDISCOVER", "1 DHCPOFFER", "1 DHCPACK", "1 DHCPLEASEQUERY", "2 messages of phones of the family yealink",
            "1 messages of clients that no definition knows",
        ] { #expect(lines.contains { $0 == line }, "\(line)") }
    }
}
