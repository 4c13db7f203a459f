// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 network in CIDR notation (RFC 4632), such as `10.77.0.0/24`.
public struct IPv4Network: Hashable, Sendable {
    /// The first address of the network: host bits are zero.
    public let base: IPv4Address
    /// How many leading bits belong to the network, 0 to 32.
    public let prefixLength: Int

    /// Makes the network that holds `address`.
    ///
    /// - Returns: `nil` if `prefixLength` is not from 0 to 32.
    public init?(containing address: IPv4Address, prefixLength: Int) {
        guard (0...32).contains(prefixLength) else { return nil }
        self.prefixLength = prefixLength
        base = IPv4Address(bits: address.bits & Self.mask(prefixLength))
    }

    /// Reads `address/length`. Host bits must be zero, so that a slip of the pen is seen.
    ///
    /// - Returns: `nil` if the text has another form or host bits are set.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), let length = UInt8(parts[1]),
            let network = IPv4Network(containing: address, prefixLength: Int(length)), network.base == address
        else { return nil }
        self = network
    }

    /// The subnet mask, such as `255.255.255.0`.
    public var netmask: IPv4Address { IPv4Address(bits: Self.mask(prefixLength)) }

    /// The last address, which is the directed broadcast address in networks of more than two addresses.
    public var last: IPv4Address { IPv4Address(bits: base.bits | ~Self.mask(prefixLength)) }

    /// Whether `address` lies in the network.
    public func contains(_ address: IPv4Address) -> Bool {
        address.bits & Self.mask(prefixLength) == base.bits
    }

    /// Whether the two networks share an address.
    public func overlaps(_ other: IPv4Network) -> Bool {
        contains(other.base) || other.contains(base)
    }

    private static func mask(_ length: Int) -> UInt32 {
        // Swift's smart shift gives 0 for a shift by 32, so that /0 has an empty mask.
        UInt32.max << UInt32(32 - length)
    }
}

extension IPv4Network: CustomStringConvertible {
    public var description: String { "\(base)/\(prefixLength)" }
}
