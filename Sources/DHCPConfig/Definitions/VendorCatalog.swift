// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// All vendor definitions of a directory.
public struct VendorCatalog: Sendable {
    /// The definitions, ordered by id.
    public let definitions: [VendorDefinition]
    /// All families, in the order of the definitions.
    public let families: [PhoneFamily]

    private let textRules: [Rule]
    private let hostnameRules: [Rule]
    private let vendorIDRules: [Rule]
    private let hardwareRules: [[UInt8]: [Rule]]

    private struct Rule: Sendable {
        let family: Int
        let rule: RecognitionRule
        /// The pattern of a host name in lower case.
        let lower: EvidencePattern?

        init(family: Int, rule: RecognitionRule) {
            self.family = family
            self.rule = rule
            lower = if case .hostname(let pattern) = rule.evidence { pattern.lowercased } else { nil }
        }
    }

    /// Makes a catalogue of definitions whose family ids are unique.
    init(_ definitions: [VendorDefinition]) {
        self.definitions = definitions.sorted { $0.id < $1.id }
        families = self.definitions.flatMap(\.families)
        var textRules: [Rule] = []
        var hardwareRules: [[UInt8]: [Rule]] = [:]
        for (index, family) in families.enumerated() {
            for rule in family.rules {
                guard case .hardware(let prefixes) = rule.evidence else {
                    textRules.append(Rule(family: index, rule: rule))
                    continue
                }
                for prefix in prefixes { hardwareRules[prefix.octets, default: []].append(Rule(family: index, rule: rule)) }
            }
        }
        self.textRules = textRules
        hostnameRules = textRules.filter { if case .hostname = $0.rule.evidence { true } else { false } }
        vendorIDRules = textRules.filter { if case .vendorID = $0.rule.evidence { true } else { false } }
        self.hardwareRules = hardwareRules
    }

    /// The family with that id.
    public func family(_ id: String) -> PhoneFamily? { families.first { $0.id == id } }
}

