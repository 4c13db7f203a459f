// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire

/// What kinds of frames a capture holds.
public struct TrafficCount: Sendable, Hashable {
    /// All frames.
    public var frames: UInt64 = 0
    /// DHCP messages, each once however many fragments it came in.
    public var messages: UInt64 = 0
    /// DHCPv6 messages (RFC 8415), of which provd uses none.
    public var dhcpv6: UInt64 = 0
    /// Router advertisements (RFC 4861, 4.2), of which provd uses none.
    public var routerAdvertisements: UInt64 = 0

    /// Makes a count of nothing.
    public init() {}

    /// IPv6's EtherType.
    private static let ipv6: UInt16 = 0x86DD
    /// Octets of IPv6's fixed header (RFC 8200, 3).
    private static let headerLength = 40

    /// Counts a frame, if it holds DHCPv6 or a router advertisement directly behind IPv6's fixed header.
    mutating func countIPv6(in frame: LinkFrame) {
        guard frame.etherType == Self.ipv6, frame.payload.count >= Self.headerLength + 4 else { return }
        let nextHeader = frame.payload[frame.payload.startIndex + 6]
        let body = frame.payload.dropFirst(Self.headerLength)
        switch nextHeader {
        case 17:
            let port = body.dropFirst(2).prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            // 546 is the client's port and 547 that of servers and relays (RFC 8415, 7.2).
            if port == 546 || port == 547 { dhcpv6 &+= 1 }
        case 58:
            // 134 is a router advertisement (RFC 4861, 4.2).
            if body.first == 134 { routerAdvertisements &+= 1 }
        default: break
        }
    }
}

extension TrafficCount: CustomStringConvertible {
    /// A summary, such as `12 frames, 4 DHCP messages`.
    public var description: String {
        var parts = ["\(frames) frames", "\(messages) DHCP messages"]
        if dhcpv6 > 0 { parts.append("\(dhcpv6) DHCPv6 messages, which provd does not use") }
        if routerAdvertisements > 0 { parts.append("\(routerAdvertisements) router advertisements, which provd does not use") }
        return parts.joined(separator: ", ")
    }
}
