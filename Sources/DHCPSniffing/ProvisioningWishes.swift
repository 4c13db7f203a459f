// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
public import DHCPWire
public import ProvModel

/// What tells the phones of one family where to go, by the vendor definitions: each of it is enough by itself.
public struct ProvisioningWishes: Sendable, Hashable {
    /// Codes of options.
    public var options: DHCPOptionCodeSet
    /// Fields of the header.
    public var headerFields: Set<DHCPObservation.HeaderField>
    /// Codes of options that hand a phone over to a voice VLAN, where it asks again.
    public var handover: DHCPOptionCodeSet

    /// Makes wishes.
    public init(options: DHCPOptionCodeSet, headerFields: Set<DHCPObservation.HeaderField> = [], handover: DHCPOptionCodeSet = []) {
        self.options = options
        self.headerFields = headerFields
        self.handover = handover
    }
}

extension ProvisioningWishes {
    /// Reads the wishes of a family off its definition.
    init(_ family: PhoneFamily) {
        self.init(options: [])
        for place in family.provisioningPlaces {
            switch place {
            case .option(let code): options.insert(code)
            case .nextServer: headerFields.insert(.siaddr)
            case .serverName: headerFields.insert(.sname)
            case .bootFile: headerFields.insert(.file)
            }
        }
        for case .option(let code) in family.voiceVLANPlaces { handover.insert(code) }
    }
}
