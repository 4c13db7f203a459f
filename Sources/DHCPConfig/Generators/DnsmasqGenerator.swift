// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for dnsmasq 2.80 or later (`man 8 dnsmasq`).
///
/// dnsmasq sets tags: one for every rule that holds, then `tag-if` lines, which are executed in order, name the class.
struct DnsmasqGenerator {
    let plan: DHCPPlan
    let options: GeneratorOptions
    private var out = ConfigText(commentMark: "#")
    private var findings = DiagnosticList()

    init(plan: DHCPPlan, options: GeneratorOptions) {
        self.plan = plan
        self.options = options
    }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "dnsmasq")
        let places = plan.classes.flatMap(\.deliveries).flatMap(\.items).map(\.place)
        if places.contains(.option(66)) || places.contains(.option(67)) {
            let note = "dnsmasq ends every text in options 66 and 67 with a NUL, for the sake of network cards that boot; phones ignore it"
            out.comment(note + ".")
            out.line()
            findings.note(nil, note)
        }
        if !options.isFragment { writeServer() }
        if let hook = options.hook {
            out.comment("dnsmasq calls one program only.")
            out.line("dhcp-script=\(hook.program)")
            out.line()
        }
        for subnet in plan.subnets { write(subnet) }
        writeClasses()
        for phoneClass in plan.classes { write(phoneClass) }
        return GeneratedConfig(text: out.text, findings: findings.diagnostics)
    }

    private mutating func writeServer() {
        out.comment("DHCP only: no DNS.")
        out.line("port=0")
        for interface in options.interfaces(for: plan) { out.line("interface=\(interface)") }
        if !options.interfaces(for: plan).isEmpty {
            out.line("except-interface=lo")
            out.line("bind-interfaces")
        }
        out.line("dhcp-authoritative")
        if options.isTrial { out.line("no-ping") }
        out.line()
    }

    // MARK: Subnets

    private mutating func write(_ subnet: Site.Subnet) {
        let tag = "net-\(subnet.name)"
        out.comment("Subnet \(subnet.name), \(subnet.network)\(subnet.vlan.map { ", VLAN \($0)" } ?? "") (\(subnet.location))")
        for (index, id) in subnet.circuitIDs.enumerated() {
            out.line("dhcp-circuitid=set:circuit-\(subnet.name)-\(index + 1),\(Self.hex(Array(id.utf8)))")
            out.line("tag-if=set:circuit-\(subnet.name),tag:circuit-\(subnet.name)-\(index + 1)")
        }
        for relay in subnet.relays where !subnet.network.contains(relay) {
            out.line("shared-network=\(relay),\(subnet.network.base)")
        }
        var conditions = subnet.circuitIDs.isEmpty ? "" : ",tag:circuit-\(subnet.name)"
        if subnet.audience == .phones { conditions += ",tag:phone" }
        let mask = subnet.network.netmask, broadcast = subnet.network.last
        for range in subnet.ranges {
            out.line("dhcp-range=set:\(tag)\(conditions),\(range.first),\(range.last),\(mask),\(broadcast),\(subnet.leaseSeconds)")
        }
        if !subnet.reservations.isEmpty, subnet.audience == .phones || subnet.ranges.isEmpty {
            out.line("dhcp-range=set:\(tag),\(subnet.network.base),static,\(mask),\(broadcast),\(subnet.leaseSeconds)")
        }
        for reservation in subnet.reservations {
            let name = reservation.hostname.map { ",\($0)" } ?? ""
            out.line("dhcp-host=\(reservation.mac),\(reservation.address)\(name)")
        }
        // Without a value the option is not sent: dnsmasq would name itself as router and name server.
        out.line("dhcp-option=tag:\(tag),option:router\(Self.list(subnet.routers))")
        out.line("dhcp-option=tag:\(tag),option:dns-server\(Self.list(subnet.dns))")
        if !subnet.ntp.isEmpty { out.line("dhcp-option=tag:\(tag),option:ntp-server\(Self.list(subnet.ntp))") }
        if let domain = subnet.domain { out.line("dhcp-option=tag:\(tag),option:domain-name,\(domain)") }
        out.line()
    }

    private static func list(_ addresses: [IPv4Address]) -> String { addresses.map { ",\($0)" }.joined() }

    // MARK: Classes

    /// A rule as dnsmasq asks it: whether `text` is anywhere in the option.
    fileprivate struct Search {
        let phoneClass: String
        let rule: DHCPPlan.StatedRule
        let number: Int
        var text: [UInt8] { rule.test.head.isEmpty ? rule.test.tail : rule.test.head }
        /// The kind of rule, for tags.
        var prefix: String { rule.field == .vendorClass ? "is" : "user" }
    }

    private mutating func writeClasses() {
        out.comment("Which phone is it? A rule that holds sets a tag. What a phone states of itself outweighs its hardware address.")
        out.comment("dnsmasq looks for the text anywhere in the vendor class or user class.")
        let searches = plan.classes.flatMap { phoneClass in
            phoneClass.stated.enumerated().map { Search(phoneClass: phoneClass.name, rule: $1, number: $0 + 1) }
        }
        for search in searches { write(search, among: searches) }
        for phoneClass in plan.classes {
            for rule in phoneClass.hardware { write(rule, phoneClass.name) }
        }
        out.line()
        for field in DHCPPlan.StatedRule.Field.allCases {
            for phoneClass in plan.classes where !phoneClass.stated(field).isEmpty {
                let prefix = field == .vendorClass ? "is" : "user"
                out.line("tag-if=set:\(phoneClass.name),set:phone,tag:\(prefix)-\(phoneClass.name),tag:!phone")
            }
        }
        for phoneClass in plan.classes where !phoneClass.hardware.isEmpty {
            out.line("tag-if=set:\(phoneClass.name),set:phone,tag:mac-\(phoneClass.name),tag:!phone")
        }
        out.line()
    }

    private mutating func write(_ search: Search, among all: [Search]) {
        // A text that is part of another class's text would be found in that one's phones too: the longer text wins.
        let rivals = all.filter { $0.beats(search) }
        let isRival = all.contains { search.beats($0) }
        let name = "\(search.prefix)-\(search.phoneClass)"
        let numbered = "\(name)-\(search.number)"
        let tag = rivals.isEmpty && !isRival ? name : numbered
        let test = search.rule.test
        if test.skip > 0 || test.head.contains(where: { !(0x20...0x7E).contains($0) }) {
            // A match on an option compares octets from the beginning; a star stands for any octet.
            let octets = Array(repeating: "*", count: test.skip) + test.head.map { hexadecimal([$0]) }
            out.line("dhcp-match=set:\(tag),\(search.rule.field.code),\(octets.joined(separator: ":"))\(comment(search.rule.location))")
        } else {
            let keyword = search.rule.field == .vendorClass ? "dhcp-vendorclass" : "dhcp-userclass"
            out.line("\(keyword)=set:\(tag),\(Self.quoted(String(decoding: search.text, as: UTF8.self)))\(comment(search.rule.location))")
        }
        if tag == numbered {
            let without = rivals.map { ",tag:!\($0.prefix)-\($0.phoneClass)-\($0.number)" }.joined()
            out.line("tag-if=set:\(name),tag:\(numbered)\(without)")
        }
    }

    private mutating func write(_ rule: DHCPPlan.HardwareRule, _ name: String) {
        let tag = rule.unless.isEmpty ? "mac-\(name)" : "mac-\(name)-\(hexadecimal(rule.prefix.octets, separator: ""))"
        out.line("dhcp-mac=set:\(tag),\(Self.wildcard(rule.prefix))\(comment(rule.location))")
        guard !rule.unless.isEmpty else { return }
        let holes = rule.unless.map { "hole-\(hexadecimal($0.octets, separator: ""))" }
        for (hole, prefix) in zip(holes, rule.unless) { out.line("dhcp-mac=set:\(hole),\(Self.wildcard(prefix))") }
        out.line("tag-if=set:mac-\(name),tag:\(tag)\(holes.map { ",tag:!\($0)" }.joined())")
    }

    private static func wildcard(_ prefix: MACPrefix) -> String {
        (prefix.octets.map { hexadecimal([$0]) } + Array(repeating: "*", count: 6 - prefix.octets.count)).joined(separator: ":")
    }

    // MARK: Options

    private mutating func write(_ phoneClass: DHCPPlan.PhoneClass) {
        guard phoneClass.deliveries.contains(where: { !$0.items.isEmpty }) else { return }
        out.comment("\(phoneClass.title) (\(phoneClass.location))")
        for delivery in phoneClass.deliveries {
            if phoneClass.isUniform {
                write(delivery, "tag:\(phoneClass.name)")
            } else {
                for subnet in delivery.subnets { write(delivery, "tag:\(phoneClass.name),tag:net-\(subnet)") }
            }
        }
        out.line()
    }

    private mutating func write(_ delivery: DHCPPlan.Delivery, _ tags: String) {
        var file = "", server = "", address = ""
        for item in delivery.items {
            switch (item.place, item.value.form) {
            case (.option(let code), let form):
                let keyword = item.isForced ? "dhcp-option-force" : "dhcp-option"
                out.line("\(keyword)=\(tags),\(code),\(Self.value(item.value.octets, form))\(comment(item))")
            case (.bootFile, .text(let text)): file = Self.quoted(text)
            case (.serverName, .text(let text)): server = Self.quoted(text)
            case (.nextServer, .addresses(let addresses)): address = addresses.first?.description ?? ""
            case (.bootFile, _), (.serverName, _), (.nextServer, _):
                findings.error(item.location, "\(item.place.title) needs a text or an address")
            }
        }
        guard !file.isEmpty || !server.isEmpty || !address.isEmpty else { return }
        let tail = !address.isEmpty ? ",\(server),\(address)" : !server.isEmpty ? ",\(server)" : ""
        out.line("dhcp-boot=\(tags),\(file)\(tail)")
    }

    private static func value(_ octets: [UInt8], _ form: EncodedValue.Form) -> String {
        switch form {
        case .text(let text): quoted(text)
        case .addresses(let addresses): addresses.map(\.description).joined(separator: ",")
        case .number, .octets: hex(octets)
        }
    }

    /// Octets as dnsmasq reads them: with colons in hexadecimal, a single one as a decimal number of one byte.
    private static func hex(_ octets: [UInt8]) -> String {
        if let only = octets.first, octets.count == 1 { return "\(only)b" }
        return hexadecimal(octets)
    }

    /// A text in quotes, inside which commas, dots and colons have no meaning.
    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }

    private func comment(_ location: SourceLocation) -> String { "  # \(location)" }

    private func comment(_ item: DHCPPlan.Item) -> String { "  # \(item.value.meaning), \(item.location)" }
}

extension DnsmasqGenerator.Search {
    /// Whether this search must find nothing for the other to count.
    fileprivate func beats(_ other: Self) -> Bool {
        guard phoneClass != other.phoneClass, rule.field == other.rule.field else { return false }
        return other.rule.unless.contains(rule.test) || (text.count > other.text.count && contains(text, other.text))
    }

    private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }
}
