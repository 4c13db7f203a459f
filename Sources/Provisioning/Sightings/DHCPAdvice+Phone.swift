// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
public import JSONText
public import NetTypes

extension DHCPAdvice {
    /// What a DHCP server must send one phone.
    public struct ForPhone: Sendable, Equatable {
        /// The family that the phone is of.
        public var family: String
        /// What it must be sent, in words.
        public var values: [String]
        /// The lines to paste into the configuration of each kind of server, by its name.
        public var lines: JSONObject
    }

    /// What a DHCP server must send a phone, or `nil` if its family is not known.
    public func advice(mac: MACAddress, vendor: String?) -> ForPhone? {
        guard let family = family(mac: mac, vendor: vendor)?.id else { return nil }
        return ForPhone(family: family, values: values(for: family), lines: lines(for: family))
    }
}