extension VendorCatalog {
    /// Says who a client is, or `nil` if no definition claims it.
    ///
    /// The strongest claim names the family; its other claims may add the model and version. The cost is bounded by the
    /// number of text rules times the length of the client's texts, of which no more than an option's 255 octets count.
    public func recognise(_ evidence: DHCPEvidence) -> VendorRecognition? {
        var claims = textClaims(evidence) + hardwareClaims(evidence)
        // The order of definitions decides what strength and specificity leave open.
        claims = claims.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            return (a.strength, a.specificity, -left.offset) > (b.strength, b.specificity, -right.offset)
        }.map(\.element)
        guard let best = claims.first else { return nil }
        let own = claims.filter { $0.family.id == best.family.id }
        return VendorRecognition(
            family: best.family, model: own.lazy.compactMap(\.model).first ?? evidence.productModel, version: own.lazy.compactMap(\.version).first,
            claims: claims)
    }

    /// Whether a host name says anything of a phone. Most are of one machine only, and decide nothing.
    public func knows(hostname: some Sequence<UInt8>) -> Bool {
        let names = [Self.bounded(Array(hostname))]
        return hostnameRules.contains { entry in
            guard case .hostname(let pattern) = entry.rule.evidence else { return false }
            return claim(entry, pattern, names, .hostname, "host name") != nil
        }
    }

    /// Whether a maker's own words say anything of a phone; serial numbers, for one, do not.
    public func knows(_ datum: VendorDatum) -> Bool {
        if datum.enterprise == TR111.enterprise, datum.code == TR111.productClass || datum.code == TR111.manufacturerOUI { return true }
        return vendorIDRules.contains { entry in
            if case .vendorID(let test) = entry.rule.evidence { claim(entry, test, [datum]) != nil } else { false }
        }
    }

    private func claim(_ entry: Rule, _ test: RecognitionRule.VendorIDTest, _ data: [VendorDatum]) -> VendorRecognition.Claim? {
        let texts = data.lazy.filter { $0.enterprise == test.enterprise && $0.code == test.code }.map { Self.bounded($0.value) }
        return claim(entry, test.pattern, Array(texts), .vendorID, test.place)
    }

    private func textClaims(_ evidence: DHCPEvidence) -> [VendorRecognition.Claim] {
        let vendorClasses = evidence.vendorClass.map { [Self.bounded($0)] } ?? []
        let userClasses = evidence.userClasses.map(Self.bounded)
        let hostnames = evidence.hostname.map { [Self.bounded(Array($0.utf8))] } ?? []
        let vendorData = evidence.vendorData + (evidence.vendorClass.map(VendorDatum.vendorClass) ?? [])
        // Makers call a product as its phones name themselves.
        let products = evidence.vendorData.productClass.map { [Self.bounded($0)] } ?? []
        var claims: [VendorRecognition.Claim] = []
        for entry in textRules {
            let claim: VendorRecognition.Claim? =
                switch entry.rule.evidence {
                case .vendorClass(let pattern): self.claim(entry, pattern, vendorClasses, .vendorClass, "vendor class")
                case .userClass(let pattern): self.claim(entry, pattern, userClasses, .userClass, "user class")
                case .vendorID(let test): vendorData.isEmpty ? nil : self.claim(entry, test, vendorData)
                case .hostname(let pattern):
                    self.claim(entry, pattern, products, .hostname, "product class")
                        ?? self.claim(entry, pattern, hostnames, .hostname, "host name")
                case .hardware: nil
                }
            if let claim { claims.append(claim) }
        }
        return claims
    }

    private func claim(
        _ entry: Rule, _ pattern: EvidencePattern, _ texts: [[UInt8]], _ strength: VendorRecognition.Strength, _ what: String
    ) -> VendorRecognition.Claim? {
        for text in texts {
            guard let match = entry.lower.map({ pattern.match(hostname: text, lower: $0) }) ?? pattern.match(text) else { continue }
            let rule = entry.rule
            let model = match.model.map(rule.spelling) ?? rule.models[""]
            return VendorRecognition.Claim(
                family: families[entry.family], strength: strength, specificity: pattern.specificity, model: model,
                version: match.version,
                basis: "\(what) “\(printable(text))” matches “\(pattern.text)” (\(rule.location))", location: rule.location)
        }
        return nil
    }

    private func hardwareClaims(_ evidence: DHCPEvidence) -> [VendorRecognition.Claim] {
        let named = evidence.vendorData.manufacturer.map { octets in
            (hardwareRules[octets] ?? []).map { entry in
                VendorRecognition.Claim(
                    family: families[entry.family], strength: .hardware, specificity: octets.count, model: entry.rule.models[""], version: nil,
                    basis: "it names the maker of addresses with \(hexadecimal(octets)) (\(entry.rule.location))", location: entry.rule.location)
            }
        } ?? []
        guard let mac = evidence.mac else { return named }
        let octets = mac.octets
        return named + (3...5).reversed().flatMap { count in
            let prefix = Array(octets.prefix(count))
            return (hardwareRules[prefix] ?? []).map { entry in
                VendorRecognition.Claim(
                    family: families[entry.family], strength: .hardware, specificity: count, model: entry.rule.models[""], version: nil,
                    basis: "hardware address begins with \(hexadecimal(prefix)) (\(entry.rule.location))",
                    location: entry.rule.location)
            }
        }
    }

    /// A text without trailing NULs, cut to what an option can hold.
    private static func bounded(_ text: [UInt8]) -> [UInt8] { Array(text.prefix(255)).droppingTrailingNULs }
}

extension RecognitionRule {
    /// The model as plugins write it, by what `{model}` found.
    fileprivate func spelling(_ found: String) -> String {
        if let model = models[found] { return model }
        guard let form = models[""], form.contains("{model}") else { return found }
        return form.replacing("{model}", with: found)
    }
}

extension DHCPEvidence {
    /// The kind of device that it names by TR-111, if that is the name of a model and not words.
    fileprivate var productModel: String? {
        guard let name = vendorData.productClass, EvidencePattern.Element.model(prefix: []).accepts(name[...]) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}

/// Octets from a packet as text for a message: whatever is not printable ASCII is written in hexadecimal.
func printable(_ octets: some Sequence<UInt8>) -> String {
    var text = ""
    for octet in octets {
        if (0x20...0x7E).contains(octet) {
            text.unicodeScalars.append(Unicode.Scalar(octet))
        } else {
            text += "\\x" + hexadecimal([octet])
        }
    }
    return text
}
