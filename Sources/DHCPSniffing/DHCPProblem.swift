// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Something in the DHCP traffic that keeps phones from being provisioned, or will.
public enum DHCPProblem: Sendable, Hashable {
    /// Where traffic was seen.
    public struct Place: Sendable, Hashable {
        /// The interface; `nil` in a file.
        public var interface: String?
        /// The VLAN, if frames were tagged.
        public var vlan: UInt16?

        /// Makes a place.
        public init(interface: String?, vlan: UInt16?) {
            self.interface = interface
            self.vlan = vlan
        }
    }

    /// A server answers that is none of the expected ones, or one more than the first that was seen.
    case unexpectedServer(IPv4Address, expected: [IPv4Address], Place)
    /// A recognised phone got a lease without any option that tells it where to go.
    case noProvisioningOptions(phone: MACAddress, vendor: String, server: IPv4Address?, Place)
    /// A client asks again and again, and nobody offers it an address.
    case noOffer(client: MACAddress, discovers: Int, seconds: Double, Place)
    /// A client goes on as if it had an offer that was not seen here: the capture sees only one side.
    case unseenAnswers(Place)
    /// A client found its address in use by another.
    case addressInUse(IPv4Address?, client: MACAddress, Place)
}

extension DHCPProblem.Place: CustomStringConvertible {
    public var description: String {
        (interface ?? "the capture") + (vlan.map { " in VLAN \($0)" } ?? "")
    }
}

extension DHCPProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedServer(let server, let expected, let place):
            """
            DHCP server \(server) answers on \(place) besides \(expected.map(\.description).joined(separator: ", ")): phones take \
            whichever answer comes first. If it is yours, name it with --server; if not, find it and switch it off
            """
        case .noProvisioningOptions(let phone, let vendor, let server, let place):
            """
            the \(vendor) phone \(phone) got a lease on \(place) without any option that tells it where to go: give \
            \(server.map { "server \($0)" } ?? "the server") the configuration that dhcpd-config makes
            """
        case .noOffer(let client, let discovers, let seconds, let place):
            """
            \(client) asked \(discovers) times in \(Int(clamping: Int64(seconds.rounded()))) s on \(place) and nobody offered an address: \
            see that a DHCP server or relay serves this network and has free addresses for it
            """
        case .unseenAnswers(let place):
            """
            on \(place) clients go on as if they had answers that do not pass here, as is so for unicast answers on a switch: \
            capture on the DHCP server or a mirror port, or let the server's hook tell provd
            """
        case .addressInUse(let address, let client, let place):
            """
            \(client) refuses \(address.map(\.description) ?? "its address") on \(place) because another machine uses it: \
            take static addresses out of the server's range
            """
        }
    }
}
