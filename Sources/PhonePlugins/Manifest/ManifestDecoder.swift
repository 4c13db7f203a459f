// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes

/// Makes a ``PluginManifest`` of the values of `plugin.yml` and `common.yml`.
struct ManifestDecoder {
    private static let keys = [
        "id", "version", "minimum_provd", "vendor", "description", "models", "patterns", "ouis", "support", "files", "tables",
        "synchronise", "parameters", "default_model", "firmware_packages", "uploads", "tftp", "phonebook",
    ]

    /// Decodes a manifest.
    ///
    /// - Parameter common: The family's fragment, which is laid under the manifest.
    static func decode(_ own: ManifestNode, common: ManifestNode?) throws(PluginProblem) -> PluginManifest {
        // Each half is checked by itself first, so that a misspelt key is reported in its own file.
        _ = try own.mapping(keys: keys)
        _ = try common?.mapping(keys: keys.filter { $0 != "id" })
        let root = try common.map { fragment throws(PluginProblem) in try own.laid(over: fragment) } ?? own
        let map = try root.mapping(keys: keys)

        let idNode = try map.required("id", "name the plugin, for example id: yealink-v86")
        guard let id = PluginID(try idNode.text()) else {
            throw idNode.problem(
                "“\(try idNode.text())” cannot name a plugin", "use at most \(PluginID.maximumLength) letters, digits, “.”, “-” and “_”")
        }
        do throws(PluginProblem) {
            return try decode(id, map)
        } catch {
            throw error.attributed(to: id)
        }
    }

    private static func decode(_ id: PluginID, _ map: ManifestMapping) throws(PluginProblem) -> PluginManifest {
        let descriptions = try map["description"].map { node throws(PluginProblem) in try self.descriptions(node) } ?? [:]
        let models = try map["models"].map { node throws(PluginProblem) in try self.models(node) } ?? []
        let ouis = try map["ouis"].map { node throws(PluginProblem) in try self.ouis(node) } ?? []
        let vendor = try map.required("vendor", "name the manufacturer").nonEmptyText()
        var unsupported: [String: String] = [:]
        if let parameters = try map["parameters"]?.mapping(keys: ["unsupported"])["unsupported"] {
            for member in try parameters.members() { unsupported[member.name] = try member.value.nonEmptyText() }
        }
        let modelIndex = try map["models"].map { node throws(PluginProblem) in try index(models, node) } ?? [:]
        let defaultModel = try map["default_model"].map { node throws(PluginProblem) in
            guard let position = modelIndex[try node.text().lowercased()] else {
                throw node.problem("“\(try node.text())” is not in the models table", "name one of the models")
            }
            return models[position]
        }
        return PluginManifest(
            id: id,
            version: try map.required("version", "number the package, for example version: 1.0.0").nonEmptyText(),
            minimumProvd: try map["minimum_provd"]?.nonEmptyText(),
            vendor: vendor,
            descriptions: descriptions,
            models: models,
            defaultModel: defaultModel,
            patterns: try map["patterns"].map { node throws(PluginProblem) in try patterns(node, ouis: ouis) } ?? [],
            ouis: ouis,
            files: try map["files"].map { node throws(PluginProblem) in try files(node) } ?? [],
            tables: try map["tables"].map { node throws(PluginProblem) in try tables(node) } ?? [:],
            firmwarePackages: try map["firmware_packages"].map { node throws(PluginProblem) in try firmwarePackages(node) } ?? [],
            synchronisation: try map["synchronise"].map { node throws(PluginProblem) in try synchronisation(node) } ?? .unsupported,
            uploads: try map["uploads"].map { node throws(PluginProblem) in try uploads(node) } ?? [],
            tftpOptions: try map["tftp"].map { node throws(PluginProblem) in try tftp(node) } ?? .unlimited,
            phonebook: try map["phonebook"].map { node throws(PluginProblem) in try phonebook(node) },
            unsupportedParameters: unsupported,
            support: try map["support"].map { node throws(PluginProblem) in try support(node) } ?? SupportRule.standard,
            modelIndex: modelIndex)
    }

