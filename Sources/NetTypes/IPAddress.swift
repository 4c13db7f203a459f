// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv4 or IPv6 address.
public enum IPAddress: Hashable, Sendable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Reads either form. An IPv4-mapped IPv6 address becomes its IPv4 address, so that a dual-stack
    /// socket and an IPv4 socket name the same phone alike.
    ///
    /// - Returns: `nil` if the text is neither.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = address.mappedIPv4.map(IPAddress.v4) ?? .v6(address)
        } else {
            return nil
        }
    }

    /// The IPv4 address, or `nil` for IPv6.
    public var ipv4: IPv4Address? {
        if case .v4(let address) = self { address } else { nil }
    }

    /// The address as the host of a URI (RFC 3986, 3.2.2): IPv6 stands in brackets.
    public var uriHost: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): "[\(address)]"
        }
    }

    /// Whether the address never leaves this machine.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.high == 0 && address.low == 1
        }
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}

extension IPAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is not an IP address")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
