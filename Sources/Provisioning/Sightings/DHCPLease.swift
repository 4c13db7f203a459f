// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A lease that a DHCP server gave, as an administrator's program reports it.
public struct DHCPLease: Sendable, Equatable {
    /// The client's hardware address.
    public var mac: MACAddress
    /// The address that it was given.
    public var ip: IPv4Address
    /// The options that the client sent, by their codes, as text of one character a byte.
    public var options: [UInt8: String]

    /// Makes a lease.
    public init(mac: MACAddress, ip: IPv4Address, options: [UInt8: String]) {
        self.mac = mac
        self.ip = ip
        self.options = options
    }

    /// The vendor class identifier (RFC 2132, 9.13).
    var vendorClass: String? { options[60] }
    /// The user class (RFC 3004).
    var userClass: String? { options[77] }
    /// The host name (RFC 2132, 3.14).
    var hostname: String? { options[12] }
}
