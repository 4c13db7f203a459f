// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja
import NetTypes
public import PhonePlugins

/// Looks at plugins for what is wrong, forgotten or useless, without a server.
public struct PluginLinter {
    let plugin: Plugin
    let templates: SurveyedTemplates
    /// The plugins that share templates, files and tables with this one, itself included.
    let family: [(plugin: Plugin, templates: SurveyedTemplates)]
    private(set) var findings: [LintFinding] = []

    /// Looks at the plugins in directories, each of which holds `plugin.yml` or directories that do.
    ///
    /// - Returns: What was found, in the order of files and lines.
    public static func lint(_ directories: [String]) -> [LintFinding] {
        let loaded = AuthoringPlugins(directories)
        var findings = loaded.problems.map { LintFinding($0) }
        for plugin in loaded.plugins { findings += lint(plugin) }
        return sorted(findings)
    }

    /// Looks at one plugin.
    public static func lint(_ plugin: Plugin) -> [LintFinding] {
        do {
            var linter = try PluginLinter(plugin)
            linter.lintManifest()
            linter.lintPatterns()
            linter.lintFiles()
            linter.lintTemplates()
            linter.lintParameters()
            linter.lintTests()
            return sorted(linter.findings)
        } catch {
            return [LintFinding(error)]
        }
    }

    private init(_ plugin: Plugin) throws(PluginProblem) {
        self.plugin = plugin
        templates = try SurveyedTemplates(plugin)
        var family = [(plugin, templates)]
        if let directory = plugin.familyDirectory, let slash = directory.lastIndex(of: "/") {
            for other in PluginCatalog.load(directory: String(directory[..<slash])).catalog.plugins where other.id != plugin.id {
                family.append((other, try SurveyedTemplates(other)))
            }
        }
        self.family = family
    }

    /// Each finding once: a family's templates are looked at for each of its plugins.
    private static func sorted(_ findings: [LintFinding]) -> [LintFinding] {
        Set(findings).sorted { left, right in
            (left.place.file, left.place.line, left.place.column, left.reason) < (right.place.file, right.place.line, right.place.column, right.reason)
        }
    }

    /// Where the manifest is.
    var manifestPlace: PluginProblem.Place { .init(file: plugin.directory + "/plugin.yml") }

    mutating func report(_ severity: LintFinding.Severity, _ rule: String, _ place: PluginProblem.Place, _ reason: String, _ remedy: String) {
        findings.append(LintFinding(severity, rule, place, reason, remedy))
    }

    // MARK: The manifest

    private mutating func lintManifest() {
        let manifest = plugin.manifest
        if manifest.descriptions["en"] == nil {
            report(.warning, "description", manifestPlace, "no English description", "add description: {en: …}, by which people choose the plugin")
        }
        if manifest.minimumProvd == nil {
            report(.warning, "minimum-provd", manifestPlace, "no minimum_provd", "add the version of provd with which it was tested, so that an older one refuses it")
        }
        if manifest.models.isEmpty { report(.warning, "models", manifestPlace, "no models", "list the models, with what they can do") }
        for model in manifest.models { lintModel(model) }
        for package in manifest.firmwarePackages { lintFirmware(package) }
        lintTables()
    }

    private mutating func lintModel(_ model: PhoneModel) {
        var missing: [String] = []
        if model.kind == nil { missing.append("type") }
        if model.signalling == nil { missing.append("protocol") }
        if model.lines == nil { missing.append("lines") }
        // A base station or an adapter has no keys to speak of.
        if model.functionKeys == nil, model.kind == nil || model.kind == .deskphone { missing.append("function_keys") }
        guard !missing.isEmpty else { return }
        report(
            .warning, "capabilities", model.place, "the model \(model.name) says nothing of \(missing.joined(separator: ", "))",
            "add the capabilities: what administers phones goes by them")
    }

    private mutating func lintFirmware(_ package: FirmwarePackage) {
        for name in package.models where plugin.manifest.model(named: name) == nil {
            report(.error, "firmware", manifestPlace, "the firmware package \(package.id) is for \(name), which is no model of the plugin", "name a listed model")
        }
        let served = plugin.manifest.files.compactMap { rule in if case .directory(let name) = rule.source { name + "/" } else { nil } }
        for step in package.steps where !served.contains(where: { step.destination.hasPrefix($0) }) {
            report(
                .warning, "firmware", manifestPlace, "the firmware package \(package.id) puts files into \(step.destination), which no file rule serves",
                "add a rule with directory: \(step.destination.dropLast())")
        }
    }

    private mutating func lintTables() {
        // Where a table is chosen when a file is rendered it may be any.
        var used: Set<String> = []
        for member in family {
            for template in member.templates.templates.values {
                for filter in template.survey.filters where filter.name == "from_table" {
                    guard let name = filter.arguments.first ?? nil else { return }
                    used.insert(name)
                }
                for variable in template.survey.variables where variable.path.first == "tables" {
                    guard variable.path.count > 1, variable.path[1] != "*" else { return }
                    used.insert(variable.path[1])
                }
            }
        }
        for name in plugin.manifest.tables.keys where !used.contains(name) {
            report(.warning, "unused-table", manifestPlace, "no template uses the table \(name)", "remove it")
        }
    }

    // MARK: Patterns

    private mutating func lintPatterns() {
        struct Key: Hashable {
            let `protocol`: PhoneProtocol
            let field: PatternField
            let text: String
            let ouis: String
        }
        var seen: [Key: PluginProblem.Place] = [:]
        for rule in plugin.manifest.patterns {
            let ouis = rule.ouis.map(\.description).joined(separator: ",")
            if let first = seen[Key(protocol: rule.protocol, field: rule.field, text: rule.pattern.text, ouis: ouis)] {
                report(.error, "repeated-pattern", rule.place, "the pattern “\(rule.pattern.text)” stands at \(first) too", "remove one of the two")
            }
            seen[Key(protocol: rule.protocol, field: rule.field, text: rule.pattern.text, ouis: ouis)] = rule.place
            if rule.samples.isEmpty {
                report(.error, "sample", rule.place, "the pattern “\(rule.pattern.text)” has no sample", "add a text that a phone really sends")
            }
            if !rule.claims.contains(where: { $0.key == .vendor }) {
                report(
                    .warning, "vendor", rule.place, "the pattern “\(rule.pattern.text)” does not say whose phone it is",
                    "add claims: {vendor: \(plugin.manifest.vendor)}, without which no plugin is chosen")
            }
            // “/.cfg” around an address: half of all manufacturers name their files so.
            if rule.field == .path, rule.ouis.isEmpty, rule.pattern.captureNames == ["mac"], rule.pattern.literalLength <= 5 {
                report(
                    .warning, "oui", rule.place, "phones of other manufacturers ask for files like “\(rule.pattern.text)” too",
                    "add oui: $ouis, and the manufacturer's prefixes under ouis")
            }
        }
    }
}
