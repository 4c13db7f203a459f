// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import DHCPConfig

@Suite("What phones say in their makers' own words")
struct VendorDatumTests {
    /// Option 125 as TR-111 has it.
    private func tr111(_ oui: String, _ product: String, serial: String = "7") -> [UInt8] {
        let parts: [(UInt8, String)] = [(1, oui), (2, serial), (3, product)]
        let inside = parts.flatMap { [$0.0, UInt8(truncatingIfNeeded: $0.1.utf8.count)] + Array($0.1.utf8) }
        return [0, 0, 0x0D, 0xE9, UInt8(truncatingIfNeeded: inside.count)] + inside
    }

    private func recognise(_ octets: [UInt8], mac: MACAddress? = nil) throws -> VendorRecognition? {
        var evidence = DHCPEvidence(mac: mac)
        evidence.vendorData = VendorDatum.enterprises(octets[...])
        return try shippedCatalog().recognise(evidence)
    }

    @Test("TR-111 names the make by its OUI and the model by its product class")
    func productClass() throws {
        let recognition = try #require(try recognise(tr111("001565", "SIP-T46S")))
        #expect(recognition.vendor == "Yealink" && recognition.model == "T46S")
        let grandstream = try #require(try recognise(tr111("000B82", "GXP2170")))
        #expect(grandstream.vendor == "Grandstream" && grandstream.model == "GXP2170")
    }

    @Test("Words are no model, and neither a stranger's product nor a broken OUI names a make")
    func strangers() throws {
        #expect(try recognise(tr111("001565", "IP Phone 4"))?.model == nil)
        #expect(try recognise(tr111("020000", "Router7")) == nil)
        #expect(try recognise(tr111("00156", "Zz4")) == nil)
        #expect(try recognise(tr111("+01565", "Zz4")) == nil)
    }

    @Test("Serial numbers say nothing of a kind of phone")
    func serials() throws {
        let catalog = try shippedCatalog()
        let known = VendorDatum.enterprises(tr111("001565", "SIP-T46S")[...]).filter(catalog.knows)
        #expect(known.map(\.code) == [1, 3])
    }

    @Test("Definitions look into options 43, 124 and 125, and may say how the model is written")
    func definitions() throws {
        let text = """
            vendor: Maker
            sources: {x: y}
            families:
              - id: maker
                recognise:
                  - {vendor_id: {enterprise: 9999, pattern: "Maker {model}"}, model: "M{model}", source: x}
                  - {vendor_id: {enterprise: 9999, code: 2, pattern: "fw {version}"}, source: x}
                  - {vendor_id: {code: 9, pattern: "Maker {model}"}, source: x}
            samples:
              - {option_124_hex: "00:00:27:0f:08:4d:61:6b:65:72:20:31:30", family: maker, model: M10}
              - {option_125_hex: "00:00:27:0f:08:02:06:66:77:20:31:2e:32", family: maker, version: "1.2"}
              - {option_43_hex: "00:09:09:4d:61:6b:65:72:20:4e:31:30:ff", family: maker, model: N10}
              - {option_124_hex: "00:00:27:0e:08:4d:61:6b:65:72:20:31:30"}
            """
        let made = try catalog(text)
        for sample in made.definitions.flatMap(\.samples) {
            let recognition = made.recognise(sample.evidence)
            #expect(recognition?.family.id == sample.family && recognition?.model == sample.model && recognition?.version == sample.version)
        }
    }

    @Test("What is cut off is left out, and no octets break anything")
    func hostile() throws {
        let whole = tr111("001565", "SIP-T46S")
        for length in 0...whole.count { _ = VendorDatum.enterprises(whole.prefix(length)) }
        #expect(VendorDatum.enterprises(whole.dropLast()).isEmpty)
        var random = SplitMix(seed: 125)
        let catalog = try shippedCatalog()
        for _ in 0..<2_000 {
            let octets = (0..<random.next(below: 400)).map { _ in UInt8(random.next(below: 256)) }
            var evidence = DHCPEvidence(vendorClassOctets: [0] + octets)
            evidence.vendorData = VendorDatum.vendorOptions(octets[...]) + VendorDatum.enterprises(octets[...])
            #expect(evidence.vendorData.count <= 512)
            _ = catalog.recognise(evidence)
        }
    }
}
