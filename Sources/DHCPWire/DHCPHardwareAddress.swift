// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// The client's hardware address: `htype`, `hlen` and `chaddr` (RFC 2131, 2).
public struct DHCPHardwareAddress: Sendable, Hashable {
    /// Octets of the `chaddr` field.
    public static let fieldLength = 16
    /// The hardware type of Ethernet (RFC 826; "Number Hardware Type" of the IANA).
    public static let ethernet: UInt8 = 1

    /// The kind of hardware (`htype`).
    public let type: UInt8
    /// How many octets of `chaddr` are the address (`hlen`), 0 to 16.
    public let length: UInt8
    // The field as two numbers costs no allocation. All sixteen octets are kept, because some clients use those after hlen.
    let high: UInt64
    let low: UInt64

    /// Makes the hardware address of an Ethernet interface.
    public init(_ mac: MACAddress) {
        self.init(type: Self.ethernet, length: 6, high: mac.bits << 16, low: 0)
    }

    init(type: UInt8, length: UInt8, high: UInt64, low: UInt64) {
        self.type = type
        self.length = length
        self.high = high
        self.low = low
    }

    /// The Ethernet address, or `nil` for other hardware.
    public var mac: MACAddress? {
        guard type == Self.ethernet, length == 6 else { return nil }
        return MACAddress(bits: high >> 16)
    }

    /// The octets of the address.
    public var octets: [UInt8] { Array(field.prefix(Int(length))) }

    /// The whole `chaddr` field.
    var field: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
        return bytes
    }
}
