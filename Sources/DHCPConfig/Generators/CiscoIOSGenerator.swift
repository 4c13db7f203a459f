// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for Cisco IOS and IOS XE routers and switches (“DHCP Server” configuration guide).
///
/// A pool has one set of options for everybody: what phones want differently is left out and reported.
struct CiscoIOSGenerator {
    let plan: DHCPPlan
    private var out = ConfigText(commentMark: "!")
    private var findings = DiagnosticList()

    init(plan: DHCPPlan) { self.plan = plan }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "Cisco IOS")
        for subnet in plan.subnets { write(subnet) }
        return GeneratedConfig(text: out.text, findings: findings.diagnostics)
    }

    private mutating func write(_ subnet: Site.Subnet) {
        findings.noteOpenSubnet("Cisco IOS", subnet)
        if !subnet.circuitIDs.isEmpty {
            findings.warning(subnet.location, "the circuit ids of “\(subnet.name)” are left out: Cisco IOS chooses the pool by relay address")
        }
        out.comment("Subnet \(subnet.name)\(subnet.vlan.map { ", VLAN \($0)" } ?? "") (\(subnet.location))")
        // IOS leases the whole network except what is excluded.
        for hole in Self.holes(subnet) { out.line("ip dhcp excluded-address \(hole.first)\(hole.first == hole.last ? "" : " \(hole.last)")") }
        out.line("ip dhcp pool \(subnet.name)")
        out.line(" network \(subnet.network.base) \(subnet.network.netmask)")
        if !subnet.routers.isEmpty { out.line(" default-router \(Self.list(subnet.routers))") }
        if !subnet.dns.isEmpty { out.line(" dns-server \(Self.list(subnet.dns))") }
        if let domain = subnet.domain { out.line(" domain-name \(domain)") }
        if !subnet.ntp.isEmpty { out.line(" option 42 ip \(Self.list(subnet.ntp))") }
        let minutes = max(1, subnet.leaseSeconds / 60)
        out.line(" lease \(minutes / 1440) \(minutes / 60 % 24) \(minutes % 60)")
        let common = plan.commonItems(in: subnet.name)
        for item in common.agreed { write(item) }
        findings.noteDisputes(common, "Cisco IOS", subnet)
        out.comment("")
        for reservation in subnet.reservations {
            out.line("ip dhcp pool \(subnet.name)-\(reservation.mac.compact)")
            out.line(" host \(reservation.address) \(subnet.network.netmask)")
            // A client identifier of type Ethernet: 01 and the address.
            out.line(" client-identifier \(Self.dotted([1] + reservation.mac.octets))")
            if let hostname = reservation.hostname { out.line(" client-name \(hostname)") }
            out.comment("")
        }
    }

    private mutating func write(_ item: DHCPPlan.Item) {
        out.comment("\(item.value.meaning), \(item.location)")
        switch (item.place, item.value.form) {
        case (.option(let code), .text(let text)) where !text.contains("\"") && !text.contains("?"):
            out.line(" option \(code) ascii \"\(text)\"")
        case (.option(let code), .addresses(let addresses)): out.line(" option \(code) ip \(Self.list(addresses))")
        case (.option(let code), _): out.line(" option \(code) hex \(Self.dotted(item.value.octets))")
        case (.nextServer, .addresses(let addresses)): out.line(" next-server \(Self.list(addresses))")
        case (.bootFile, .text(let text)): out.line(" bootfile \(text)")
        case (.nextServer, _), (.bootFile, _), (.serverName, _):
            findings.warning(item.location, "Cisco IOS cannot set \(item.place.title)")
        }
    }

    private static func list(_ addresses: [IPv4Address]) -> String { addresses.map(\.description).joined(separator: " ") }

    /// Octets in groups of two, as IOS writes hexadecimal.
    private static func dotted(_ octets: [UInt8]) -> String {
        stride(from: 0, to: octets.count, by: 2).map { hexadecimal(octets[$0..<min($0 + 2, octets.count)], separator: "") }
            .joined(separator: ".")
    }

    /// The host addresses of the network that no range holds.
    private static func holes(_ subnet: Site.Subnet) -> [(first: IPv4Address, last: IPv4Address)] {
        var holes: [(first: IPv4Address, last: IPv4Address)] = []
        var next = subnet.network.base.bits + 1
        for range in subnet.rangesWithoutReservations {
            if next < range.first.bits { holes.append((IPv4Address(bits: next), IPv4Address(bits: range.first.bits - 1))) }
            next = range.last.bits + 1
        }
        let end = subnet.network.last.bits - 1
        if next <= end { holes.append((IPv4Address(bits: next), IPv4Address(bits: end))) }
        return holes
    }
}
