// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for ISC dhcpd 4.2 or later (`dhcpd.conf(5)`, `dhcp-options(5)`, `dhcp-eval(5)`).
///
/// One class holds every phone, so that no phone can be missing from a pool. Which phone it is, is one chain of
/// conditions: the first that holds gives the options.
struct ISCGenerator {
    let plan: DHCPPlan
    let options: GeneratorOptions
    private var out = ConfigText(commentMark: "#")

    /// The name of the class of all phones.
    private static let phones = "provd-phones"

    init(plan: DHCPPlan, options: GeneratorOptions) {
        self.plan = plan
        self.options = options
    }

    consuming func generate() -> GeneratedConfig {
        out.header(plan, "ISC dhcpd")
        if !options.isFragment { writeServer() }
        writeOptionDefinitions()
        writePhones()
        writeCircuits()
        for group in groups() { write(group) }
        writeReservations()
        if let hook = options.hook { write(hook) }
        return GeneratedConfig(text: out.text, findings: [])
    }

    private mutating func writeServer() {
        let interfaces = options.interfaces(for: plan)
        if !interfaces.isEmpty {
            out.comment("dhcpd listens on the interfaces of its command line: INTERFACESv4=\"\(interfaces.joined(separator: " "))\"")
            out.comment("in /etc/default/isc-dhcp-server on Debian.")
        }
        out.line("authoritative;")
        out.line("ddns-update-style none;")
        if options.isTrial { out.line("ping-check false;") }
        out.line()
    }

    // MARK: Options

    /// Options that dhcpd knows by a name of its own, whose form takes text or octets as they are.
    private static let names: [UInt8: String] = [43: "vendor-encapsulated-options", 66: "tftp-server-name", 67: "bootfile-name"]

    private func name(_ code: UInt8) -> String { Self.names[code] ?? "provd-\(code)" }

    private mutating func writeOptionDefinitions() {
        let used = Set(plan.classes.flatMap(\.deliveries).flatMap(\.items).compactMap { item -> UInt8? in
            if case .option(let code) = item.place { code } else { nil }
        })
        let own = used.filter { Self.names[$0] == nil }.sorted()
        for code in own { out.line("option \(name(code)) code \(code) = string;") }
        if options.hook != nil || plan.classes.contains(where: { !$0.stated(.userClass).isEmpty }) { out.line("option provd-user-class code 77 = string;") }
        if !own.isEmpty { out.line() }
    }

    private mutating func write(_ items: [DHCPPlan.Item], indent: String) {
        for item in items {
            let comment = "  # \(item.value.meaning), \(item.location)"
            switch item.place {
            case .option(let code): out.line("\(indent)option \(name(code)) \(Self.value(item.value));\(comment)")
            case .nextServer:
                guard case .addresses(let addresses) = item.value.form, let address = addresses.first else { continue }
                out.line("\(indent)next-server \(address);\(comment)")
            case .serverName: out.line("\(indent)server-name \(Self.value(item.value));\(comment)")
            case .bootFile: out.line("\(indent)filename \(Self.value(item.value));\(comment)")
            }
        }
        let forced = items.compactMap { item -> UInt8? in
            if case .option(let code) = item.place, item.isForced { code } else { nil }
        }
        guard !forced.isEmpty else { return }
        // dhcpd sends what the client asks for: what it must get besides is added to its list.
        let list = forced.map { hexadecimal([$0]) }.joined(separator: ", ")
        out.line("\(indent)if exists dhcp-parameter-request-list {")
        out.line("\(indent)  option dhcp-parameter-request-list = concat(option dhcp-parameter-request-list, \(list));")
        out.line("\(indent)}")
    }

