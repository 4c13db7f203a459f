// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for systemd-networkd (`systemd.network(5)`, section DHCPServer): one file for each interface.
///
/// networkd has no classes and one pool for each interface.
struct NetworkdGenerator {
    let plan: DHCPPlan
    private var out = ConfigText(commentMark: "#")
    private var findings = DiagnosticList()

    init(plan: DHCPPlan) { self.plan = plan }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "systemd-networkd")
        for subnet in plan.subnets { write(subnet) }
        return GeneratedConfig(text: out.text, findings: findings.diagnostics)
    }

    private mutating func write(_ subnet: Site.Subnet) {
        guard let interface = subnet.interface else {
            findings.warning(subnet.location, "systemd-networkd serves only networks of its own interfaces, so that “\(subnet.name)” is left out")
            return
        }
        findings.noteOpenSubnet("systemd-networkd", subnet)
        out.comment("Drop-in for the .network file of \(interface): \(interface).network.d/provd.conf (\(subnet.location))")
        out.line("[Network]")
        out.line("DHCPServer=yes")
        out.line()
        out.line("[DHCPServer]")
        let ranges = subnet.ranges
        if let first = ranges.first, let largest = ranges.max(by: { $0.count < $1.count }) {
            let pool = ranges.count == 1 ? first : largest
            out.line("PoolOffset=\(pool.first.bits - subnet.network.base.bits)")
            out.line("PoolSize=\(pool.count)")
            if ranges.count > 1 {
                findings.warning(
                    subnet.location, "systemd-networkd has one pool for each interface: of “\(subnet.name)” only \(pool.first)-\(pool.last) is used",
                    "write one range")
            }
        }
        out.line("DefaultLeaseTimeSec=\(subnet.leaseSeconds)")
        out.line("MaxLeaseTimeSec=\(subnet.leaseSeconds)")
        if let router = subnet.routers.first { out.line("Router=\(router)") }
        if !subnet.dns.isEmpty { out.line("DNS=\(subnet.dns.map(\.description).joined(separator: " "))") }
        if !subnet.ntp.isEmpty { out.line("NTP=\(subnet.ntp.map(\.description).joined(separator: " "))") }
        if let domain = subnet.domain { out.line("SendOption=15:string:\(domain)") }
        let common = plan.commonItems(in: subnet.name)
        for item in common.agreed { write(item) }
        findings.noteDisputes(common, "systemd-networkd", subnet)
        out.line()
        for reservation in subnet.reservations {
            out.line("[DHCPServerStaticLease]")
            out.line("MACAddress=\(reservation.mac)")
            out.line("Address=\(reservation.address)")
            out.line()
        }
    }

    private mutating func write(_ item: DHCPPlan.Item) {
        out.comment("\(item.value.meaning), \(item.location)")
        switch (item.place, item.value.form) {
        case (.option(let code), .addresses(let addresses)) where addresses.count == 1:
            for address in addresses { out.line("SendOption=\(code):ipv4address:\(address)") }
        case (.option(let code), _):
            // A string's backslashes and percent signs would be read; every octet as an escape has one meaning.
            let value = item.value.octets.map { Self.isPlain($0) ? String(decoding: [$0], as: UTF8.self) : "\\x" + hexadecimal([$0]) }
            out.line("SendOption=\(code):string:\(value.joined())")
        case (.nextServer, .addresses(let addresses)):
            if let address = addresses.first { out.line("BootServerAddress=\(address)") }
        case (.serverName, .text(let text)): out.line("BootServerName=\(text)")
        case (.bootFile, .text(let text)): out.line("BootFilename=\(text)")
        case (.nextServer, _), (.serverName, _), (.bootFile, _): break
        }
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x21...0x7E).contains(octet) && octet != UInt8(ascii: "\\") && octet != UInt8(ascii: "%") && octet != UInt8(ascii: "\"")
            && octet != UInt8(ascii: "'")
    }
}
