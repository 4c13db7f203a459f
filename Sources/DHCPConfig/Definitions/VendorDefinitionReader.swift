// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Reads one definition file.
struct VendorDefinitionReader {
    let id: String
    private(set) var problems = DiagnosticList()
    private var sources: [String: String] = [:]
    private var vendor = ""

    init(id: String) { self.id = id }

    mutating func read(_ root: YAMLNode) -> VendorDefinition? {
        guard var mapping = YAMLMapping(root, "a vendor definition", &problems) else { return nil }
        vendor = mapping.require("vendor", "the definition", &problems)?.text("vendor", &problems) ?? ""
        let title = mapping.text("title", &problems) ?? vendor
        readSources(mapping.take("sources"))
        let familyNodes = mapping.require("families", "the definition", &problems)
        let families = list(familyNodes, "families").compactMap { family($0) }
        let samples = list(mapping.take("samples"), "samples").compactMap { sample($0) }
        mapping.finish("a vendor definition", &problems)
        return VendorDefinition(
            id: id, vendor: vendor, title: title, families: families, samples: samples, location: root.location)
    }

    private mutating func list(_ node: YAMLNode?, _ key: String) -> [YAMLNode] {
        guard let node else { return [] }
        guard case .list(let nodes) = node.content else {
            problems.error(node.location, "“\(key)” must be a list, not \(node.kind)", "begin each entry with “- ”")
            return []
        }
        return nodes
    }

    private mutating func readSources(_ node: YAMLNode?) {
        guard let node, let mapping = YAMLMapping(node, "“sources”", &problems) else { return }
        for entry in mapping.all { sources[entry.key] = entry.value.text(entry.key, &problems) }
    }

    /// The source of a fact: a name from `sources`, which stands for its text.
    private mutating func source(_ mapping: inout YAMLMapping, _ what: String) -> String {
        guard let node = mapping.require("source", what, &problems), let name = node.text("source", &problems) else { return "" }
        if let text = sources[name] { return text }
        problems.error(node.location, "the source “\(name.excerpt)” is not listed", "describe it under “sources:”")
        return ""
    }

    // MARK: Families

    private mutating func family(_ node: YAMLNode) -> PhoneFamily? {
        guard var mapping = YAMLMapping(node, "a family", &problems) else { return nil }
        let idNode = mapping.require("id", "the family", &problems)
        let id = idNode?.text("id", &problems) ?? ""
        if let idNode, !Self.isFamilyID(id) {
            problems.error(
                idNode.location, "the family id “\(id.excerpt)” becomes the name of a class in every DHCP server",
                "use 1 to 24 lower-case letters, digits and dashes, a letter first")
        }
        let title = mapping.text("title", &problems) ?? id
        let rules = list(mapping.require("recognise", "the family", &problems), "recognise").flatMap { self.rules($0) }
        let deliveries = self.deliveries(mapping.take("deliver"))
        let fallback: PhoneProtocol = deliveries[.http] == nil && deliveries[.tftp] != nil ? .tftp : .http
        let defaultProtocol = mapping.choice("default_protocol", &problems) ?? fallback
        let voiceVLAN = list(mapping.take("voice_vlan"), "voice_vlan").compactMap { item($0) }
        let requirements = mapping.texts("requires", &problems).compactMap { requirement($0) }
        mapping.finish("a family", &problems)
        return PhoneFamily(
            id: id, vendor: vendor, title: title, rules: rules, deliveries: deliveries, defaultProtocol: defaultProtocol,
            voiceVLAN: voiceVLAN, requirements: requirements, location: node.location)
    }

