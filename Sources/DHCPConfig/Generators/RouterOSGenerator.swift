// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for MikroTik RouterOS 7.16 or later (“DHCP” in its manual), as a script for `/import`.
///
/// Matchers compare option 60, as a whole or as a part; RouterOS cannot match hardware addresses.
struct RouterOSGenerator {
    let plan: DHCPPlan
    private var out = ConfigText(commentMark: "#")
    private var findings = DiagnosticList()

    init(plan: DHCPPlan) { self.plan = plan }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "RouterOS")
        let blind = plan.classes.filter { $0.stated(.vendorClass).isEmpty }.map(\.name)
        if !blind.isEmpty {
            let text = "RouterOS recognises phones by their vendor class only: it cannot recognise \(blind.joined(separator: ", "))"
            out.comment(text + ".")
            out.line()
            findings.warning(nil, text, "reserve addresses for these phones with their option set")
        }
        for phoneClass in plan.classes { writeOptions(phoneClass) }
        for subnet in plan.subnets { write(subnet) }
        return GeneratedConfig(text: out.text, findings: findings.diagnostics)
    }

    /// Option sets by class and, where they differ, by subnet.
    private mutating func writeOptions(_ phoneClass: DHCPPlan.PhoneClass) {
        for (index, delivery) in phoneClass.deliveries.enumerated() where !delivery.items.isEmpty {
            let name = setName(phoneClass, index)
            var names: [String] = []
            for item in delivery.items {
                guard case .option(let code) = item.place else {
                    findings.warning(item.location, "RouterOS sets \(item.place.title) for a whole network only, so that it is left out")
                    continue
                }
                out.comment("\(item.value.meaning), \(item.location)")
                let force = item.isForced ? " force=yes" : ""
                out.line("/ip dhcp-server option add name=\(name)-\(code) code=\(code) value=\"0x\(hexadecimal(item.value.octets, separator: ""))\"\(force)")
                names.append("\(name)-\(code)")
            }
            guard !names.isEmpty else { continue }
            out.line("/ip dhcp-server option sets add name=\(name) options=\(names.joined(separator: ","))")
            out.line()
        }
    }

    private func setName(_ phoneClass: DHCPPlan.PhoneClass, _ index: Int) -> String {
        "provd-\(phoneClass.name)" + (phoneClass.isUniform ? "" : "-\(index + 1)")
    }

    private mutating func write(_ subnet: Site.Subnet) {
        let name = "provd-\(subnet.name)"
        out.comment("Subnet \(subnet.name) (\(subnet.location))")
        let ranges = subnet.ranges.map { "\($0.first)-\($0.last)" }.joined(separator: ",")
        if !ranges.isEmpty { out.line("/ip pool add name=\(name) ranges=\(ranges)") }
        var network = "/ip dhcp-server network add address=\(subnet.network)"
        if !subnet.routers.isEmpty { network += " gateway=\(Self.list(subnet.routers))" }
        if !subnet.dns.isEmpty { network += " dns-server=\(Self.list(subnet.dns))" }
        if !subnet.ntp.isEmpty { network += " ntp-server=\(Self.list(subnet.ntp))" }
        if let domain = subnet.domain { network += " domain=\(domain)" }
        out.line(network)
        if !subnet.circuitIDs.isEmpty {
            findings.warning(subnet.location, "the circuit ids of “\(subnet.name)” are left out: RouterOS cannot choose by them")
        }
        let pool = subnet.audience == .phones || ranges.isEmpty ? "static-only" : name
        let relay = subnet.relays.first.map { " relay=\($0)" } ?? ""
        let interface = subnet.interface ?? "bridge"
        if subnet.interface == nil { findings.note(subnet.location, "“\(subnet.name)” names no interface: “bridge” is written", "add “interface:”") }
        out.line("/ip dhcp-server add name=\(name) interface=\(interface)\(relay) address-pool=\(pool) lease-time=\(subnet.leaseSeconds)s")
        for phoneClass in plan.classes { write(phoneClass, subnet, name, hasPool: !ranges.isEmpty) }
        for reservation in subnet.reservations {
            out.line("/ip dhcp-server lease add server=\(name) mac-address=\(reservation.mac) address=\(reservation.address)")
        }
        out.line()
    }

    private mutating func write(_ phoneClass: DHCPPlan.PhoneClass, _ subnet: Site.Subnet, _ server: String, hasPool: Bool) {
        let index = phoneClass.deliveries.firstIndex { $0.subnets.contains(subnet.name) } ?? 0
        let options = phoneClass.items(in: subnet.name).contains { if case .option = $0.place { true } else { false } }
        for (number, rule) in phoneClass.stated(.vendorClass).enumerated() {
            let text = rule.test.head.isEmpty ? rule.test.tail : rule.test.head
            let kind = rule.test.isWhole && rule.test.skip == 0 ? "exact" : "substring"
            guard text.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                findings.warning(rule.location, "RouterOS cannot match octets that are not text: “\(rule.pattern)” is left out")
                continue
            }
            var line = "/ip dhcp-server matcher add name=\(server)-\(phoneClass.name)-\(number + 1) server=\(server) code=60"
            line += " matching-type=\(kind) value=\"\(Self.escaped(String(decoding: text, as: UTF8.self)))\""
            if hasPool { line += " address-pool=\(server)" }
            if options { line += " option-set=\(setName(phoneClass, index))" }
            out.line(line)
        }
    }

    private static func list(_ addresses: [IPv4Address]) -> String { addresses.map(\.description).joined(separator: ",") }

    /// A text for RouterOS's double quotes, where `$` begins a variable.
    private static func escaped(_ text: String) -> String {
        text.map { "\"\\$?".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
