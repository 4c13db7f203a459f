// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Writes a plan for Kea 2.0 or later (Kea Administrator Reference Manual, “The DHCPv4 Server”).
///
/// Classes are evaluated in order and may ask for membership of earlier ones: for each family one class of what it
/// states, then the class itself, which adds hardware addresses if nothing known was stated.
struct KeaGenerator {
    let plan: DHCPPlan
    let options: GeneratorOptions
    private var findings = DiagnosticList()

    private static let phones = "provd-phones"

    init(plan: DHCPPlan, options: GeneratorOptions) {
        self.plan = plan
        self.options = options
    }

    consuming func generate() -> GeneratedConfig {
        notePortParameters()
        var members: [(String, JSONValue)] = []
        if !options.isFragment {
            let interfaces = options.interfaces(for: plan)
            members.append(("interfaces-config", .object([("interfaces", .list((interfaces.isEmpty ? ["*"] : interfaces).map { .text($0) }))])))
            members.append(("lease-database", .object([("type", .text("memfile")), ("persist", .flag(!options.isTrial))])))
            members.append(("authoritative", .flag(true)))
        }
        if let hook = options.hook { members.append(("hooks-libraries", .list([Self.library(hook)]))) }
        let definitions = optionDefinitions()
        if !definitions.isEmpty { members.append(("option-def", .list(definitions))) }
        members.append(("client-classes", .list(classes())))
        let shared = sharedNetworks()
        if !shared.isEmpty { members.append(("shared-networks", .list(shared))) }
        let single = plan.subnets.filter { subnet in !plan.sharedLinks.contains { $0.contains(subnet.name) } }
        members.append(("subnet4", .list(single.map { self.subnet($0) })))
        let note = "Kea for \(plan.site), written by dhcpd-config from \(plan.location.file). Change that file and generate again."
        members.insert(("comment", .text(note)), at: 0)
        // A fragment is for an <?include?> inside "Dhcp4", so that it has no braces of its own.
        let text =
            if options.isFragment {
                members.dropFirst().map { "\(JSONValue.quoted($0)): \($1.formatted())" }.joined(separator: ",\n") + "\n"
            } else {
                JSONValue.object([("Dhcp4", .object(members))]).formatted() + "\n"
            }
        return GeneratedConfig(text: text, findings: findings.diagnostics)
    }

    private static func library(_ hook: LeaseHook) -> JSONValue {
        .object([
            ("library", .text("\(hook.keaLibraries)/libdhcp_run_script.so")),
            // Not in step with the server: nobody waits for provd.
            ("parameters", .object([("name", .text(hook.program)), ("sync", .flag(false))])),
        ])
    }

    /// Kea takes 159 for what RFC 7618 made of it and cuts it to four octets.
    private mutating func notePortParameters() {
        for item in plan.classes.flatMap(\.deliveries).flatMap(\.items) where item.place == .option(159) {
            findings.warning(item.location, "Kea sends no more than four octets in option 159", "let the phone read option 66 or 160")
        }
    }

    // MARK: Options

    /// Options that Kea defines itself as text.
    private static let known: [UInt8: String] = [66: "tftp-server-name", 67: "boot-file-name"]

    private func optionDefinitions() -> [JSONValue] {
        var codes: Set<UInt8> = []
        for item in plan.classes.flatMap(\.deliveries).flatMap(\.items) {
            guard case .option(let code) = item.place, Self.known[code] == nil, !Self.isStandard(code) else { continue }
            codes.insert(code)
        }
        return codes.sorted().map { code in
            .object([
                ("name", .text("provd-\(code)")), ("code", .number(Int(code))), ("space", .text("dhcp4")),
                ("type", .text(type(of: code))),
            ])
        }
    }

    /// Codes that Kea refuses to define anew, because it has definitions of its own (those above 127 are of RFC 5192,
    /// 5223, 5417, 6011, 8572, 6731, 6926, 7618, 9463, 5969 and 7653). Octets can be given for them without a definition.
    private static func isStandard(_ code: UInt8) -> Bool {
        code <= 127 || (151...157).contains(code) || [136, 137, 138, 141, 143, 146, 159, 162, 212, 213].contains(code)
    }

    /// A code that every family gives text is text; addresses likewise; anything else is octets.
    private func type(of code: UInt8) -> String {
        let forms = plan.classes.flatMap(\.deliveries).flatMap(\.items).filter { $0.place == .option(code) }.map(\.value.form)
        if forms.allSatisfy({ if case .text = $0 { true } else { false } }) { return "string" }
        return "binary"
    }

    private func data(_ item: DHCPPlan.Item, _ code: UInt8) -> JSONValue {
        var members: [(String, JSONValue)] = [("code", .number(Int(code)))]
        if let name = Self.known[code] { members.insert(("name", .text(name)), at: 0) }
        let isTextual = Self.known[code] != nil || (!Self.isStandard(code) && type(of: code) == "string")
        // In Kea's comma-separated form a comma or backslash would have a meaning.
        if case .text(let text) = item.value.form, isTextual, !text.contains(","), !text.contains("\\") {
            members.append(("data", .text(text)))
        } else {
            members.append(("csv-format", .flag(false)))
            members.append(("data", .text(hexadecimal(item.value.octets, separator: ""))))
        }
        if item.isForced { members.append(("always-send", .flag(true))) }
        members.append(("comment", .text("\(item.value.meaning), \(item.location)")))
        return .object(members)
    }

