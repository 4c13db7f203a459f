// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// How a client identifies itself to the server (option 61: RFC 2132, 9.14; RFC 4361).
public enum DHCPClientIdentifier: Sendable, Hashable {
    /// An Ethernet address (type 1).
    case mac(MACAddress)
    /// An interface number and a DHCP unique identifier (type 255, RFC 4361).
    case duid(interface: UInt32, identifier: ArraySlice<UInt8>)
    /// Anything else: a type, often 0, and octets with a meaning of their own.
    case other(type: UInt8, ArraySlice<UInt8>)

    /// Reads the value of option 61.
    public init(decoding value: ArraySlice<UInt8>) throws(DHCPWireError) {
        var reader = ByteReader(value)
        let type = try reader.uint8("the type of option 61")
        if type == 1, let mac = MACAddress(octets: reader.rest) {
            self = .mac(mac)
        } else if type == 255, reader.available >= 4 {
            self = .duid(interface: try reader.uint32("option 61"), identifier: reader.rest)
        } else {
            self = .other(type: type, reader.rest)
        }
    }
}
