// SPDX-License-Identifier: GPL-3.0-or-later

extension PhoneFamily {
    /// The places by which a phone of the family learns where to go, over any protocol: each is enough by itself.
    public var provisioningPlaces: Set<DeliveryItem.Place> {
        Set(deliveries.values.joined().map(\.place))
    }

    /// The places by which a phone of the family is handed over to a voice VLAN.
    public var voiceVLANPlaces: Set<DeliveryItem.Place> { Set(voiceVLAN.map(\.place)) }
}

extension VendorCatalog {
    /// The codes of all options by which some family is told where to go, or its voice VLAN.
    public var provisioningOptions: Set<UInt8> {
        Set(
            families.flatMap { $0.provisioningPlaces.union($0.voiceVLANPlaces) }.compactMap { place in
                if case .option(let code) = place { code } else { nil }
            })
    }
}