    /// Texts by language: `en`, `fr_CA`.
    static func descriptions(_ node: ManifestNode) throws(PluginProblem) -> [String: String] {
        var descriptions: [String: String] = [:]
        for member in try node.members() {
            let parts = member.name.split(separator: "_", omittingEmptySubsequences: false).map { Array($0.utf8) }
            let isLanguage = parts.first.map { $0.count == 2 && $0.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") } } ?? false
            let isTerritory = parts.dropFirst().allSatisfy { $0.count == 2 && $0.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") } }
            guard parts.count <= 2, isLanguage, isTerritory else {
                throw PluginProblem(
                    place: member.place, reason: "“\(member.name)” is no language", remedy: "write two small letters, and perhaps a territory: en, fr_CA")
            }
            descriptions[member.name] = try member.value.text()
        }
        return descriptions
    }

    // MARK: Models

    private static func models(_ node: ManifestNode) throws(PluginProblem) -> [PhoneModel] {
        let members = try node.members()
        guard members.count <= PluginLimits.models else {
            throw node.problem("\(members.count) models", "use at most \(PluginLimits.models); split the plugin")
        }
        var models: [PhoneModel] = []
        for member in members {
            let map = try member.value.mapping(keys: [
                "version", "type", "protocol", "lines", "function_keys", "expansion_modules", "aliases", "data",
            ])
            var aliases: [String] = []
            for alias in try map["aliases"]?.list(limit: PluginLimits.aliases) ?? [] { aliases.append(try alias.nonEmptyText()) }
            models.append(
                PhoneModel(
                    name: member.name,
                    aliases: aliases,
                    version: try map["version"]?.nonEmptyText(),
                    kind: try map["type"]?.choice(of: PhoneModel.Kind.self),
                    signalling: try map["protocol"]?.choice(of: PhoneModel.Signalling.self),
                    lines: try map["lines"]?.number(in: 0...10_000),
                    functionKeys: try map["function_keys"]?.number(in: 0...10_000),
                    expansionModules: try map["expansion_modules"]?.number(in: 0...100),
                    data: try map["data"].map { data throws(PluginProblem) in try data.jsonObject() } ?? [:],
                    place: member.place))
        }
        return models
    }

    private static func index(_ models: [PhoneModel], _ node: ManifestNode) throws(PluginProblem) -> [String: Int] {
        var index: [String: Int] = [:]
        for (position, model) in models.enumerated() {
            for name in [model.name] + model.aliases {
                if let other = index.updateValue(position, forKey: name.lowercased()), other != position {
                    throw node.problem("“\(name)” names both \(models[other].name) and \(model.name)", "let each name and alias stand for one model")
                }
            }
        }
        return index
    }

    static func ouis(_ node: ManifestNode) throws(PluginProblem) -> [OUI] {
        var ouis: [OUI] = []
        for entry in try node.list(limit: PluginLimits.ouis) {
            guard let oui = OUI(try entry.text()) else {
                throw entry.problem("“\(try entry.text())” is no prefix of a MAC address", "write three octets in quotation marks: \"00:15:65\"")
            }
            ouis.append(oui)
        }
        return ouis
    }

    // MARK: Tables and the rest

    private static func tables(_ node: ManifestNode) throws(PluginProblem) -> JSONObject {
        var tables = JSONObject()
        for member in try node.members() {
            guard case .mapping = member.value.content else {
                throw member.value.problem("the table “\(member.name)” is \(member.value.kind)", "write “key: value” lines below it")
            }
            tables[member.name] = .object(try member.value.jsonObject())
        }
        return tables
    }

    private static func support(_ node: ManifestNode) throws(PluginProblem) -> [SupportRule] {
        var rules: [SupportRule] = []
        for entry in try node.list(limit: PluginLimits.supportRules) {
            let map = try entry.mapping(keys: ["model", "version", "level"])
            let levelNode = try map.required("level", "give the level that the condition stands for")
            guard let level = SupportLevel(try levelNode.text()) else {
                let names = SupportLevel.names.map(\.name).joined(separator: ", ")
                throw levelNode.problem("“\(try levelNode.text())” is no level", "use \(names), or a number from 0 to 600")
            }
            rules.append(SupportRule(model: try condition(map["model"]), version: try condition(map["version"]), level: level))
        }
        return rules
    }

    private static func condition(_ node: ManifestNode?) throws(PluginProblem) -> SupportRule.Condition {
        guard let node else { return .always }
        switch try node.text() {
        case "listed": return .listed
        case "absent": return .absent
        case "other": return .other
        default: return .like(CompiledPattern(try pattern(node, ignoresCase: true)))
        }
    }

    /// The pattern that a node holds.
    static func pattern(_ node: ManifestNode, ignoresCase: Bool) throws(PluginProblem) -> Pattern {
        let text = try node.text()
        do {
            return try Pattern(text, ignoresCase: ignoresCase)
        } catch {
            throw node.problem("in the pattern “\(text)”: \(error.reason), at character \(error.offset + 1)", error.remedy)
        }
    }
}
