// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Something in the DHCP traffic that keeps phones from being provisioned, or will.
public enum DHCPProblem: Sendable, Hashable {
    /// Where traffic was seen.
    public struct Place: Sendable, Hashable {
        /// The interface; `nil` in a file.
        public var interface: String?
        /// The VLAN, if frames were tagged.
        public var vlan: UInt16?

        /// Makes a place.
        public init(interface: String?, vlan: UInt16?) {
            self.interface = interface
            self.vlan = vlan
        }
    }

    /// A phone as the vendor definitions know it.
    public struct Phone: Sendable, Hashable {
        /// Its hardware address.
        public var mac: MACAddress
        /// The manufacturer.
        public var vendor: String
        /// The family.
        public var family: String

        /// Makes a phone.
        public init(mac: MACAddress, vendor: String, family: String) {
            self.mac = mac
            self.vendor = vendor
            self.family = family
        }
    }

    /// A server answers that is none of the expected ones, or one more than the first that was seen.
    case unexpectedServer(IPv4Address, expected: [IPv4Address], Place)
    /// A recognised phone is given an address without anything that tells it where to go; it would read options `wanted`.
    case noProvisioningOptions(Phone, wanted: [UInt8], server: IPv4Address?, Place)
    /// A recognised phone asked for some options and is given only others of those that its family reads.
    case otherOptions(Phone, asked: [UInt8], given: [UInt8], server: IPv4Address?, Place)
    /// A client asks again and again, and nobody offers it an address.
    case noOffer(client: MACAddress, discovers: Int, seconds: Double, Place)
    /// A client goes on as if it had an offer that was not seen here: the capture sees only one side.
    case unseenAnswers(Place)
    /// A client found its address in use by another.
    case addressInUse(IPv4Address?, client: MACAddress, Place)
    /// A server refuses a client again and again.
    case refusedAgain(client: MACAddress, server: IPv4Address?, Place)
}

extension DHCPProblem.Place: CustomStringConvertible {
    public var description: String {
        (interface ?? "the capture") + (vlan.map { " in VLAN \($0)" } ?? "")
    }
}
