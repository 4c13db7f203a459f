// SPDX-License-Identifier: GPL-3.0-or-later

/// A transport that the endpoint listens on.
public enum SIPTransport: String, Sendable, Hashable, CaseIterable {
    case udp = "UDP"
    case tcp = "TCP"
    /// TLS over TCP (RFC 3261 section 26.2).
    case tls = "TLS"
}

/// An IP address and port in text, an IPv6 address without brackets.
public struct SIPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The IP address.
    public let host: String

    /// The port.
    public let port: UInt16

    /// Creates an address.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Whether this is an IPv6 address.
    public var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    /// The host as URIs and Via write it.
    public var uriHost: String { isIPv6 ? "[\(host)]" : host }

    public var description: String { "\(uriHost):\(port)" }
}

/// The way between the endpoint and a phone: what a request came over, and what an answer
/// or a NOTIFY goes back over, through any NAT in between (RFC 5626 section 2).
public struct SIPFlow: Sendable, Hashable {
    /// Identifies a UDP socket or a TCP connection of this endpoint, for its lifetime.
    public typealias ChannelID = UInt64

    /// The transport.
    public let transport: SIPTransport

    /// The socket or connection.
    public let channel: ChannelID

    /// The phone's side. Over UDP it belongs to the flow; over TCP it only informs.
    public let remote: SIPAddress

    /// This side, as the phone knows it.
    public let local: SIPAddress

    /// Creates a flow.
    public init(transport: SIPTransport, channel: ChannelID, remote: SIPAddress, local: SIPAddress) {
        self.transport = transport
        self.channel = channel
        self.remote = remote
        self.local = local
    }

    /// Whether nothing gets lost on the way.
    var isReliable: Bool { transport != .udp }
}
