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
        var classes: [DHCPPlan.PhoneClass] = []
        for family in Self.order(catalog.families.filter { site.vendors[$0.id] != nil }) {
            let phoneClass = DHCPPlan.PhoneClass(
                name: family.id, title: family.title, stated: stated(family, after: classes),
                hardware: hardware(family, after: classes), deliveries: deliveries(family), location: family.location)
            if phoneClass.stated.isEmpty, phoneClass.hardware.isEmpty {
                problems.warning(
                    family.location, "no DHCP server can recognise the family “\(family.id)”, so that its phones get no options",
                    "add a rule on vendor_class, user_class or oui")
                continue
            }
            classes.append(phoneClass)
        }
        // A longer prefix of a later class is a hole in the shorter one of an earlier class.
        classes = classes.enumerated().map { index, phoneClass in phoneClass.excludingLongerPrefixes(of: classes[(index + 1)...]) }
        return DHCPPlan(site: site.name, location: site.location, subnets: site.subnets, classes: classes)
    }

    /// Families whose most telling text comes first, so that of two overlapping rules the narrower one is tried first.
    private static func order(_ families: [PhoneFamily]) -> [PhoneFamily] {
        families.enumerated().sorted { left, right in
            let (a, b) = (left.element.overlapRank(against: families), right.element.overlapRank(against: families))
            return a == b ? left.offset < right.offset : a > b
        }.map(\.element)
    }

    // MARK: Rules

    private mutating func stated(
        _ family: PhoneFamily, after earlier: [DHCPPlan.PhoneClass]
    ) -> [DHCPPlan.StatedRule] {
        family.statedTests.map { field, pattern, location in
            let test = TextTest(pattern)
            var unless: [TextTest] = []
            for other in earlier {
                for rule in other.stated where rule.field == field && rule.test.overlaps(test) {
                    problems.warning(
                        location, "“\(pattern.text)” (\(family.id)) and “\(rule.pattern)” (\(other.name)) can fit the same phone: \(other.name) is tried first",
                        "narrow one of the patterns; the other is in \(rule.location)")
                    if !unless.contains(rule.test) { unless.append(rule.test) }
                }
            }
            return DHCPPlan.StatedRule(field: field, test: test, pattern: pattern.text, unless: unless, location: location)
        }
    }

    private mutating func hardware(
        _ family: PhoneFamily, after earlier: [DHCPPlan.PhoneClass]
    ) -> [DHCPPlan.HardwareRule] {
        var rules: [DHCPPlan.HardwareRule] = []
        for rule in family.rules {
            guard case .hardware(let prefixes) = rule.evidence else { continue }
            for prefix in prefixes {
                let known = earlier.flatMap { other in other.hardware.map { (other.name, $0) } }
                if let (other, same) = known.first(where: { $0.1.prefix == prefix }) {
                    problems.warning(
                        rule.location, "both \(other) and \(family.id) claim hardware addresses \(prefix): phones that state no class go to \(other)",
                        "leave one of them out of “vendors:”; the other is in \(same.location)")
                    continue
                }
                let holes = known.map(\.1.prefix).filter { $0 != prefix && $0.octets.starts(with: prefix.octets) }
                rules.append(DHCPPlan.HardwareRule(prefix: prefix, unless: holes, location: rule.location))
            }
        }
        return rules
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
            if family.voiceVLAN.isEmpty {
                problems.note(
                    subnet.location, "phones of the family “\(family.id)” cannot be told the voice VLAN by DHCP as far as is known",
                    "let the switch tell them by LLDP-MED")
            }
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
            if let problem = item.lengthProblem(value.octets.count) {
                problems.error(item.location, "\(problem) in the subnet “\(subnet.name)”", "shorten the URL of provd")
            }
            return DHCPPlan.Item(
                place: item.place, value: value, isForced: item.isForced, location: item.location, source: item.source)
        } catch {
            problems.error(item.location, "\(error.message) in the subnet “\(subnet.name)”")
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
        return count > limit ? "the value has \(count) octets, and the phone reads no more than \(limit)," : nil
    }
}

extension Site.Subnet {
    /// The values that templates can name.
    fileprivate func siteValues(_ chosen: PhoneProtocol) -> [SiteValueName: String] {
        let base = chosen == .https ? provd.httpsURL ?? provd.httpURL : provd.httpURL
        var values: [SiteValueName: String] = [
            .httpURL: provd.urlKey.map { "\(base)/\($0)" } ?? base,
            .tftpServer: provd.tftpServer,
            .tftpAddress: provd.address.description,
        ]
        if let voiceVLAN { values[.voiceVLAN] = String(voiceVLAN) }
        return values
    }
}

extension PhoneFamily {
    /// The rules that a DHCP server can ask about what a client states.
    fileprivate var statedTests: [(DHCPPlan.StatedRule.Field, EvidencePattern, SourceLocation)] {
        rules.compactMap { rule in
            switch rule.evidence {
            case .vendorClass(let pattern): (.vendorClass, pattern, rule.location)
            case .userClass(let pattern): (.userClass, pattern, rule.location)
            case .hostname, .hardware: nil
            }
        }
    }

    /// The fixed text of the family's rules that overlap with other families', or 0 if none does.
    fileprivate func overlapRank(against families: [PhoneFamily]) -> Int {
        var rank = 0
        for (field, pattern, _) in statedTests {
            let test = TextTest(pattern)
            for other in families where other.id != id {
                for (otherField, otherPattern, _) in other.statedTests
                where field == otherField && test.overlaps(TextTest(otherPattern)) {
                    rank = max(rank, pattern.specificity)
                }
            }
        }
        return rank
    }
}

extension DHCPPlan.PhoneClass {
    fileprivate func excludingLongerPrefixes(of later: some Sequence<DHCPPlan.PhoneClass>) -> DHCPPlan.PhoneClass {
        let others = later.flatMap { $0.hardware.map(\.prefix) }
        let rules = hardware.map { rule in
            let holes = others.filter { $0 != rule.prefix && $0.octets.starts(with: rule.prefix.octets) }
            return DHCPPlan.HardwareRule(prefix: rule.prefix, unless: rule.unless + holes, location: rule.location)
        }
        return DHCPPlan.PhoneClass(
            name: name, title: title, stated: stated, hardware: rules, deliveries: deliveries, location: location)
    }
}
