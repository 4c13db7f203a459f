// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension DHCPPlan {
    /// Joins a site and the definitions.
    ///
    /// - Throws: `ConfigError` if a value cannot be made.
    /// - Returns: the plan, and what is worth knowing about it.
    public static func make(
        _ site: Site, catalog: VendorCatalog
    ) throws(ConfigError) -> (plan: DHCPPlan, findings: [ConfigDiagnostic]) {
        var builder = PlanBuilder(site: site, catalog: catalog)
        let plan = builder.build()
        guard !builder.problems.hasErrors else { throw ConfigError(builder.problems.diagnostics) }
        return (plan, builder.problems.diagnostics)
    }
}

/// Makes the plan of a site.
struct PlanBuilder {
    let site: Site
    let catalog: VendorCatalog
    var problems = DiagnosticList()

    init(site: Site, catalog: VendorCatalog) {
        self.site = site
        self.catalog = catalog
    }

    mutating func build() -> DHCPPlan {
        let families = catalog.families.filter { site.vendors[$0.id] != nil }
        let rules = families.flatMap { family in family.statedTests.map { (family, $0) } }
        let prefixes = families.flatMap { family in family.prefixes.map { (family, $0.prefix, $0.location) } }
        var classes: [DHCPPlan.PhoneClass] = []
        for family in families {
            let phoneClass = DHCPPlan.PhoneClass(
                name: family.id, title: family.title, stated: statedRules(family, among: rules),
                hardware: family.prefixes.compactMap { hardware($0, of: family, among: prefixes) },
                deliveries: deliveries(family), location: family.location)
            guard !phoneClass.stated.isEmpty || !phoneClass.hardware.isEmpty else {
                problems.warning(
                    family.location, "no DHCP server can recognise the family “\(family.id)”, so that its phones get no options",
                    "add a rule on vendor_class, user_class or oui")
                continue
            }
            classes.append(phoneClass)
        }
        if classes.isEmpty { checkNoClass() }
        noteVoiceVLANs(families)
        return DHCPPlan(
            site: site.name, location: site.location, subnets: site.subnets, classes: classes, sharedLinks: sharedLinks())
    }

    private mutating func noteVoiceVLANs(_ families: [PhoneFamily]) {
        let silent = families.filter(\.voiceVLAN.isEmpty).map(\.id)
        guard !silent.isEmpty else { return }
        for subnet in site.subnets where subnet.voiceVLAN != nil {
            problems.note(
                subnet.location, "no way is known to tell these families the voice VLAN by DHCP: \(silent.joined(separator: ", "))",
                "let the switch tell them by LLDP-MED")
        }
    }

    private mutating func checkNoClass() {
        for subnet in site.subnets where subnet.audience == .phones {
            problems.error(
                subnet.location, "the subnet “\(subnet.name)” serves phones only, but the site has no class of phones, so that nobody gets an address",
                "name vendors under “vendors:”, or write “serve: everyone”")
        }
    }

    /// Subnets that cannot be told apart by interface or relay, joined.
    private mutating func sharedLinks() -> [[String]] {
        var links: [[Site.Subnet]] = []
        for subnet in site.subnets {
            let joined = links.indices.filter { index in links[index].contains { $0.sharesLink(with: subnet) } }
            let merged = joined.flatMap { links[$0] } + [subnet]
            for index in joined.reversed() { links.remove(at: index) }
            links.append(merged)
        }
        links.removeAll { $0.count < 2 }
        for link in links {
            for subnet in link where subnet.circuitIDs.isEmpty {
                if noteForeignRelay(of: subnet, among: link) { continue }
                let others = link.filter { $0.name != subnet.name }.map { "“\($0.name)”" }.joined(separator: ", ")
                problems.warning(
                    subnet.location, "the subnet “\(subnet.name)” shares its link with \(others) and has no circuit id: the server gives an address of either",
                    "give each subnet an interface or relay of its own, or “circuit_ids:”")
            }
        }
        return links.map { $0.map(\.name) }
    }

    /// Servers choose the subnet by the relay's address, so that a relay with an address of another subnet leads there.
    private mutating func noteForeignRelay(of subnet: Site.Subnet, among link: [Site.Subnet]) -> Bool {
        for relay in subnet.relays {
            guard let other = link.first(where: { $0.name != subnet.name && $0.network.contains(relay) }) else { continue }
            problems.warning(
                subnet.location,
                "the relay \(relay) of “\(subnet.name)” has an address of “\(other.name)” (\(other.network)), and servers choose the subnet by it: phones of “\(subnet.name)” may get an address of “\(other.name)”",
                "name the address that the relay has in \(subnet.network), or tell the two apart by “circuit_ids:”")
            return true
        }
        return false
    }

