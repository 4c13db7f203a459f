// SPDX-License-Identifier: GPL-3.0-or-later

/// How a captured frame begins, by the numbers of libpcap's list of link-layer header types.
public enum LinkType: Sendable, CaseIterable {
    /// Ethernet (LINKTYPE_ETHERNET, 1).
    case ethernet
    /// A capture on all interfaces of a Linux machine (LINKTYPE_LINUX_SLL, 113).
    case linuxCooked
    /// The same in its second form (LINKTYPE_LINUX_SLL2, 276).
    case linuxCookedV2
    /// IPv4 without a link header (LINKTYPE_RAW, 101; DLT_RAW, 12; LINKTYPE_IPV4, 228).
    case rawIPv4

    /// Finds the type by its number.
    ///
    /// - Returns: `nil` for a link layer that carries no DHCP as read here.
    public init?(number: Int32) {
        switch number {
        case 1: self = .ethernet
        case 113: self = .linuxCooked
        case 276: self = .linuxCookedV2
        case 12, 101, 228: self = .rawIPv4
        default: return nil
        }
    }
}
