// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import PhonePlugins

/// The paths that a phone asks for: those of its plugin's file rules, and what else the patterns' samples show.
struct FilePaths {
    /// The path of the file that makes the phone what it is.
    private(set) var trigger: String?
    /// The others, in the order in which the plugin has them.
    private(set) var others: [String] = []

    private let catalog: PluginCatalog
    private let plugin: Plugin
    private let model: PhoneModel
    private let mac: MACAddress
    private let transport: PhoneProtocol
    private let sources: [Plugin]
    private let samples: [String]

    /// - Parameters:
    ///   - sources: The plugins whose patterns show what the phones ask for.
    ///   - samples: Paths that such phones ask for, as this one would.
    init(catalog: PluginCatalog, plugin: Plugin, model: PhoneModel, mac: MACAddress, transport: PhoneProtocol, sources: [Plugin], samples: [String]) {
        self.catalog = catalog
        self.plugin = plugin
        self.model = model
        self.mac = mac
        self.transport = transport
        self.sources = sources
        self.samples = samples
        collect()
    }

    private struct Candidate {
        let path: String
        let rule: FileRule
        /// Whether the path itself says that the phone is of the model.
        let namesModel: Bool
    }

    private mutating func collect() {
        var candidates: [Candidate] = []
        for rule in plugin.manifest.files where rule.protocols.contains(transport) {
            if case .directory = rule.source { continue }
            for path in paths(of: rule) {
                // What a path says it says by whichever protocol it is asked for.
                let shown = [PhoneProtocol.http, .tftp].map { catalog.identify(PhoneRequest(protocol: $0, path: path)) }
                guard shown.allSatisfy(isOwn) else { continue }
                if rule.isTrigger, !AddressedText(path, of: mac).namesPhone { continue }
                // What no pattern knows and is meant for one device is asked for only if a configuration says so, such as certificates.
                if !rule.isTrigger, rule.scope == .device, shown.allSatisfy({ $0.vendor == nil }) || rule.format == .none { continue }
                // Another rule may come before it.
                guard plugin.file(forPath: path, protocol: transport, mac: mac)?.rule.place == rule.place else { continue }
                candidates.append(Candidate(path: path, rule: rule, namesModel: shown.contains { $0.model != nil }))
                break
            }
        }
        let triggers = candidates.filter(\.rule.isTrigger)
        guard let chosen = triggers.first(where: \.namesModel) ?? triggers.first else { return }
        trigger = chosen.path
        var seen: Set<FileRule.Source> = Set(triggers.map(\.rule.source))
        var files: [String] = []
        // A file that several paths lead to is fetched by one: by that which says the model, if one does.
        for candidate in candidates.filter(\.namesModel) where seen.insert(candidate.rule.source).inserted { files.append(candidate.path) }
        for candidate in candidates where seen.insert(candidate.rule.source).inserted { files.append(candidate.path) }
        let order = Dictionary(candidates.enumerated().map { ($1.path, $0) }) { first, _ in first }
        files.sort { order[$0, default: 0] < order[$1, default: 0] }
        others = asked(besides: candidates) + files
    }

    /// What phones ask for though the plugin does not serve it: one path for each pattern.
    private func asked(besides candidates: [Candidate]) -> [String] {
        var found: [String] = []
        // Patterns take addresses in both cases, where the phone writes one.
        let served = Set(candidates.map { $0.path.lowercased() })
        for rule in sources.flatMap(\.manifest.patterns) where rule.protocol == transport && rule.field == .path {
            let path = samples.first { path in
                guard rule.pattern.match(path) != nil, plugin.file(forPath: path, protocol: transport) == nil, !isUpload(path), !served.contains(path.lowercased()) else { return false }
                let shown = catalog.identify(PhoneRequest(protocol: transport, path: path))
                return shown.vendor != nil && isOwn(shown)
            }
            if let path, !found.contains(path) { found.append(path) }
        }
        return found
    }

    /// Whether a request can be this phone's.
    private func isOwn(_ shown: Identification) -> Bool {
        (shown.vendor ?? plugin.manifest.vendor) == plugin.manifest.vendor && (shown.model ?? model.name) == model.name && (shown.mac ?? mac) == mac
    }

    private func isUpload(_ path: String) -> Bool { plugin.manifest.uploads.contains { $0.path.match(path) != nil } }

    /// The paths that a rule means for this phone: samples that it takes, or its own pattern with the phone's address and model in it.
    private func paths(of rule: FileRule) -> [String] {
        let names = Set(rule.path.captureNames)
        let isFillable = names.subtracting(["mac", "model"]).isEmpty
        let named = isFillable ? ([model.name] + model.aliases).flatMap { filled(rule.path, model: $0) } : []
        return split(rule.path) + samples.filter { rule.path.match($0) != nil } + named
    }

    private func filled(_ pattern: Pattern, model name: String) -> [String] {
        // The pattern itself takes the notation that it wants.
        AddressedText.Notation.all.lazy.compactMap { notation in
            pattern.filled(with: ["mac": notation.text(mac), "model": name])
        }.filter { pattern.match($0) != nil }.prefix(1).map(\.self)
    }

    /// A pattern that takes an address in six parts.
    private func split(_ pattern: Pattern) -> [String] {
        guard pattern.captureNames.count == 6 else { return [] }
        let octets = mac.description.split(separator: ":").map(String.init)
        let captures = Dictionary(zip(pattern.captureNames, octets)) { first, _ in first }
        return pattern.filled(with: captures).map { [$0] } ?? []
    }
}