    // MARK: Rules

    /// The rules of a family. Patterns that a server cannot tell apart, because they differ only in what they find, are one rule.
    private mutating func statedRules(_ family: PhoneFamily, among all: [(family: PhoneFamily, rule: Test)]) -> [DHCPPlan.StatedRule] {
        var rules: [DHCPPlan.StatedRule] = []
        for test in family.statedTests {
            let rule = stated(test, of: family, among: all)
            if !rules.contains(where: { $0.field == rule.field && $0.test == rule.test && $0.unless == rule.unless }) { rules.append(rule) }
        }
        return rules
    }

    private typealias Test = (field: DHCPPlan.StatedRule.Field, pattern: EvidencePattern, location: SourceLocation)

    private mutating func stated(
        _ rule: Test, of family: PhoneFamily, among all: [(family: PhoneFamily, rule: Test)]
    ) -> DHCPPlan.StatedRule {
        let test = TextTest(rule.pattern)
        var unless: [TextTest] = []
        var isAfter = false
        for other in all {
            if other.family.id == family.id {
                isAfter = true
                continue
            }
            let rival = TextTest(other.rule.pattern)
            guard other.rule.field == rule.field, rival.overlaps(test) else { continue }
            // The narrower pattern wins; where neither is narrower, the earlier definition.
            let isNarrower = rival.implies(test), isWider = test.implies(rival)
            if isNarrower == isWider, isAfter {
                problems.warning(
                    other.rule.location,
                    "“\(rule.pattern.text)” (\(family.id)) and “\(other.rule.pattern.text)” (\(other.family.id)) can fit the same phone: \(family.id) wins",
                    "narrow one of the patterns; the other is in \(rule.location)")
            }
            let rivalWins = isNarrower == isWider ? !isAfter : isNarrower
            if rivalWins, !unless.contains(rival) { unless.append(rival) }
        }
        return DHCPPlan.StatedRule(
            field: rule.field, test: test, pattern: rule.pattern.text, unless: unless, location: rule.location)
    }

    private mutating func hardware(
        _ rule: (prefix: MACPrefix, location: SourceLocation), of family: PhoneFamily,
        among all: [(family: PhoneFamily, prefix: MACPrefix, location: SourceLocation)]
    ) -> DHCPPlan.HardwareRule? {
        if let same = all.first(where: { $0.prefix == rule.prefix }), same.family.id != family.id {
            problems.warning(
                rule.location,
                "\(same.family.id) and \(family.id) both claim hardware addresses \(rule.prefix): a phone that states no class goes to \(same.family.id)",
                "leave one of them out of “vendors:”; the other is in \(same.location)")
            return nil
        }
        var holes: [MACPrefix] = []
        for other in all where other.family.id != family.id && other.prefix.octets.starts(with: rule.prefix.octets) {
            if !holes.contains(other.prefix) { holes.append(other.prefix) }
        }
        return DHCPPlan.HardwareRule(prefix: rule.prefix, unless: holes, location: rule.location)
    }

    // MARK: Values

    private mutating func deliveries(_ family: PhoneFamily) -> [DHCPPlan.Delivery] {
        var deliveries: [DHCPPlan.Delivery] = []
        for subnet in site.subnets {
            let items = self.items(family, in: subnet)
            if let index = deliveries.firstIndex(where: { $0.items == items }) {
                deliveries[index] = DHCPPlan.Delivery(subnets: deliveries[index].subnets + [subnet.name], items: items)
            } else {
                deliveries.append(DHCPPlan.Delivery(subnets: [subnet.name], items: items))
            }
        }
        return deliveries
    }

    private mutating func items(_ family: PhoneFamily, in subnet: Site.Subnet) -> [DHCPPlan.Item] {
        let override = site.vendors[family.id]
        let chosen = override?.protocolName ?? family.defaultProtocol
        if chosen == .https, subnet.provd.httpsURL == nil {
            problems.error(
                override?.location ?? subnet.provd.location, "\(family.id) shall fetch over HTTPS, but provd has no https_url",
                "add “https_url:” under “provd:”")
            return []
        }
        guard let wanted = family.deliveries[chosen] else {
            if !family.deliveries.isEmpty {
                problems.error(
                    override?.location ?? family.location, "the definition of \(family.id) does not know how to boot over \(chosen.rawValue)",
                    "choose one of: \(family.deliveries.keys.map(\.rawValue).sorted().joined(separator: ", "))")
            }
            return []
        }
        checkServices(family, subnet)
        var all = wanted
        if subnet.voiceVLAN != nil {
            all += family.voiceVLAN
        }
        let values = subnet.siteValues(chosen)
        return all.compactMap { item($0, values, subnet) }
    }

