// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Kea's `libdhcp_run_script` names the hook point in the argument and puts leases and query into variables (Kea
/// Administrator Reference Manual, “Run Script Support for External Hook Scripts”). It passes no option of the client:
/// no vendor class and no user class.
extension HookCall {
    /// Leases of one commit that are read. A DHCPv4 exchange has one.
    private static let maximumLeases = 16

    func keaCommittedLeases() throws(HookInputError) -> [LeaseEvent] {
        var events: [LeaseEvent] = []
        for number in 0..<min(count("LEASES4_SIZE"), Self.maximumLeases) {
            events.append(try keaEvent(.acknowledged, "LEASES4_AT\(number)_"))
        }
        for number in 0..<min(count("DELETED_LEASES4_SIZE"), Self.maximumLeases) {
            events.append(try keaEvent(.ended, "DELETED_LEASES4_AT\(number)_"))
        }
        return events
    }

    func keaEvent(_ change: LeaseEvent.Change, _ prefix: String = "LEASE4_") throws(HookInputError) -> LeaseEvent {
        let ip = try Self.address(variable("\(prefix)ADDRESS"))
        // Some versions write “hwtype=1 ” before the address.
        let hardware = variable("\(prefix)HWADDR") ?? variable("QUERY4_HWADDR")
        var event = LeaseEvent(change, mac: try Self.mac(hardware?.split(separator: " ").last.map(String.init)), ip: ip)
        // Kea ends the name with a dot if it made it a full one.
        event.hostname = LeaseEvent.text((variable("\(prefix)HOSTNAME") ?? "").utf8.trimmingFinalDot)
        event.relay = LeaseEvent.address(variable("QUERY4_GIADDR"))
        event.interface = LeaseEvent.text(variable("QUERY4_IFACE_NAME"))
        return event
    }

    private func count(_ name: String) -> Int { variable(name).flatMap { UInt8($0) }.map(Int.init) ?? 0 }
}

extension String.UTF8View {
    fileprivate var trimmingFinalDot: Substring.UTF8View { last == UInt8(ascii: ".") ? dropLast() : self[...] }
}
