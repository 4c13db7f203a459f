// SPDX-License-Identifier: GPL-3.0-or-later

/// A 48-bit IEEE 802 hardware address.
public struct MACAddress: Hashable, Sendable {
    /// The address as a number: the first octet on the wire is the most significant of the 48 bits.
    public let bits: UInt64

    /// Makes an address from its six octets in transmission order.
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8) {
        bits = [a, b, c, d, e, f].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Makes an address from its number. Only the low 48 bits count.
    public init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

    /// Makes an address from octets in transmission order.
    ///
    /// - Returns: `nil` unless there are exactly six octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        bits = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads an address as people and programs write it.
    ///
    /// Accepted are six groups of one or two digits with one consistent `:` or `-` (ISC dhcpd leaves
    /// leading zeros out), three groups of four digits with `.` (Cisco), and twelve digits without a separator.
    /// Case does not matter.
    ///
    /// - Returns: `nil` if the text is none of these.
    public init?(_ text: some StringProtocol) {
        // One pass over the bytes: addresses are read for every request of every phone.
        var value: UInt64 = 0
        var group: UInt64 = 0
        var digits = 0
        var groups = 1
        var separator: UInt8?
        for byte in text.utf8 {
            if let digit = hexadecimalValue(byte) {
                // No form has a longer group than twelve digits.
                guard digits < 12 else { return nil }
                group = group << 4 | UInt64(digit)
                digits += 1
                continue
            }
            guard separator == nil || separator == byte, let width = Self.groupWidth(separator: byte), width.contains(digits), groups < 6
            else { return nil }
            separator = byte
            value = value << (byte == UInt8(ascii: ".") ? 16 : 8) | group
            group = 0
            digits = 0
            groups += 1
        }
        switch separator {
        case nil:
            guard digits == 12 else { return nil }
            bits = group
        case UInt8(ascii: "."):
            guard groups == 3, digits == 4 else { return nil }
            bits = value << 16 | group
        default:
            guard groups == 6, (1...2).contains(digits) else { return nil }
            bits = value << 8 | group
        }
    }

    /// How many digits stand between separators, or `nil` for what is no separator.
    private static func groupWidth(separator: UInt8) -> ClosedRange<Int>? {
        switch separator {
        case UInt8(ascii: ":"), UInt8(ascii: "-"): 1...2
        case UInt8(ascii: "."): 4...4
        default: nil
        }
    }

    /// The six octets in transmission order.
    public var octets: [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * $0)) }
    }

    /// The first three octets, which the IEEE assigns to a manufacturer.
    public var oui: OUI { OUI(bits: UInt32(truncatingIfNeeded: bits >> 24)) }

    /// Whether the address names a group of stations rather than one (IEEE 802-2014, 8.2.2).
    public var isMulticast: Bool { bits >> 40 & 1 == 1 }

    /// Twelve lower-case digits without separators, as most phones name their files.
    public var compact: String { hexadecimal(bits, digits: 12) }
}

extension MACAddress: CustomStringConvertible {
    /// Six groups of two lower-case digits with colons, the form of device documents.
    public var description: String { colonSeparated(octets) }
}

extension MACAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = MACAddress(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text)” is not a MAC address: write it as 00:15:65:aa:bb:cc")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// An organisationally unique identifier: the first three octets of a MAC address.
public struct OUI: Hashable, Sendable {
    /// The identifier as a number of 24 bits, first octet most significant.
    public let bits: UInt32

    init(bits: UInt32) { self.bits = bits & 0xFF_FFFF }

    /// Reads three octets: `00:15:65`, `00-15-65` or `001565`, in either case.
    ///
    /// - Returns: `nil` if the text is none of these.
    public init?(_ text: some StringProtocol) {
        var digits: [UInt8] = []
        for (offset, character) in text.utf8.enumerated() {
            if let digit = hexadecimalValue(character) {
                digits.append(digit)
            } else if offset % 3 == 2, character == UInt8(ascii: ":") || character == UInt8(ascii: "-") {
                continue
            } else {
                return nil
            }
            guard digits.count <= 6 else { return nil }
        }
        guard digits.count == 6, text.utf8.count == 6 || text.utf8.count == 8 else { return nil }
        bits = digits.reduce(0) { $0 << 4 | UInt32($1) }
    }
}

extension OUI: CustomStringConvertible {
    /// Three groups of two lower-case digits with colons.
    public var description: String {
        colonSeparated((0..<3).map { UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * $0)) })
    }
}
