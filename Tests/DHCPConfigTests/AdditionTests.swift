// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Testing

@testable import DHCPConfig

@Suite("What to add to a server for one family")
struct AdditionTests {
    private let provd = DHCPPlan.ProvdLocation(address: IPv4Address(10, 77, 0, 1), httpURL: "http://10.77.0.1:8667")

    @Test("Every shipped family has lines for every server that is configured by text, and no subnets")
    func everyFamily() throws {
        let catalog = try shippedCatalog()
        for family in catalog.families where !family.rules.isEmpty {
            let plan = try DHCPPlan.addition(for: family, provd: provd, catalog: catalog)
            #expect(plan.subnets.isEmpty)
            let items = plan.classes.flatMap { $0.items(in: "") }
            for platform in [ServerPlatform.dnsmasq, .isc, .kea] where !items.isEmpty {
                let text = platform.generate(plan, GeneratorOptions(isFragment: true)).text
                #expect(text.contains(family.title), "\(platform) has no class of \(family.id):\n\(text)")
            }
        }
    }

    @Test("dnsmasq's lines name the phones and give the value")
    func dnsmasq() throws {
        let catalog = try shippedCatalog()
        let family = try #require(catalog.family("yealink"))
        let plan = try DHCPPlan.addition(for: family, provd: provd, catalog: catalog)
        let text = ServerPlatform.dnsmasq.generate(plan, GeneratorOptions(isFragment: true)).text
        #expect(text.contains("dhcp-vendorclass=set:is-yealink,\"yealink\""))
        #expect(text.contains("dhcp-option-force=tag:yealink,66,\"http://10.77.0.1:8667\""))
        #expect(!text.contains("dhcp-range"))
    }

    @Test("The catalogue's option codes are those of its deliveries")
    func codes() throws {
        let catalog = try shippedCatalog()
        #expect(catalog.provisioningOptions.isSuperset(of: [43, 66, 150, 160, 242]))
        let alcatel = catalog.families.filter { $0.vendor.hasPrefix("Alcatel") }
        #expect(alcatel.contains { $0.provisioningPlaces.contains(.bootFile) })
    }
}