    private mutating func checkServices(_ family: PhoneFamily, _ subnet: Site.Subnet) {
        for service in family.requirements {
            let isThere =
                switch service {
                case .dns: !subnet.dns.isEmpty
                case .ntp: !subnet.ntp.isEmpty
                case .router: !subnet.routers.isEmpty
                }
            if !isThere {
                problems.warning(
                    subnet.location, "phones of the family “\(family.id)” need \(service.rawValue), which the subnet “\(subnet.name)” does not give",
                    "add “\(service.rawValue):” to the subnet")
            }
        }
    }

    private mutating func item(
        _ item: DeliveryItem, _ values: [SiteValueName: String], _ subnet: Site.Subnet
    ) -> DHCPPlan.Item? {
        do {
            let value = try item.value.encode(values)
            if value.octets.isEmpty { problems.error(item.location, "the value is empty in the subnet “\(subnet.name)”") }
            if let problem = item.lengthProblem(value.octets.count) {
                problems.error(item.location, "\(problem) in the subnet “\(subnet.name)”", "shorten the URL of provd")
            }
            return DHCPPlan.Item(
                place: item.place, value: value, isForced: item.isForced, location: item.location, source: item.source)
        } catch {
            let remedy = error.isTooLong ? "shorten the URL of provd" : nil
            problems.error(item.location, "\(error.message) in the subnet “\(subnet.name)”", remedy)
            return nil
        }
    }
}

extension DeliveryItem {
    /// Why a value of `count` octets cannot be sent or read, or `nil`.
    fileprivate func lengthProblem(_ count: Int) -> String? {
        // RFC 2131, 2: sname has 64 octets and file 128, each with a NUL at its end.
        let limit =
            switch place {
            case .option: maximumLength ?? 255
            case .nextServer: 4
            case .serverName: min(maximumLength ?? 63, 63)
            case .bootFile: min(maximumLength ?? 127, 127)
            }
        guard count > limit else { return nil }
        let reason = maximumLength == limit ? "the phone reads no more than \(limit)" : "there is room for \(limit)"
        return "the value has \(count) octets, and \(reason),"
    }
}

extension Site.Subnet {
    /// The values that templates can name.
    fileprivate func siteValues(_ chosen: PhoneProtocol) -> [SiteValueName: String] {
        let base = chosen == .https ? provd.httpsURL ?? provd.httpURL : provd.httpURL
        let url = provd.urlKey.map { "\(base)/\($0)" } ?? base
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        let authority = (parts.count > 2 ? parts[2] : "").split(separator: ":")
        var values: [SiteValueName: String] = [
            .httpURL: url,
            .httpHost: String(authority.first ?? ""),
            .httpPort: authority.count > 1 ? String(authority[1]) : chosen == .https ? "443" : "80",
            .httpPath: parts.count > 3 ? String(parts[3]) : "",
            .tftpServer: provd.tftpServer,
            .tftpAddress: provd.address.description,
        ]
        if let voiceVLAN { values[.voiceVLAN] = String(voiceVLAN) }
        return values
    }
}

extension PhoneFamily {
    /// The rules that a DHCP server can ask about what a client states.
    fileprivate var statedTests: [(field: DHCPPlan.StatedRule.Field, pattern: EvidencePattern, location: SourceLocation)] {
        rules.compactMap { rule in
            switch rule.evidence {
            case .vendorClass(let pattern): (.vendorClass, pattern, rule.location)
            case .userClass(let pattern): (.userClass, pattern, rule.location)
            case .hostname, .hardware, .vendorID: nil
            }
        }
    }

    /// The beginnings of hardware addresses.
    fileprivate var prefixes: [(prefix: MACPrefix, location: SourceLocation)] {
        rules.flatMap { rule -> [(prefix: MACPrefix, location: SourceLocation)] in
            guard case .hardware(let prefixes) = rule.evidence else { return [] }
            return prefixes.map { ($0, rule.location) }
        }
    }
}

extension Site.Subnet {
    /// Whether requests for both come to the server in the same way.
    fileprivate func sharesLink(with other: Site.Subnet) -> Bool {
        if let interface, interface == other.interface { return true }
        return relays.contains { other.relays.contains($0) || other.network.contains($0) }
            || other.relays.contains { network.contains($0) }
    }
}
