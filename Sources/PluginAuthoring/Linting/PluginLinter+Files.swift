// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import PhonePlugins

extension PluginLinter {
    mutating func lintFiles() {
        let rules = plugin.manifest.files
        for (position, rule) in rules.enumerated() {
            lintShadow(rule, before: rules[..<position])
            if case .template(let name) = rule.source { lintTemplateRule(rule, name) }
        }
        if !rules.isEmpty, !rules.contains(where: \.isTrigger) {
            report(
                .warning, "trigger", manifestPlace, "no file is the trigger",
                "add trigger: true to the file which a phone has fetched when it has its configuration")
        }
        lintUnusedFiles()
        lintUnusedTemplates()
    }

    // MARK: Rules that are never reached

    private mutating func lintShadow(_ rule: FileRule, before earlier: ArraySlice<FileRule>) {
        if case .directory = rule.source { return }
        let examples = PatternExamples.texts(of: rule.path, models: plugin.manifest.models.map(\.name))
        guard !examples.isEmpty else { return }
        let hidden = earlier.first { other in
            // A directory serves only what is in it, so that later rules get their turn.
            if case .directory = other.source { return false }
            return other.protocols.isSuperset(of: rule.protocols) && examples.allSatisfy { other.path.match($0) != nil }
        }
        // A plugin may put a rule of its own before one of its family.
        guard let hidden, hidden.place.file == rule.place.file || rule.place.file == manifestPlace.file else { return }
        report(
            .error, "shadowed-rule", rule.place, "“\(rule.path.text)” is never reached: “\(hidden.path.text)” at \(hidden.place) takes the same paths",
            "put the more special rule first, or remove one of the two")
    }

    // MARK: What a template's rule says of it

    private mutating func lintTemplateRule(_ rule: FileRule, _ name: String) {
        let closure = templates.closure(of: name).names
        var isSensitive = false
        var readsOutside = false
        for part in closure {
            guard let template = templates.templates[part] else { continue }
            for variable in template.survey.variables {
                let root = variable.path.first ?? ""
                let isDevices = ["device", "lines", "sip_lines", "function_keys", "funckeys"].contains(root)
                if rule.scope == .common, isDevices || root == "model" {
                    report(
                        .error, "scope", template.place(variable.place),
                        "“\(variable.path.joined(separator: "."))” is of one device, and the rule at \(rule.place) has scope: common", "write scope: device in the rule")
                }
                if RawConfigParameters.secrets.contains(variable.path.last ?? "") { isSensitive = true }
                if isDevices || RawConfigParameters.isKnown(root) || root == "raw_config" { readsOutside = true }
            }
        }
        if isSensitive, !rule.isSensitive {
            report(
                .error, "sensitive", rule.place, "the template \(name) writes passwords or keys, and the rule does not say so",
                "add sensitive: true, so that only the phone itself gets the file")
        }
        lintFormat(rule, readsOutside: readsOutside)
    }

    private static let formatsOfExtensions: [String: Set<FileRule.Format>] = [
        "xml": [.xml], "json": [.json], "htm": [.html, .xml, .javascript], "html": [.html, .javascript], "js": [.javascript, .json], "ini": [.keyValue],
    ]

    private mutating func lintFormat(_ rule: FileRule, readsOutside: Bool) {
        let ending = rule.path.text.lastIndex(of: ".").map { rule.path.text[rule.path.text.index(after: $0)...].lowercased() } ?? ""
        if let formats = Self.formatsOfExtensions[ending], rule.format != .none, !formats.contains(rule.format) {
            report(
                .warning, "format", rule.place, "“\(rule.path.text)” is written as \(rule.format.rawValue)",
                "write format: \(formats.map(\.rawValue).sorted().joined(separator: " or ")), if the file is what its name says")
        }
        // Certificates have a form of their own, in which nothing can be escaped.
        let isCertificate = ["pem", "crt", "cer", "key", "der"].contains(ending) || rule.mediaType?.contains("pem") == true
        // So have the bytes of a binary file, one for each character, which the template computes.
        let isBinary = rule.mediaType == "application/octet-stream" && rule.charset == .latin1
        if rule.format == .none, readsOutside, !isCertificate, !isBinary {
            report(
                .warning, "escaping", rule.place, "values in “\(rule.path.text)” are not escaped", "write the file's format, so that no display name breaks out of its place")
        }
    }

    // MARK: What nobody gets

    private mutating func lintUnusedFiles() {
        let rules = family.flatMap(\.plugin.manifest.files)
        let isServed = { (name: String) in
            rules.contains { rule in
                switch rule.source {
                case .file(let file): file == name
                case .directory(let directory): name.hasPrefix(directory + "/")
                case .template: false
                }
            }
        }
        guard let files = try? plugin.packagedFiles(below: "files") else { return }
        for (name, file) in files where !isServed(name) {
            report(.warning, "unused-file", .init(file: file.path), "no file rule serves it", "add a rule with static: \(name), or remove the file")
        }
    }

    private mutating func lintUnusedTemplates() {
        var used: Set<String> = []
        for member in family {
            for rule in member.plugin.manifest.files {
                guard case .template(let name) = rule.source else { continue }
                let closure = member.templates.closure(of: name)
                // What a template names when it is rendered may be any other.
                if closure.isOpen { return }
                used.formUnion(closure.names)
            }
        }
        for (name, template) in templates.templates where !used.contains(name) {
            report(.warning, "unused-template", .init(file: template.path), "no file rule and no other template uses it", "add a rule with template: \(name), or remove the template")
        }
    }
}
