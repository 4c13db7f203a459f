// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// ISC dhcpd runs what `execute` in its configuration says (`dhcp-eval(5)`). dhcpd-config writes:
///
///     commit|release|expiry IP MAC [VENDOR-CLASS [USER-CLASS [HOST-NAME [RELAY]]]]
///
/// An empty argument stands for an option that the client did not send. `hex:` before octets in hexadecimal with colons
/// brings values that are more than text; without it the argument is the text itself.
extension HookCall {
    func iscEvent(_ change: LeaseEvent.Change) throws(HookInputError) -> LeaseEvent {
        let ip = try Self.address(argument(1))
        var event = LeaseEvent(change, mac: try Self.mac(argument(2)), ip: ip)
        event.vendorClass = LeaseEvent.text(try octets(3, "vendor class"))
        event.userClass = Self.userClass(try octets(4, "user class"))
        event.hostname = LeaseEvent.text(try octets(5, "host name"))
        event.relay = LeaseEvent.address(argument(6))
        return event
    }

    private func octets(_ index: Int, _ what: String) throws(HookInputError) -> [UInt8] {
        guard let text = argument(index) else { return [] }
        guard text.hasPrefix("hex:") else { return Array(text.utf8) }
        // binary-to-ascii leaves out leading zeros.
        let groups = text.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for group in groups.prefix(LeaseEvent.maximumTextLength) {
            guard (1...2).contains(group.utf8.count), group.utf8.first != UInt8(ascii: "+"), let octet = UInt8(group, radix: 16) else {
                throw .malformed("\(what) in hexadecimal", text)
            }
            octets.append(octet)
        }
        return octets
    }

    /// The classes joined by commas: those of RFC 3004, each behind its length, or the bare text that many phones send.
    private static func userClass(_ octets: [UInt8]) -> String? {
        var classes: [String] = []
        var rest = octets[...]
        while let length = rest.popFirst() {
            guard length > 0, rest.count >= Int(length) else { return LeaseEvent.text(octets) }
            if let text = LeaseEvent.text(rest.prefix(Int(length))) { classes.append(text) }
            rest = rest.dropFirst(Int(length))
        }
        return classes.isEmpty ? nil : classes.joined(separator: ",")
    }
}
