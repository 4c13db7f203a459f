// SPDX-License-Identifier: GPL-3.0-or-later

/// A set of option codes as 256 bits: it needs no memory of its own, and asking it costs next to nothing.
public struct DHCPOptionCodeSet: Sendable, Hashable {
    private var low: UInt64 = 0
    private var lowerMiddle: UInt64 = 0
    private var upperMiddle: UInt64 = 0
    private var high: UInt64 = 0

    /// Makes an empty set.
    public init() {}

    /// Makes a set of codes.
    public init(_ codes: some Sequence<UInt8>) {
        for code in codes { insert(code) }
    }

    /// Whether the code is in the set.
    public func contains(_ code: UInt8) -> Bool {
        let word =
            switch code >> 6 {
            case 0: low
            case 1: lowerMiddle
            case 2: upperMiddle
            default: high
            }
        return word >> UInt64(code & 63) & 1 != 0
    }

    /// Adds a code.
    public mutating func insert(_ code: UInt8) {
        let bit: UInt64 = 1 << UInt64(code & 63)
        switch code >> 6 {
        case 0: low |= bit
        case 1: lowerMiddle |= bit
        case 2: upperMiddle |= bit
        default: high |= bit
        }
    }

    /// Adds the codes of another set.
    public mutating func formUnion(_ other: Self) {
        low |= other.low
        lowerMiddle |= other.lowerMiddle
        upperMiddle |= other.upperMiddle
        high |= other.high
    }

    /// The codes that are in both sets.
    public func intersection(_ other: Self) -> Self {
        var result = self
        result.low &= other.low
        result.lowerMiddle &= other.lowerMiddle
        result.upperMiddle &= other.upperMiddle
        result.high &= other.high
        return result
    }

    /// Whether no code is in both sets.
    public func isDisjoint(with other: Self) -> Bool { intersection(other).isEmpty }

    /// Whether there is no code.
    public var isEmpty: Bool { low | lowerMiddle | upperMiddle | high == 0 }

    /// The codes in ascending order.
    public var codes: [UInt8] { (0...UInt8.max).filter(contains) }
}

extension DHCPOptionCodeSet: ExpressibleByArrayLiteral {
    public init(arrayLiteral codes: UInt8...) { self.init(codes) }
}
