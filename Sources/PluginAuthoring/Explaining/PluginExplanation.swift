// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
import NetTypes
public import PhonePlugins

/// What plugins make of a request: who claims the device, by what evidence, and which plugin it would be given, and why.
public struct PluginExplanation: Sendable, CustomStringConvertible {
    /// The request.
    public let request: PhoneRequest
    /// The patterns that match it, the most specific first.
    public let evidence: [PatternMatch]
    /// What follows from them.
    public let identification: Identification
    /// How well each plugin of the vendor serves the device, best first.
    public let claims: [SupportClaim]
    /// The plugin that a device without one is given, or `nil`.
    public let chosen: SupportClaim?
    /// The rule by which the chosen plugin serves the path, if the request names one.
    public let file: FileMatch?

    /// Explains a request.
    public init(_ request: PhoneRequest, in catalog: PluginCatalog) {
        self.request = request
        evidence = catalog.evidence(for: request)
        identification = Identification(of: evidence)
        claims = catalog.support(vendor: identification.vendor, model: identification.model, version: identification.version)
        chosen = claims.first { $0.level.associates }
        let plugin = (chosen?.plugin).flatMap { catalog[$0] }
        let mac = identification.mac ?? request.mac
        file = request.path.flatMap { plugin?.file(forPath: $0, protocol: request.protocol, mac: mac) }
    }

    public var description: String {
        var lines = [request.words]
        lines += evidence.isEmpty ? ["  no pattern of any plugin is like it"] : evidence.map { "  \($0.basis): \($0.claims)" }
        lines.append("The device:")
        lines += identification.reasons.isEmpty ? ["  nothing is known of it"] : identification.reasons.map { "  \($0)" }
        lines.append("The plugins of its manufacturer:")
        lines += claims.isEmpty
            ? [identification.vendor.map { "  there is none of \($0)" } ?? "  the manufacturer is not known, so that no plugin is chosen"]
            : claims.map { "  \($0)" }
        lines.append(choice)
        if request.path != nil, chosen != nil { lines.append(fileWords) }
        return lines.joined(separator: "\n")
    }

    /// Why the chosen plugin was chosen, in words.
    public var choice: String {
        guard let chosen else {
            return claims.isEmpty
                ? "No plugin is chosen." : "No plugin is chosen: none reaches the level probable (300) from which on a device is given one by itself."
        }
        let equal = claims.filter { $0.level == chosen.level }
        let why =
            claims.count == 1
            ? "it is the only one of its manufacturer"
            : equal.count == 1 ? "its level is the highest" : "of the plugins with the level \(chosen.level) its id is the greatest"
        return "A device without a plugin is given \(chosen.plugin): \(why). What an administrator chose stays."
    }

    private var fileWords: String {
        guard let file else { return "It serves no such file." }
        let source =
            switch file.content {
            case .template(let name): "the template \(name)"
            case .file(let file): "the file \(file.path)"
            }
        let marks = [file.isSensitive ? "sensitive" : nil, file.isTrigger ? "trigger" : nil].compactMap(\.self)
        return "It serves the path by “\(file.rule.path.text)” (\(file.rule.place)): \(source), \(file.mediaType)"
            + (marks.isEmpty ? "" : ", " + marks.joined(separator: ", "))
    }

    /// The explanation as data.
    public var json: JSONValue {
        [
            "request": .string(request.words),
            "evidence": .array(
                evidence.map { match in
                    [
                        "plugin": .string(match.plugin.text), "field": .string(match.field.rawValue), "pattern": .string(match.pattern),
                        "literal_length": .int(match.specificity), "claims": Self.json(match.claims),
                    ]
                }),
            "device": Self.json(identification.values),
            "plugins": .array(
                claims.map { ["plugin": .string($0.plugin.text), "level": .int($0.level.value), "why": .string($0.why)] }),
            "chosen": (chosen?.plugin.text).map(JSONValue.string) ?? .null, "why": .string(choice),
            "file": file.map { .string($0.rule.path.text) } ?? .null,
        ]
    }

    private static func json(_ identity: PhoneIdentity) -> JSONValue {
        .object(JSONObject(IdentityKey.allCases.compactMap { key in identity[key].map { (key.rawValue, .string($0)) } }))
    }
}

extension PhoneRequest {
    /// The request in a few words.
    var words: String {
        var parts = [self.protocol.rawValue.uppercased()]
        let fields = [
            ("path", path), ("user agent", userAgent), ("vendor class", vendorClass), ("user class", userClass), ("host name", hostname),
            ("address", mac?.description),
        ]
        for (name, text) in fields { if let text { parts.append("\(name) “\(text)”") } }
        return parts[0] + " " + parts.dropFirst().joined(separator: ", ")
    }
}