    private static func isFamilyID(_ id: String) -> Bool {
        guard let first = id.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), id.utf8.count <= 24 else {
            return false
        }
        return id.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
    }

    private mutating func requirement(_ entry: (text: String, location: SourceLocation)) -> SubnetService? {
        if let service = SubnetService(rawValue: entry.text) { return service }
        let names = SubnetService.allCases.map(\.rawValue).joined(separator: ", ")
        problems.error(entry.location, "“\(entry.text.excerpt)” cannot be required", "write some of: \(names)")
        return nil
    }

    private mutating func rules(_ node: YAMLNode) -> [RecognitionRule] {
        guard var mapping = YAMLMapping(node, "a recognition rule", &problems) else { return [] }
        let vendorClasses = mapping.texts("vendor_class", &problems)
        let userClasses = mapping.texts("user_class", &problems)
        let hostnames = mapping.texts("hostname", &problems)
        let vendorIDs = mapping.take("vendor_id").map { vendorIDTests($0) }
        let prefixes = mapping.texts("oui", &problems)
        let models = self.models(&mapping)
        let source = self.source(&mapping, "the rule")
        mapping.finish("a recognition rule", &problems)
        var rules: [RecognitionRule] = []
        func add(_ evidence: RecognitionRule.Evidence, _ location: SourceLocation) {
            rules.append(RecognitionRule(evidence: evidence, models: models, source: source, location: location))
        }
        for entry in vendorClasses { if let pattern = pattern(entry) { add(.vendorClass(pattern), entry.location) } }
        for entry in userClasses { if let pattern = pattern(entry) { add(.userClass(pattern), entry.location) } }
        for (test, location) in vendorIDs ?? [] { add(.vendorID(test), location) }
        for entry in hostnames { if let pattern = pattern(entry) { add(.hostname(pattern), entry.location) } }
        let known = prefixes.compactMap { entry -> MACPrefix? in
            if let prefix = MACPrefix(entry.text) { return prefix }
            problems.error(
                entry.location, "“\(entry.text.excerpt)” is not the beginning of a hardware address", "write it as 00:15:65")
            return nil
        }
        if !known.isEmpty { add(.hardware(known), prefixes[0].location) }
        if vendorClasses.isEmpty, userClasses.isEmpty, hostnames.isEmpty, prefixes.isEmpty, vendorIDs == nil {
            problems.error(node.location, "the rule looks at nothing", "give one of vendor_class, vendor_id, user_class, hostname, oui")
        }
        return rules
    }

    private mutating func vendorIDTests(_ node: YAMLNode) -> [(RecognitionRule.VendorIDTest, SourceLocation)] {
        guard var mapping = YAMLMapping(node, "“vendor_id”", &problems) else { return [] }
        let enterprise = mapping.number("enterprise", in: 0...Int(UInt32.max), &problems).flatMap { UInt32(exactly: $0) }
        let code = mapping.number("code", in: 1...254, &problems).flatMap { UInt8(exactly: $0) }
        let patterns = mapping.texts("pattern", &problems)
        mapping.finish("“vendor_id”", &problems)
        if patterns.isEmpty { problems.error(node.location, "“vendor_id” says nothing to look for", "add “pattern:”") }
        return patterns.compactMap { entry in
            pattern(entry).map { (RecognitionRule.VendorIDTest(enterprise: enterprise, code: code, pattern: $0), entry.location) }
        }
    }

    private mutating func models(_ mapping: inout YAMLMapping) -> [String: String] {
        var models: [String: String] = [:]
        if let model = mapping.text("model", &problems) { models[""] = model }
        guard let node = mapping.take("models"), let spelling = YAMLMapping(node, "“models”", &problems) else { return models }
        for entry in spelling.all { models[entry.key] = entry.value.text(entry.key, &problems) }
        return models
    }

    private mutating func pattern(_ entry: (text: String, location: SourceLocation)) -> EvidencePattern? {
        do {
            return try EvidencePattern(entry.text)
        } catch {
            problems.error(entry.location, "the pattern “\(entry.text.excerpt)” cannot be used: \(error.message)")
            return nil
        }
    }

    // MARK: What to send

    private mutating func deliveries(_ node: YAMLNode?) -> [PhoneProtocol: [DeliveryItem]] {
        guard let node, var mapping = YAMLMapping(node, "“deliver”", &problems) else { return [:] }
        var deliveries: [PhoneProtocol: [DeliveryItem]] = [:]
        for name in PhoneProtocol.allCases {
            guard let items = mapping.take(name.rawValue) else { continue }
            deliveries[name] = list(items, name.rawValue).compactMap { item($0) }
        }
        mapping.finish("“deliver”", &problems)
        // A phone that takes an HTTP URL takes an HTTPS URL in the same place, unless the definition says otherwise.
        if deliveries[.https] == nil { deliveries[.https] = deliveries[.http] }
        return deliveries
    }

    private mutating func item(_ node: YAMLNode) -> DeliveryItem? {
        guard var mapping = YAMLMapping(node, "an option", &problems) else { return nil }
        let code = mapping.number("option", in: 1...254, &problems)
        let header = mapping.text("header", &problems)
        let place: DeliveryItem.Place? =
            switch (code.flatMap { UInt8(exactly: $0) }, header) {
            case (let code?, nil): .option(code)
            case (nil, "next_server"): .nextServer
            case (nil, "server_name"): .serverName
            case (nil, "boot_file"): .bootFile
            default: nil
            }
        if place == nil {
            problems.error(
                node.location, "it is not clear where the value goes",
                "write either “option: CODE” or “header: next_server”, “server_name” or “boot_file”")
        }
        let value = self.value(&mapping, node.location)
        let isForced = !(mapping.flag("only_if_asked", &problems) ?? false)
        let maximum = mapping.number("maximum", in: 1...255, &problems)
        let source = self.source(&mapping, "the option")
        mapping.finish("an option", &problems)
        guard let place, let value else { return nil }
        return DeliveryItem(
            place: place, value: value, isForced: isForced, maximumLength: maximum, source: source, location: node.location)
    }

    private mutating func value(_ mapping: inout YAMLMapping, _ location: SourceLocation) -> ValueTemplate? {
        var values: [ValueTemplate] = []
        let enterprise = mapping.number("enterprise", in: 0...Int(UInt32.max), &problems)
        let nul = mapping.flag("nul", &problems) ?? false
        if let text = mapping.text("text", &problems) { values.append(.text(text, nulTerminated: nul)) }
        let addresses = mapping.texts("addresses", &problems)
        if !addresses.isEmpty { values.append(.addresses(addresses.map(\.text))) }
        for octets in [1, 2, 4] {
            guard let node = mapping.take("u\(octets * 8)"), let text = node.text("u\(octets * 8)", &problems) else { continue }
            values.append(UInt32(text).map { .number($0, octets: octets) } ?? .numberOf(text, octets: octets))
        }
        if let node = mapping.take("hex"), let text = node.text("hex", &problems) {
            if let octets = Self.octets(text) {
                values.append(.octets(octets))
            } else {
                problems.error(node.location, "“\(text.excerpt)” is not a row of octets", "write it as 01:02:ff")
            }
        }
        if let node = mapping.take("suboptions") {
            let suboptions = list(node, "suboptions").compactMap { suboption($0) }
            if let enterprise, let number = UInt32(exactly: enterprise) {
                values.append(.enterprise(number, suboptions))
            } else {
                values.append(.suboptions(suboptions))
            }
        }
        guard values.count == 1, let value = values.first else {
            problems.error(location, "the option needs exactly one value", "give one of text, addresses, u8, u16, u32, hex, suboptions")
            return nil
        }
        // A misspelt name is found when the definition is read, not at the first site that uses it.
        let examples = Dictionary(uniqueKeysWithValues: SiteValueName.allCases.map { ($0, $0.example) })
        do {
            if try value.encode(examples).octets.isEmpty { problems.error(location, "the value is empty") }
        } catch {
            problems.error(location, error.message)
            return nil
        }
        return value
    }

    private mutating func suboption(_ node: YAMLNode) -> ValueTemplate.Suboption? {
        guard var mapping = YAMLMapping(node, "a sub-option", &problems) else { return nil }
        let code = mapping.number("code", in: 1...254, &problems).flatMap { UInt8(exactly: $0) }
        if code == nil { problems.error(node.location, "the sub-option has no code from 1 to 254", "add “code:”") }
        let value = self.value(&mapping, node.location)
        mapping.finish("a sub-option", &problems)
        guard let code, let value else { return nil }
        return ValueTemplate.Suboption(code: code, value: value, location: node.location)
    }

    static func octets(_ text: String) -> [UInt8]? {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        let octets = groups.compactMap { $0.utf8.count == 2 && $0.first != "+" ? UInt8($0, radix: 16) : nil }
        return octets.count == groups.count && octets.count <= 255 ? octets : nil
    }

    // MARK: Samples

    private mutating func sample(_ node: YAMLNode) -> DefinitionSample? {
        guard var mapping = YAMLMapping(node, "a sample", &problems) else { return nil }
        var evidence = DHCPEvidence(hostname: mapping.text("hostname", &problems))
        evidence.vendorClass = octets(&mapping, "vendor_class")
        evidence.userClass = octets(&mapping, "user_class")
        if let value = octets(&mapping, "option_43") { evidence.vendorData += VendorDatum.vendorOptions(value[...]) }
        for key in ["option_124", "option_125"] {
            if let value = octets(&mapping, key) { evidence.vendorData += VendorDatum.enterprises(value[...]) }
        }
        if let node = mapping.take("mac"), let text = node.text("mac", &problems) {
            evidence.mac = MACAddress(text)
            if evidence.mac == nil { problems.error(node.location, "“\(text.excerpt)” is not a MAC address", "write it as 00:15:65:aa:bb:cc") }
        }
        let family = mapping.text("family", &problems)
        let model = mapping.text("model", &problems)
        let version = mapping.text("version", &problems)
        mapping.finish("a sample", &problems)
        return DefinitionSample(evidence: evidence, family: family, model: model, version: version, location: node.location)
    }

    /// A text, or with `_hex` after the key octets that are none.
    private mutating func octets(_ mapping: inout YAMLMapping, _ key: String) -> [UInt8]? {
        let text = mapping.text(key, &problems)
        guard let node = mapping.take("\(key)_hex") else { return text.map { Array($0.utf8) } }
        guard let hex = node.text(key, &problems), let octets = Self.octets(hex) else {
            problems.error(node.location, "this is not a row of octets", "write it as 01:02:ff")
            return nil
        }
        return octets
    }
}

extension SiteValueName {
    /// A value of the right form, with which definitions are tried.
    var example: String {
        switch self {
        case .httpURL: "http://192.0.2.1:8667"
        case .httpHost, .tftpServer, .tftpAddress: "192.0.2.1"
        case .httpPort: "8667"
        case .httpPath: ""
        case .voiceVLAN: "100"
        }
    }
}
