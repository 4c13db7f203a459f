// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NetTypes
import Testing

@testable import DHCPConfig

/// Every sample of every definition of `dhcp/`, which are tests that travel with the facts.
struct VendorDefinitionTests {
    static let samples: [DefinitionSample] = (try? shippedCatalog())?.definitions.flatMap(\.samples) ?? []

    @Test func shippedDefinitionsLoad() throws {
        let catalog = try shippedCatalog()
        #expect(!catalog.definitions.isEmpty)
        for definition in catalog.definitions {
            #expect(!definition.samples.isEmpty, "\(definition.id) has no sample")
        }
    }

    @Test(arguments: samples) func sampleIsRecognised(_ sample: DefinitionSample) throws {
        let recognition = try shippedCatalog().recognise(sample.evidence)
        #expect(recognition?.family.id == sample.family, "\(sample.location): \(recognition?.basis ?? "nobody claims it")")
        #expect(recognition?.model == sample.model, "\(sample.location)")
        #expect(recognition?.version == sample.version, "\(sample.location)")
    }

    @Test("Every family has a sample that says so") func everyFamilyIsSampled() throws {
        for family in try shippedCatalog().families {
            #expect(Self.samples.contains { $0.family == family.id }, "\(family.id) has no sample")
        }
    }

    @Test("What others' definitions recognise is recognised") func floor() throws {
        let catalog = try shippedCatalog()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/floor.tsv")
        let facts = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(facts.count > 250)
        for fact in facts {
            let columns = fact.split(separator: "\t").map(String.init)
            try #require(columns.count == 4, "\(fact)")
            var evidence = DHCPEvidence(vendorClassOctets: nil)
            switch columns[1] {
            case "class": evidence.vendorClass = Self.octets(columns[2])
            case "user": evidence.userClass = Self.octets(columns[2])
            default: evidence.mac = MACAddress(columns[2] + ":00:00:01")
            }
            let recognition = catalog.recognise(evidence)
            #expect(recognition?.vendor == columns[0], "\(fact)")
            if columns[3] != "-" { #expect(recognition?.model == columns[3], "\(fact)") }
        }
    }

    /// `PROVD_UPDATE_GOLDEN=1 swift test` writes the table anew.
    @Test("The documentation shows the definitions as they are") func table() throws {
        let file = repository.appending(path: "docs/dhcp-vendors.md"), mark = "\n| make |"
        let text = try String(contentsOf: file, encoding: .utf8)
        let introduction = text.prefix(upTo: try #require(text.range(of: mark)).lowerBound)
        let expected = introduction + "\n" + (try shippedCatalog().markdownTable)
        if ProcessInfo.processInfo.environment["PROVD_UPDATE_GOLDEN"] != nil {
            try Data(expected.utf8).write(to: file)
        } else {
            #expect(text == expected, "docs/dhcp-vendors.md is not what dhcpd-config vendors --markdown says")
        }
    }

    /// A text with octets written as `\xNN`.
    private static func octets(_ text: String) -> [UInt8] {
        let parts = text.components(separatedBy: "\\x")
        return parts.dropFirst().reduce(into: Array((parts.first ?? "").utf8)) { octets, part in
            if let octet = UInt8(part.prefix(2), radix: 16) { octets.append(octet) }
            octets += Array(part.dropFirst(2).utf8)
        }
    }
}