    private static func value(_ value: EncodedValue) -> String {
        if case .text(let text) = value.form, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return quoted(text) }
        return hexadecimal(value.octets)
    }

    static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }

    // MARK: Phones

    private mutating func writePhones() {
        guard !plan.classes.isEmpty else { return }
        let branches = self.branches()
        out.comment("Every phone that is known. A pool for phones lets in the members of this class.")
        out.line("class \"\(Self.phones)\" {")
        out.line("  match if")
        let conditions = branches.flatMap(\.conditions)
        for (index, condition) in conditions.enumerated() {
            out.line("    \(index == 0 ? "   " : "or ")\(condition)\(index == conditions.count - 1 ? ";" : "")")
        }
        if plan.classes.allSatisfy(\.isUniform) {
            writeChain(branches, subnet: plan.subnets.first?.name ?? "", indent: "  ")
        }
        out.line("}")
        out.line()
    }

    /// Alternatives that lead to a class.
    private typealias Branch = (conditions: [String], phoneClass: DHCPPlan.PhoneClass)

    /// What is tried in order: vendor classes, then user classes, then hardware addresses.
    private func branches() -> [Branch] {
        var branches: [Branch] = []
        for field in DHCPPlan.StatedRule.Field.allCases {
            for phoneClass in plan.classes where !phoneClass.stated(field).isEmpty {
                branches.append((phoneClass.stated(field).map(Self.condition), phoneClass))
            }
        }
        for phoneClass in plan.classes where !phoneClass.hardware.isEmpty {
            branches.append((phoneClass.hardware.map(Self.condition), phoneClass))
        }
        return branches
    }

    private mutating func writeChain(_ branches: [Branch], subnet: String, indent: String) {
        out.line()
        for (index, branch) in branches.enumerated() {
            // The parentheses stand around the whole: dhcpd takes the first closing one for the end of the condition.
            let joined = branch.conditions.joined(separator: "\n\(indent)    or ")
            out.line("\(indent)\(index == 0 ? "if" : "} elsif") (\(joined)) {")
            out.line("\(indent)  # \(branch.phoneClass.title) (\(branch.phoneClass.location))")
            write(branch.phoneClass.items(in: subnet), indent: indent + "  ")
        }
        if !branches.isEmpty { out.line("\(indent)}") }
    }

    private static func condition(_ rule: DHCPPlan.StatedRule) -> String {
        let own = condition(rule.test, rule.field)
        guard !rule.unless.isEmpty else { return own }
        return "(\(own) and not (\(rule.unless.map { condition($0, rule.field) }.joined(separator: " or "))))"
    }

    private static func condition(_ test: TextTest, _ field: DHCPPlan.StatedRule.Field) -> String {
        switch field {
        case .vendorClass: condition(test, "option vendor-class-identifier", shift: 0)
        // The text alone, or the first instance behind its length (RFC 3004).
        case .userClass:
            "(\(condition(test, "option provd-user-class", shift: 0)) or \(condition(test, "option provd-user-class", shift: 1)))"
        }
    }

    private static func condition(_ test: TextTest, _ option: String, shift: Int) -> String {
        let skip = test.skip + shift
        let head = literal(test.head)
        if test.isWhole {
            // Some phones send a NUL after the text.
            let whole = skip == 0 ? option : "substring(\(option), \(skip), 255)"
            return "(\(whole) = \(head) or \(whole) = concat(\(head), 00))"
        }
        var parts: [String] = []
        if !test.head.isEmpty { parts.append("substring(\(option), \(skip), \(test.head.count)) = \(head)") }
        if !test.tail.isEmpty {
            let tail = literal(test.tail), count = test.tail.count
            parts.append("(suffix(\(option), \(count)) = \(tail) or suffix(\(option), \(count + 1)) = concat(\(tail), 00))")
        }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " and ")))"
    }

    private static func literal(_ octets: [UInt8]) -> String {
        let isText = octets.allSatisfy { (0x20...0x7E).contains($0) }
        return isText ? quoted(String(decoding: octets, as: UTF8.self)) : hexadecimal(octets)
    }

    private static func condition(_ rule: DHCPPlan.HardwareRule) -> String {
        let own = condition(rule.prefix)
        guard !rule.unless.isEmpty else { return own }
        return "(\(own) and not (\(rule.unless.map(condition).joined(separator: " or "))))"
    }

    private static func condition(_ prefix: MACPrefix) -> String {
        "substring(hardware, 1, \(prefix.octets.count)) = \(hexadecimal(prefix.octets))"
    }

    // MARK: Subnets

    /// Subnets by link: those that share one stand together.
    private func groups() -> [[Site.Subnet]] {
        var groups: [[Site.Subnet]] = []
        for subnet in plan.subnets {
            let link = plan.sharedLinks.first { $0.contains(subnet.name) } ?? [subnet.name]
            if link.first == subnet.name {
                groups.append(plan.subnets.filter { link.contains($0.name) })
            }
        }
        return groups
    }

    private mutating func writeCircuits() {
        for subnet in plan.subnets where !subnet.circuitIDs.isEmpty {
            let circuits = subnet.circuitIDs.map { "option agent.circuit-id = \(Self.quoted($0))" }.joined(separator: " or ")
            out.line("class \"provd-circuit-\(subnet.name)\" {")
            if subnet.audience == .phones {
                // Permissions of a pool are alternatives, so that one class has to ask for both.
                let phones = branches().flatMap(\.conditions).joined(separator: "\n    or ")
                out.line("  match if (\(circuits)) and (\(phones));")
            } else {
                out.line("  match if \(circuits);")
            }
            out.line("}")
            out.line()
        }
    }

    private mutating func write(_ group: [Site.Subnet]) {
        let outside = group.flatMap(\.relays).filter { relay in !group.contains { $0.network.contains(relay) } }
        let relays = Set(outside).sorted()
        guard group.count > 1 || !relays.isEmpty else {
            for subnet in group { write(subnet, indent: "") }
            return
        }
        out.line("shared-network \"\(group.map(\.name).joined(separator: "-"))\" {")
        for relay in relays {
            out.line("  # Requests come from the relay \(relay).")
            out.line("  subnet \(relay) netmask 255.255.255.255 { }")
        }
        for subnet in group { write(subnet, indent: "  ") }
        out.line("}")
        out.line()
    }

    private mutating func write(_ subnet: Site.Subnet, indent: String) {
        out.line("\(indent)# Subnet \(subnet.name)\(subnet.vlan.map { ", VLAN \($0)" } ?? "") (\(subnet.location))")
        out.line("\(indent)subnet \(subnet.network.base) netmask \(subnet.network.netmask) {")
        let inner = indent + "  "
        if !subnet.routers.isEmpty { out.line("\(inner)option routers \(Self.list(subnet.routers));") }
        if !subnet.dns.isEmpty { out.line("\(inner)option domain-name-servers \(Self.list(subnet.dns));") }
        if !subnet.ntp.isEmpty { out.line("\(inner)option ntp-servers \(Self.list(subnet.ntp));") }
        if let domain = subnet.domain { out.line("\(inner)option domain-name \"\(domain)\";") }
        out.line("\(inner)default-lease-time \(subnet.leaseSeconds);")
        out.line("\(inner)max-lease-time \(subnet.leaseSeconds);")
        let ranges = subnet.rangesWithoutReservations
        if !ranges.isEmpty {
            out.line("\(inner)pool {")
            for range in ranges { out.line("\(inner)  range \(range.first) \(range.last);") }
            if !subnet.circuitIDs.isEmpty {
                out.line("\(inner)  allow members of \"provd-circuit-\(subnet.name)\";")
            } else if subnet.audience == .phones {
                out.line("\(inner)  allow members of \"\(Self.phones)\";")
            }
            out.line("\(inner)}")
        }
        if !plan.classes.allSatisfy(\.isUniform) { writeChain(branches(), subnet: subnet.name, indent: inner) }
        out.line("\(indent)}")
        out.line()
    }

    private mutating func write(_ hook: LeaseHook) {
        let program = Self.quoted(hook.program), address = "binary-to-ascii(10, 8, \".\", leased-address)"
        func octets(_ option: String) -> String {
            "pick-first-value(concat(\"hex:\", binary-to-ascii(16, 8, \":\", option \(option))), \"\")"
        }
        out.line()
        out.comment("Tell provd. An expiry knows the hardware address only from the lease's variables.")
        out.line("on commit {")
        out.line("  set provd-mac = binary-to-ascii(16, 8, \":\", substring(hardware, 1, 6));")
        out.line("  execute(\(program), \"commit\", \(address), provd-mac,")
        for option in ["vendor-class-identifier", "provd-user-class", "host-name"] { out.line("    \(octets(option)),") }
        out.line("    binary-to-ascii(10, 8, \".\", packet(24, 4)));")
        out.line("}")
        for event in ["release", "expiry"] {
            out.line("on \(event) { execute(\(program), \"\(event)\", \(address), provd-mac); }")
        }
    }

    private static func list(_ addresses: [IPv4Address]) -> String { addresses.map(\.description).joined(separator: ", ") }

    private mutating func writeReservations() {
        for subnet in plan.subnets {
            for reservation in subnet.reservations {
                let name = "\(subnet.name)-\(reservation.mac.compact)"
                let hostname = reservation.hostname.map { " option host-name \"\($0)\";" } ?? ""
                out.line(
                    "host \(name) { hardware ethernet \(reservation.mac); fixed-address \(reservation.address);\(hostname) }  # \(reservation.location)")
            }
        }
    }
}

extension Site.Subnet {
    /// The ranges without the addresses that reservations keep, for servers that must not find one in both.
    var rangesWithoutReservations: [Site.AddressRange] {
        var result = ranges
        for address in reservations.map(\.address) {
            result = result.flatMap { range -> [Site.AddressRange] in
                guard range.contains(address) else { return [range] }
                var pieces: [Site.AddressRange] = []
                if range.first < address {
                    pieces.append(Site.AddressRange(first: range.first, last: IPv4Address(bits: address.bits - 1), location: range.location))
                }
                if address < range.last {
                    pieces.append(Site.AddressRange(first: IPv4Address(bits: address.bits + 1), last: range.last, location: range.location))
                }
                return pieces
            }
        }
        return result
    }
}
