// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension ManifestDecoder {
    /// The `patterns` mapping: a list for each protocol.
    static func patterns(_ node: ManifestNode, ouis: [OUI]) throws(PluginProblem) -> [PatternRule] {
        let map = try node.mapping(keys: PhoneProtocol.allCases.map(\.rawValue))
        var rules: [PatternRule] = []
        for proto in PhoneProtocol.allCases {
            for entry in try map[proto.rawValue]?.list(limit: PluginLimits.patterns) ?? [] {
                rules.append(try rule(entry, proto: proto, ouis: ouis))
            }
        }
        guard rules.count <= PluginLimits.patterns else {
            throw node.problem("\(rules.count) patterns", "use at most \(PluginLimits.patterns)")
        }
        return rules
    }

    private static func rule(_ node: ManifestNode, proto: PhoneProtocol, ouis: [OUI]) throws(PluginProblem) -> PatternRule {
        let fields = proto.fields.map(\.rawValue)
        let map = try node.mapping(keys: fields + ["case", "oui", "claims", "samples"])
        let given = proto.fields.filter { map[$0.rawValue] != nil }
        guard given.count == 1, let field = given.first, let patternNode = map[field.rawValue] else {
            throw node.problem("\(given.count) patterns in one entry", "give exactly one of \(fields.joined(separator: ", "))")
        }
        let pattern = try pattern(patternNode, ignoresCase: try ignoresCase(map["case"]))
        if field == .path { try checkPath(pattern, patternNode) }

        var claims: [IdentityKey: CaptureTemplate] = [:]
        for member in try map["claims"]?.members() ?? [] {
            claims[try identityKey(member)] = try template(member.value, captures: pattern.captureNames)
        }
        // A capture named like a key is a claim of its own.
        for name in pattern.captureNames {
            guard let key = IdentityKey(rawValue: name), claims[key] == nil else { continue }
            do { claims[key] = try CaptureTemplate("{\(name)}", captures: pattern.captureNames) } catch { continue }
        }
        guard !claims.isEmpty else {
            throw node.problem("the pattern tells nothing", "capture something, such as {mac}, or add claims: {vendor: …}")
        }

        let prefixes = try map["oui"].map { node throws(PluginProblem) in try self.prefixes(node, all: ouis) } ?? []
        // DHCP and SIP messages bring an address of their own; requests for files do not.
        if !prefixes.isEmpty, !pattern.capturesMAC, proto == .http || proto == .tftp {
            throw patternNode.problem("“oui” needs a MAC address in the pattern", "add {mac} or remove oui")
        }

        let samples = try samples(map["samples"], of: node)
        return PatternRule(
            protocol: proto, field: field, pattern: pattern, claims: claims.map { ($0, $1) }, ouis: prefixes, samples: samples, place: patternNode.place)
    }

    private static func samples(_ list: ManifestNode?, of node: ManifestNode) throws(PluginProblem) -> [PatternRule.Sample] {
        var samples: [PatternRule.Sample] = []
        for entry in try list?.list(limit: 100) ?? [] {
            let map = try entry.mapping(keys: ["text", "gives"])
            var gives = PhoneIdentity()
            for member in try map["gives"]?.members() ?? [] { gives[try identityKey(member)] = try member.value.text() }
            samples.append(
                PatternRule.Sample(text: try map.required("text", "write the text that a phone sends").text(), gives: gives, place: entry.place))
        }
        guard !samples.isEmpty else {
            throw node.problem("a pattern without a sample", "add samples: [{text: …, gives: {…}}] with a text that a phone really sends")
        }
        return samples
    }

    private static func identityKey(_ member: ManifestNode.Member) throws(PluginProblem) -> IdentityKey {
        guard let key = IdentityKey(rawValue: member.name) else {
            throw PluginProblem(
                place: member.place, reason: "“\(member.name)” is nothing that a phone can be known by",
                remedy: "use \(IdentityKey.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return key
    }

    private static func template(_ node: ManifestNode, captures: [String]) throws(PluginProblem) -> CaptureTemplate {
        let text = try node.nonEmptyText()
        do {
            return try CaptureTemplate(text, captures: captures)
        } catch {
            throw node.problem("in “\(text)”: \(error.reason)", error.remedy)
        }
    }

    private static func prefixes(_ node: ManifestNode, all: [OUI]) throws(PluginProblem) -> [OUI] {
        if case .scalar("$ouis", _) = node.content {
            guard !all.isEmpty else { throw node.problem("there is no “ouis” list", "add ouis: [\"00:15:65\", …] to the manifest") }
            return all
        }
        return try ouis(node)
    }

    static func ignoresCase(_ node: ManifestNode?) throws(PluginProblem) -> Bool {
        guard let node else { return false }
        switch try node.text() {
        case "insensitive": return true
        case "sensitive": return false
        case let other: throw node.problem("“\(other)” is no case rule", "write insensitive or sensitive")
        }
    }

    /// Paths are compared with a slash in front, whatever the protocol.
    static func checkPath(_ pattern: Pattern, _ node: ManifestNode) throws(PluginProblem) {
        guard pattern.text.hasPrefix("/") else {
            throw node.problem("the path pattern “\(pattern.text)” does not begin with a slash", "write “/\(pattern.text)”; TFTP names get one too")
        }
    }
}
