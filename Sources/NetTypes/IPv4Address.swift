// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 address (RFC 791).
public struct IPv4Address: Hashable, Sendable {
    /// The address in host order: the first octet is the most significant.
    public let bits: UInt32

    /// Makes an address from its number in host order.
    public init(bits: UInt32) { self.bits = bits }

    /// Makes an address from its four octets.
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        bits = [a, b, c, d].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Makes an address from octets in network order.
    ///
    /// - Returns: `nil` unless there are exactly four octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 else { return nil }
        bits = octets.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads four decimal numbers from 0 to 255 with dots between.
    ///
    /// Leading zeros are refused, because programs disagree about whether they mean octal (RFC 6943, 3.1.1).
    ///
    /// - Returns: `nil` if the text has another form.
    public init?(_ text: some StringProtocol) {
        var value: UInt32 = 0
        var groups = 0
        // One pass over the bytes: addresses are read for every request of every phone.
        var octet: UInt32 = 0
        var digits = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits == 0 || octet > 0 else { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard octet <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, groups < 3 else { return nil }
                value = value << 8 | octet
                groups += 1
                octet = 0
                digits = 0
            default:
                return nil
            }
        }
        guard groups == 3, digits > 0 else { return nil }
        bits = value << 8 | octet
    }

    /// The four octets in network order.
    public var octets: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(24 - 8 * $0)) }
    }

    /// `0.0.0.0`, which a DHCP client uses as its source before it has an address.
    public static let any = IPv4Address(bits: 0)

    /// `255.255.255.255`, the limited broadcast address (RFC 919).
    public static let broadcast = IPv4Address(bits: .max)

    /// Whether the address is in 127.0.0.0/8.
    public var isLoopback: Bool { bits >> 24 == 127 }
}

extension IPv4Address: CustomStringConvertible {
    public var description: String { octets.map(String.init).joined(separator: ".") }
}

extension IPv4Address: Comparable {
    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

extension IPv4Address: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPv4Address(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text)” is not an IPv4 address: write it as 192.0.2.7")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
