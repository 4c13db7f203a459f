// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import PhonePlugins

/// The texts that phones really send, as the patterns of a manufacturer's plugins have them for samples, and what each would be if another phone said it.
struct SampleTexts {
    private struct Sample {
        let plugin: PluginID
        let rule: PatternRule
        let text: String
        let captures: [String: String]
        let model: String?
    }

    private let samples: [Sample]

    /// Collects the samples of one part of one protocol's requests; those of the plugin itself first.
    init(_ plugins: [Plugin], _ proto: PhoneProtocol, _ field: PatternField, first id: PluginID) {
        var samples: [Sample] = []
        for plugin in plugins.filter({ $0.id == id }) + plugins.filter({ $0.id != id }) {
            let rules = plugin.manifest.patterns.filter { $0.protocol == proto && $0.field == field }
            // What is known of many phones is how the others speak too. The sort keeps the order of equals.
            for rule in rules.enumerated().sorted(by: { ($1.element.samples.count, $0.offset) < ($0.element.samples.count, $1.offset) }).map(\.element) {
                for sample in rule.samples {
                    guard let captures = rule.pattern.match(sample.text) else { continue }
                    samples.append(Sample(plugin: plugin.id, rule: rule, text: sample.text, captures: captures, model: sample.gives[.model]))
                }
            }
        }
        self.samples = samples
    }

    /// What a phone of a model might say, most faithful first: samples of the model itself, which are its own, then those of others with its name in place
    /// of theirs.
    ///
    /// - Parameters:
    ///   - version: Its firmware; that of the sample stands where it is `nil`.
    ///   - mac: Its address.
    func texts(model: PhoneModel, version: String?, mac: MACAddress) -> [(text: String, isOwn: Bool)] {
        var own: [String] = []
        var others: [String] = []
        for sample in samples {
            for name in [model.name] + model.aliases {
                var captures = sample.captures
                let isOwn = sample.model == model.name
                if !isOwn, sample.model != nil, !Self.rename(&captures, sample.rule, to: name) { continue }
                if captures["serial"] != nil { captures["serial"] = AddressedText.serialMark }
                if let version, captures["version"] != nil { captures["version"] = version }
                for form in sample.captures["mac"].map({ Self.forms(like: $0, mac) }) ?? [""] {
                    if captures["mac"] != nil { captures["mac"] = form }
                    guard let text = sample.rule.pattern.filled(with: captures), sample.rule.pattern.match(text) != nil else { continue }
                    if isOwn { own.append(text) } else { others.append(text) }
                    break
                }
            }
        }
        var known: Set<String> = []
        return own.filter { known.insert($0).inserted }.map { ($0, true) } + others.filter { known.insert($0).inserted }.map { ($0, false) }
    }

    /// Puts a model's name into captures.
    ///
    /// - Returns: Whether the pattern says the model by what it captures: as `{model}`, or as a part of a name that it claims, such as `SPA{psn:upper}`.
    private static func rename(_ captures: inout [String: String], _ rule: PatternRule, to name: String) -> Bool {
        guard let claim = rule.claims.first(where: { $0.key == .model }) else {
            guard captures["model"] != nil else { return false }
            captures["model"] = name
            return true
        }
        let template = claim.template.text
        guard let open = template.firstIndex(of: "{"), let close = template.firstIndex(of: "}"), open < close,
            name.hasPrefix(template[..<open]), name.hasSuffix(template[template.index(after: close)...])
        else { return false }
        let (before, behind) = (template[..<open].count, template[template.index(after: close)...].count)
        guard name.count > before + behind,
            let capture = template[template.index(after: open)..<close].split(separator: ":").first.map(String.init), captures[capture] != nil
        else { return false }
        captures[capture] = String(name.dropFirst(before).dropLast(behind))
        return true
    }

    /// An address, written as another is; one that has no letters may be of either case.
    private static func forms(like sample: String, _ mac: MACAddress) -> [String] {
        let separator = sample.first { !$0.isHexDigit }.map(String.init) ?? ""
        let cases = sample.contains { $0.isUppercase } ? [true] : sample.contains { $0.isLowercase } ? [false] : [false, true]
        return cases.map { isUpperCase in
            guard separator == "." else { return AddressedText.Notation(isUpperCase: isUpperCase, separator: separator).text(mac) }
            let digits = mac.compact
            let groups = [digits.prefix(4), digits.dropFirst(4).prefix(4), digits.suffix(4)].joined(separator: ".")
            return isUpperCase ? groups.uppercased() : groups
        }
    }
}
