// SPDX-License-Identifier: GPL-3.0-or-later

public import DHCPConfig
public import NetTypes

/// What a DHCP client says of itself in one message, as it was on the wire: slices of the message, so that asking who it is
/// costs no copy.
public struct DHCPClient: Sendable {
    /// The hardware address (`chaddr`).
    public var mac: MACAddress
    /// The vendor class identifier (option 60).
    public var vendorClass: ArraySlice<UInt8>?
    /// The user class (option 77), in either of its forms.
    public var userClass: ArraySlice<UInt8>?
    /// The host name (option 12).
    public var hostname: ArraySlice<UInt8>?

    /// What it says in its maker's own words (options 43, 124 and 125).
    public var vendorData: [VendorDatum] = []

    /// Makes a client that says nothing but its address.
    public init(mac: MACAddress) { self.mac = mac }
}
