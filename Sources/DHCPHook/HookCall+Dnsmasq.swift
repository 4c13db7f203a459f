// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// dnsmasq runs `dhcp-script` as `add|old|del MAC IP [HOSTNAME]` with more in variables (`dnsmasq(8)`).
extension HookCall {
    /// User classes that are read; each has a variable of its own.
    private static let maximumUserClasses = 16

    func dnsmasqEvents(_ change: LeaseEvent.Change) throws(HookInputError) -> [LeaseEvent] {
        // DHCPv6 leases come with their IAID, and an address of IPv6.
        guard variable("DNSMASQ_IAID") == nil, argument(2)?.contains(":") != true else { return [] }
        let ip = try Self.address(argument(2))
        var event = LeaseEvent(change, mac: try Self.mac(argument(1)), ip: ip)
        // After a restart dnsmasq knows leases only from its file: then DNSMASQ_DATA_MISSING is set, and variables of
        // the client are not there. What is there counts.
        event.vendorClass = LeaseEvent.text(variable("DNSMASQ_VENDOR_CLASS"))
        event.hostname = LeaseEvent.text(variable("DNSMASQ_SUPPLIED_HOSTNAME") ?? argument(3))
        event.relay = LeaseEvent.address(variable("DNSMASQ_RELAY_ADDRESS"))
        event.interface = LeaseEvent.text(variable("DNSMASQ_INTERFACE"))
        event.userClass = userClasses()
        event.parameterRequestList = requestedOptions()
        return [event]
    }

    private func userClasses() -> String? {
        var classes: [String] = []
        for number in 0..<Self.maximumUserClasses {
            guard let text = LeaseEvent.text(variable("DNSMASQ_USER_CLASS\(number)")) else { break }
            classes.append(text)
        }
        return classes.isEmpty ? nil : classes.joined(separator: ",")
    }

    private func requestedOptions() -> [UInt8]? {
        guard let list = variable("DNSMASQ_REQUESTED_OPTIONS") else { return nil }
        let codes = list.split(separator: ",").prefix(LeaseEvent.maximumTextLength).compactMap { UInt8($0) }
        return codes.isEmpty ? nil : codes
    }
}
