// SPDX-License-Identifier: GPL-3.0-or-later

/// What a DHCP message is (option 53: RFC 2132, 9.6; RFC 3203; RFC 4388; RFC 6926).
public enum DHCPMessageType: UInt8, Sendable, CaseIterable {
    case discover = 1
    case offer = 2
    case request = 3
    case decline = 4
    case ack = 5
    case nak = 6
    case release = 7
    case inform = 8
    case forceRenew = 9
    case leaseQuery = 10
    case leaseUnassigned = 11
    case leaseUnknown = 12
    case leaseActive = 13

    /// Whether a server sends it to a client.
    public var isFromServer: Bool {
        switch self {
        case .offer, .ack, .nak, .forceRenew, .leaseUnassigned, .leaseUnknown, .leaseActive: true
        case .discover, .request, .decline, .release, .inform, .leaseQuery: false
        }
    }
}

extension DHCPMessageType: CustomStringConvertible {
    /// The name as RFC 2131 writes it, such as `DHCPDISCOVER`.
    public var description: String {
        switch self {
        case .discover: "DHCPDISCOVER"
        case .offer: "DHCPOFFER"
        case .request: "DHCPREQUEST"
        case .decline: "DHCPDECLINE"
        case .ack: "DHCPACK"
        case .nak: "DHCPNAK"
        case .release: "DHCPRELEASE"
        case .inform: "DHCPINFORM"
        case .forceRenew: "DHCPFORCERENEW"
        case .leaseQuery: "DHCPLEASEQUERY"
        case .leaseUnassigned: "DHCPLEASEUNASSIGNED"
        case .leaseUnknown: "DHCPLEASEUNKNOWN"
        case .leaseActive: "DHCPLEASEACTIVE"
        }
    }
}