    // MARK: Classes

    private func classes() -> [JSONValue] {
        var result: [JSONValue] = []
        var before: [String] = []
        for field in DHCPPlan.StatedRule.Field.allCases {
            var names: [String] = []
            for phoneClass in plan.classes where !phoneClass.stated(field).isEmpty {
                let name = "\(phoneClass.name)-\(field == .vendorClass ? "states" : "user")"
                let own = phoneClass.stated(field).map(Self.condition).joined(separator: " or ")
                let test = before.isEmpty ? own : "not member('\(Self.anyOf(before))') and (\(own))"
                result.append(Self.clientClass(name, test))
                names.append(name)
            }
            guard !names.isEmpty else { continue }
            let all = before + names
            result.append(Self.clientClass(Self.anyOf(all), all.map { "member('\($0)')" }.joined(separator: " or ")))
            before = all
        }
        for phoneClass in plan.classes { result += self.classes(phoneClass, stated: before) }
        if !plan.classes.isEmpty {
            let members = plan.classes.map { "member('\($0.name)')" }.joined(separator: " or ")
            result.append(Self.clientClass(Self.phones, members))
        }
        return result + circuitClasses()
    }

    /// The name of the class of everybody who states one of these.
    private static func anyOf(_ names: [String]) -> String {
        names.contains { $0.hasSuffix("-user") } ? "provd-stated" : "provd-vendor-class"
    }

    private static func clientClass(_ name: String, _ test: String, _ more: [(String, JSONValue)] = []) -> JSONValue {
        .object([("name", .text(name)), ("test", .text(test))] + more)
    }

    private func classes(_ phoneClass: DHCPPlan.PhoneClass, stated: [String]) -> [JSONValue] {
        var conditions = stated.filter { $0 == "\(phoneClass.name)-states" || $0 == "\(phoneClass.name)-user" }.map { "member('\($0)')" }
        if !phoneClass.hardware.isEmpty {
            let addresses = phoneClass.hardware.map(Self.condition).joined(separator: " or ")
            conditions.append(stated.isEmpty ? addresses : "(not member('\(Self.anyOf(stated))') and (\(addresses)))")
        }
        var more: [(String, JSONValue)] = [("comment", .text("\(phoneClass.title) (\(phoneClass.location))"))]
        guard !phoneClass.isUniform else {
            more += content(phoneClass.deliveries.first?.items ?? [])
            return [Self.clientClass(phoneClass.name, conditions.joined(separator: " or "), more)]
        }
        // Where subnets differ, each has a class of its own that it asks for after the subnet is known.
        let own = phoneClass.deliveries.flatMap { delivery in
            delivery.subnets.map { subnet in
                Self.clientClass(
                    "\(phoneClass.name)@\(subnet)", "member('\(phoneClass.name)')",
                    [("only-if-required", .flag(true))] + content(delivery.items))
            }
        }
        return [Self.clientClass(phoneClass.name, conditions.joined(separator: " or "), more)] + own
    }

