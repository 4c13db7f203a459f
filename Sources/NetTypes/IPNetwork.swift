// SPDX-License-Identifier: GPL-3.0-or-later

/// A network of either kind of IP, as `192.0.2.0/24` or `2001:db8::/32`.
public struct IPNetwork: Hashable, Sendable {
    private let base: IPAddress
    private let prefixLength: Int

    /// Reads a network; an address alone is a network of one.
    ///
    /// - Returns: `nil` for what is none, and for an address with bits set behind the prefix, which somebody may have meant otherwise.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        let width = base.bits.width
        var prefixLength = width
        if parts.count > 1 {
            guard let length = Int(parts[1]), (0...width).contains(length), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            prefixLength = length
        }
        self.prefixLength = prefixLength
        self.base = base
        guard base.bits.value & ~Self.mask(prefixLength, width) == 0 else { return nil }
    }

    /// Whether an address is in the network. IPv4 addresses that came over an IPv6 socket count as what they are.
    public func contains(_ address: IPAddress) -> Bool {
        let (value, width) = address.bits
        return width == base.bits.width && value & Self.mask(prefixLength, width) == base.bits.value
    }

    private static func mask(_ length: Int, _ width: Int) -> UInt128 {
        let all = width == 128 ? UInt128.max : (UInt128(1) << width) - 1
        // A shift by the whole width leaves nothing, which is the mask of all addresses.
        return all & ~(length == 0 ? all : all >> length)
    }
}

extension IPAddress {
    /// The address as a number, and how many bits it has.
    fileprivate var bits: (value: UInt128, width: Int) {
        switch self {
        case .v4(let address): (UInt128(address.bits), 32)
        case .v6(let address): (UInt128(address.high) << 64 | UInt128(address.low), 128)
        }
    }
}

extension IPNetwork: CustomStringConvertible {
    public var description: String { "\(base)/\(prefixLength)" }
}
