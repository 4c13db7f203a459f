// SPDX-License-Identifier: GPL-3.0-or-later

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
}