    private func content(_ items: [DHCPPlan.Item]) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        var data: [JSONValue] = []
        for item in items {
            switch (item.place, item.value.form) {
            case (.option(let code), _):
                if code == 43 {
                    // Kea reads 43 as sub-options unless the class says that it is octets.
                    members.append(
                        ("option-def", .list([.object([("name", .text("provd-43")), ("code", .number(43)), ("type", .text("binary"))])])))
                }
                data.append(self.data(item, code))
            case (.nextServer, .addresses(let addresses)):
                if let address = addresses.first { members.append(("next-server", .text(address.description))) }
            case (.serverName, .text(let text)): members.append(("server-hostname", .text(text)))
            case (.bootFile, .text(let text)): members.append(("boot-file-name", .text(text)))
            case (.nextServer, _), (.serverName, _), (.bootFile, _): break
            }
        }
        if !data.isEmpty { members.append(("option-data", .list(data))) }
        return members
    }

    private func circuitClasses() -> [JSONValue] {
        plan.subnets.filter { !$0.circuitIDs.isEmpty }.map { subnet in
            let own = subnet.circuitIDs.map { "relay4[1].hex == \(Self.literal(Array($0.utf8)))" }.joined(separator: " or ")
            let test = subnet.audience == .phones ? "member('\(Self.phones)') and (\(own))" : own
            return Self.clientClass("provd-circuit-\(subnet.name)", test)
        }
    }

    // MARK: Conditions

    private static func condition(_ rule: DHCPPlan.StatedRule) -> String {
        let own = condition(rule.test, rule.field)
        guard !rule.unless.isEmpty else { return own }
        return "((\(own)) and not (\(rule.unless.map { condition($0, rule.field) }.joined(separator: " or "))))"
    }

    private static func condition(_ test: TextTest, _ field: DHCPPlan.StatedRule.Field) -> String {
        switch field {
        case .vendorClass: condition(test, "option[60].hex", shift: 0)
        // The text alone, or the first instance behind its length (RFC 3004).
        case .userClass: "\(condition(test, "option[77].hex", shift: 0)) or \(condition(test, "option[77].hex", shift: 1))"
        }
    }

    private static func condition(_ test: TextTest, _ option: String, shift: Int) -> String {
        let skip = test.skip + shift
        if test.isWhole {
            let whole = skip == 0 ? option : "substring(\(option), \(skip), all)"
            // Some phones send a NUL after the text.
            return "\(whole) == \(literal(test.head)) or \(whole) == \(literal(test.head + [0]))"
        }
        var parts: [String] = []
        if !test.head.isEmpty { parts.append("substring(\(option), \(skip), \(test.head.count)) == \(literal(test.head))") }
        if !test.tail.isEmpty {
            let count = test.tail.count
            parts.append(
                "(substring(\(option), -\(count), \(count)) == \(literal(test.tail)) or substring(\(option), -\(count + 1), \(count + 1)) == \(literal(test.tail + [0])))")
        }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " and ")))"
    }

    private static func condition(_ rule: DHCPPlan.HardwareRule) -> String {
        let own = condition(rule.prefix)
        guard !rule.unless.isEmpty else { return own }
        return "(\(own) and not (\(rule.unless.map(condition).joined(separator: " or "))))"
    }

    private static func condition(_ prefix: MACPrefix) -> String {
        "substring(pkt4.mac, 0, \(prefix.octets.count)) == 0x\(hexadecimal(prefix.octets, separator: ""))"
    }

    /// Octets as Kea's expressions write them: quoted where they are text without an apostrophe, else in hexadecimal.
    private static func literal(_ octets: [UInt8]) -> String {
        let isText = octets.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "'") }
        return isText ? "'\(String(decoding: octets, as: UTF8.self))'" : "0x" + hexadecimal(octets, separator: "")
    }

    // MARK: Subnets

    private func sharedNetworks() -> [JSONValue] {
        plan.sharedLinks.map { link in
            let subnets = plan.subnets.filter { link.contains($0.name) }
            return .object([("name", .text(link.joined(separator: "-"))), ("subnet4", .list(subnets.map { self.subnet($0) }))])
        }
    }

    private func subnet(_ subnet: Site.Subnet) -> JSONValue {
        let number = (plan.subnets.firstIndex { $0.name == subnet.name } ?? 0) + 1
        var members: [(String, JSONValue)] = [
            ("id", .number(number)), ("subnet", .text(subnet.network.description)),
            ("comment", .text("\(subnet.name)\(subnet.vlan.map { ", VLAN \($0)" } ?? "") (\(subnet.location))")),
        ]
        if let interface = subnet.interface, subnet.relays.isEmpty { members.append(("interface", .text(interface))) }
        if !subnet.relays.isEmpty {
            members.append(("relay", .object([("ip-addresses", .list(subnet.relays.map { .text($0.description) }))])))
        }
        members.append(("valid-lifetime", .number(subnet.leaseSeconds)))
        var options: [JSONValue] = []
        func add(_ name: String, _ value: String) {
            if !value.isEmpty { options.append(.object([("name", .text(name)), ("data", .text(value))])) }
        }
        add("routers", subnet.routers.map(\.description).joined(separator: ", "))
        add("domain-name-servers", subnet.dns.map(\.description).joined(separator: ", "))
        add("ntp-servers", subnet.ntp.map(\.description).joined(separator: ", "))
        add("domain-name", subnet.domain ?? "")
        if !options.isEmpty { members.append(("option-data", .list(options))) }
        let differing = plan.classes.filter { !$0.isUniform }.map { "\($0.name)@\(subnet.name)" }
        if !differing.isEmpty { members.append(("require-client-classes", .list(differing.map { .text($0) }))) }
        members.append(("pools", .list(subnet.ranges.map { pool($0, subnet) })))
        let reservations = subnet.reservations.map { reservation -> JSONValue in
            var entry: [(String, JSONValue)] = [
                ("hw-address", .text(reservation.mac.description)), ("ip-address", .text(reservation.address.description)),
            ]
            if let hostname = reservation.hostname { entry.append(("hostname", .text(hostname))) }
            return .object(entry)
        }
        if !reservations.isEmpty { members.append(("reservations", .list(reservations))) }
        return .object(members)
    }

    private func pool(_ range: Site.AddressRange, _ subnet: Site.Subnet) -> JSONValue {
        var members: [(String, JSONValue)] = [("pool", .text("\(range.first) - \(range.last)"))]
        if !subnet.circuitIDs.isEmpty {
            members.append(("client-class", .text("provd-circuit-\(subnet.name)")))
        } else if subnet.audience == .phones, !plan.classes.isEmpty {
            members.append(("client-class", .text(Self.phones)))
        }
        return .object(members)
    }
}
