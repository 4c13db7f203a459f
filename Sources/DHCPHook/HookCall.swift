// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// One call of the hook by a DHCP server: the arguments, and a way to read the environment.
///
/// Which server calls is plain from the first argument, because each has words of its own.
public struct HookCall {
    let arguments: [String]
    let variable: (String) -> String?

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - arguments: The arguments without the program's name.
    ///   - variable: The value of a variable of the environment, if it is set.
    public init(arguments: [String], variable: @escaping (String) -> String?) {
        self.arguments = arguments
        self.variable = variable
    }

    /// What the server reports. Empty for calls that concern no lease of an IPv4 address.
    ///
    /// - Throws: `HookInputError` if an address is missing or malformed.
    public func leaseEvents() throws(HookInputError) -> [LeaseEvent] {
        guard let action = arguments.first else { throw .missing("arguments") }
        switch action {
        case "commit": return [try iscEvent(.acknowledged)]
        case "release", "expiry": return [try iscEvent(.ended)]
        case "add", "old": return try dnsmasqEvents(.acknowledged)
        case "del": return try dnsmasqEvents(.ended)
        case "leases4_committed": return try keaCommittedLeases()
        case "lease4_renew": return [try keaEvent(.acknowledged)]
        case "lease4_release", "lease4_expire": return [try keaEvent(.ended)]
        case "lease4_decline": return [try keaEvent(.declined)]
        // dnsmasq calls for TFTP transfers and ARP entries too, Kea for subnets and IPv6.
        default: return []
        }
    }

    func argument(_ index: Int) -> String? {
        guard arguments.indices.contains(index), !arguments[index].isEmpty else { return nil }
        return arguments[index]
    }

    static func mac(_ text: String?) throws(HookInputError) -> MACAddress {
        guard let text, !text.isEmpty else { throw .missing("hardware address") }
        guard let mac = MACAddress(text) else { throw .malformed("MAC address", text) }
        return mac
    }

    static func address(_ text: String?) throws(HookInputError) -> IPv4Address {
        guard let text, !text.isEmpty else { throw .missing("address") }
        guard let address = IPv4Address(text) else { throw .malformed("IPv4 address", text) }
        return address
    }
}
