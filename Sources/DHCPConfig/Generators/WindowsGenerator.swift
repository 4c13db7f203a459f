// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for the DHCP server of Windows Server 2016 or later, as a PowerShell script (module DhcpServer).
///
/// Each class becomes a policy of each scope. Policies compare vendor classes and hardware addresses by their beginning.
struct WindowsGenerator {
    let plan: DHCPPlan
    private var out = ConfigText(commentMark: "#")
    private var findings = DiagnosticList()

    init(plan: DHCPPlan) { self.plan = plan }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "Windows DHCP server")
        out.line("$ErrorActionPreference = 'Stop'")
        out.line()
        writeDefinitions()
        for subnet in plan.subnets { write(subnet) }
        return GeneratedConfig(text: out.text, findings: findings.diagnostics)
    }

    /// Options of the server itself, whose definitions must not be added again.
    private static let standard: Set<UInt8> = [43, 66, 67]

    private mutating func writeDefinitions() {
        let items = plan.classes.flatMap(\.deliveries).flatMap(\.items)
        var codes: Set<UInt8> = []
        for case .option(let code) in items.map(\.place) where !Self.standard.contains(code) { codes.insert(code) }
        for code in codes.sorted() {
            let (type, isList) = Self.type(items.filter { $0.place == .option(code) })
            out.line("if (-not (Get-DhcpServerv4OptionDefinition -OptionId \(code) -ErrorAction SilentlyContinue)) {")
            out.line("  Add-DhcpServerv4OptionDefinition -OptionId \(code) -Name 'provd \(code)' -Type \(type)\(isList ? " -MultiValued" : "")")
            out.line("}")
        }
        for phoneClass in plan.classes {
            for (index, rule) in phoneClass.stated(.vendorClass).enumerated() {
                let test = rule.test
                guard test.skip == 0, !test.head.isEmpty else {
                    findings.warning(rule.location, "Windows compares vendor classes by their beginning: “\(rule.pattern)” is left out")
                    continue
                }
                let data = Self.quoted(String(decoding: test.head, as: UTF8.self))
                guard test.head.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                    findings.warning(rule.location, "Windows cannot name a vendor class that is not text: “\(rule.pattern)” is left out")
                    continue
                }
                let name = Self.quoted(className(phoneClass, index))
                out.line("if (-not (Get-DhcpServerv4Class -Name \(name) -ErrorAction SilentlyContinue)) {")
                out.line("  Add-DhcpServerv4Class -Name \(name) -Type Vendor -Data \(data)")
                out.line("}")
            }
            for rule in phoneClass.stated(.userClass) {
                findings.note(rule.location, "the user class “\(rule.pattern)” is left out: its phones are recognised by their vendor class")
            }
        }
        out.line()
    }

    private func className(_ phoneClass: DHCPPlan.PhoneClass, _ index: Int) -> String { "provd \(phoneClass.name) \(index + 1)" }

    private static func type(_ items: [DHCPPlan.Item]) -> (name: String, isList: Bool) {
        if items.allSatisfy({ if case .text = $0.value.form { true } else { false } }) { return ("String", false) }
        if items.allSatisfy({ if case .addresses = $0.value.form { true } else { false } }) { return ("IPv4Address", true) }
        return ("BinaryData", false)
    }

    private mutating func write(_ subnet: Site.Subnet) {
        let scope = subnet.network.base
        out.comment("Subnet \(subnet.name) (\(subnet.location))")
        guard let first = subnet.ranges.first?.first, let last = subnet.ranges.last?.last else {
            findings.warning(subnet.location, "a Windows scope needs a range: “\(subnet.name)” is left out")
            return
        }
        if !subnet.circuitIDs.isEmpty || !subnet.relays.isEmpty {
            findings.note(subnet.location, "Windows chooses the scope of “\(subnet.name)” by relay address; circuit ids are left out")
        }
        out.line(
            "Add-DhcpServerv4Scope -Name \(Self.quoted(subnet.name)) -StartRange \(first) -EndRange \(last) -SubnetMask \(subnet.network.netmask) -LeaseDuration (New-TimeSpan -Seconds \(subnet.leaseSeconds))")
        for (range, next) in zip(subnet.ranges, subnet.ranges.dropFirst()) {
            out.line(
                "Add-DhcpServerv4ExclusionRange -ScopeId \(scope) -StartRange \(IPv4Address(bits: range.last.bits + 1)) -EndRange \(IPv4Address(bits: next.first.bits - 1))")
        }
        var options: [String] = []
        if !subnet.routers.isEmpty { options.append("-Router \(Self.list(subnet.routers))") }
        if !subnet.dns.isEmpty { options.append("-DnsServer \(Self.list(subnet.dns)) -Force") }
        if let domain = subnet.domain { options.append("-DnsDomain \(Self.quoted(domain))") }
        if !options.isEmpty { out.line("Set-DhcpServerv4OptionValue -ScopeId \(scope) \(options.joined(separator: " "))") }
        if !subnet.ntp.isEmpty { out.line("Set-DhcpServerv4OptionValue -ScopeId \(scope) -OptionId 42 -Value \(Self.list(subnet.ntp))") }
        for phoneClass in plan.classes { write(phoneClass, subnet) }
        for reservation in subnet.reservations {
            let mac = hexadecimal(reservation.mac.octets, separator: "-")
            let name = reservation.hostname.map { " -Name \(Self.quoted($0))" } ?? ""
            out.line("Add-DhcpServerv4Reservation -ScopeId \(scope) -IPAddress \(reservation.address) -ClientId \(mac)\(name)")
        }
        if subnet.audience == .phones {
            findings.warning(
                subnet.location, "the scope “\(subnet.name)” is open to everybody", "give the policies IP ranges in the console, or separate phones by VLAN")
        }
        out.line()
    }

    private mutating func write(_ phoneClass: DHCPPlan.PhoneClass, _ subnet: Site.Subnet) {
        let items = phoneClass.items(in: subnet.name)
        guard !items.isEmpty else { return }
        let classes = phoneClass.stated(.vendorClass).enumerated().compactMap { index, rule in
            rule.test.skip == 0 && !rule.test.head.isEmpty && rule.test.head.allSatisfy { (0x20...0x7E).contains($0) }
                ? Self.quoted(className(phoneClass, index) + (rule.test.isWhole ? "" : "*")) : nil
        }
        let prefixes = phoneClass.hardware.map { Self.quoted(hexadecimal($0.prefix.octets, separator: "").uppercased() + "*") }
        var conditions = ""
        if !classes.isEmpty { conditions += " -VendorClass EQ,\(classes.joined(separator: ","))" }
        if !prefixes.isEmpty { conditions += " -MacAddress EQ,\(prefixes.joined(separator: ","))" }
        guard !conditions.isEmpty else { return }
        let scope = subnet.network.base, name = Self.quoted("provd \(phoneClass.name)")
        out.line("Add-DhcpServerv4Policy -ScopeId \(scope) -Name \(name) -Condition OR\(conditions)")
        for item in items {
            guard case .option(let code) = item.place else {
                findings.warning(item.location, "the Windows DHCP server cannot set \(item.place.title) by policy")
                continue
            }
            out.line(
                "Set-DhcpServerv4OptionValue -ScopeId \(scope) -PolicyName \(name) -OptionId \(code) -Value \(value(item, code))  # \(item.value.meaning), \(item.location)")
        }
    }

    private func value(_ item: DHCPPlan.Item, _ code: UInt8) -> String {
        switch item.value.form {
        case .text(let text) where code != 43: Self.quoted(text)
        case .addresses(let addresses): Self.list(addresses)
        default: item.value.octets.map { "0x" + hexadecimal([$0]) }.joined(separator: ",")
        }
    }

    private static func list(_ addresses: [IPv4Address]) -> String { addresses.map(\.description).joined(separator: ",") }

    /// A text in single quotes, inside which PowerShell reads nothing but doubled quotes.
    private static func quoted(_ text: String) -> String { "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'" }
}
