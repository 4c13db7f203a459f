// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja
import PhonePlugins

extension PluginLinter {
    mutating func lintTemplates() {
        var checked: Set<String> = []
        for rule in plugin.manifest.files {
            guard case .template(let name) = rule.source else { continue }
            let closure = templates.closure(of: name).names
            // An included template sees what the including one has set.
            let assigned = closure.reduce(into: Set<String>()) { $0.formUnion(templates.templates[$1]?.survey.assigned ?? []) }
            for part in closure {
                guard let template = templates.templates[part], checked.insert(part).inserted else { continue }
                lintVariables(template, assigned: assigned)
            }
        }
        for template in templates.templates.values {
            lintReferences(template)
            lintFilters(template)
        }
    }

    private mutating func lintReferences(_ template: SurveyedTemplates.Template) {
        for reference in template.survey.references where !reference.isOptional && !reference.names.isEmpty {
            // A sibling may bring what the family's template needs.
            let exists = reference.names.contains { name in
                templates.templates[name] != nil || name.hasPrefix("stock/") && templates.templates[String(name.dropFirst(6))] != nil
            }
            guard !exists else { continue }
            report(
                .error, "missing-template", template.place(reference.place), "there is no template “\(reference.names.joined(separator: "” or “"))”",
                "add it below templates/, or correct the name")
        }
    }

    private mutating func lintFilters(_ template: SurveyedTemplates.Template) {
        for place in template.survey.autoescapes {
            report(.error, "escaping", template.place(place), "the template switches escaping itself", "remove {% autoescape %}: the rule's format says what values are escaped for")
        }
        for filter in template.survey.filters {
            switch filter.name {
            case "safe":
                report(.error, "escaping", template.place(filter.place), "“safe” takes the escaping away", "remove it: a value can then break out of its place")
            case "from_table":
                guard let name = filter.arguments.first ?? nil, !tables.contains(name) else { continue }
                report(
                    .error, "unknown-table", template.place(filter.place), "there is no table “\(name)”",
                    Self.suggestion(name, among: Array(tables)) ?? "add it under tables:, or correct the name")
            default: continue
            }
        }
    }

    // MARK: Variables

    /// The tables of the family: a template that is shared may ask for one that a single plugin has.
    private var tables: Set<String> { family.reduce(into: []) { $0.formUnion($1.plugin.manifest.tables.keys) } }

    /// The members that some model of the family has.
    private var modelMembers: Set<String> {
        family.flatMap(\.plugin.manifest.models).reduce(into: TemplateVariables.model) { $0.formUnion($1.data.keys) }
    }

    private mutating func lintVariables(_ template: SurveyedTemplates.Template, assigned: Set<String>) {
        for variable in template.survey.variables {
            guard let root = variable.path.first, !assigned.contains(root), let problem = problem(with: variable.path) else { continue }
            report(.error, "unknown-variable", template.place(variable.place), problem.reason, problem.remedy)
        }
    }

    /// What is wrong with a variable that a template reads, or `nil` if it can have a value.
    private func problem(with path: [String]) -> (reason: String, remedy: String)? {
        let root = path[0]
        let member = path.dropFirst().first
        switch root {
        case "raw_config":
            guard let member, member != "*", !RawConfigParameters.isKnown(member) else { return nil }
            return unknown("parameter", member, RawConfigParameters.names, "names of one's own begin with X_")
        case "tables":
            guard let member, member != "*", !tables.contains(member) else { return nil }
            return unknown("table", member, Array(tables), "add it under tables:")
        case "model":
            guard let member, member != "*", !modelMembers.contains(member) else { return nil }
            return unknown("member of model", member, Array(modelMembers), "add it to the data: of the models that have it")
        default: break
        }
        if let members = TemplateVariables.members[root] { return problem(with: path, members) }
        guard !RawConfigParameters.isKnown(root) else { return nil }
        return unknown(
            "variable", root, RawConfigParameters.names + TemplateVariables.members.keys,
            "docs/plugins.md lists the variables; parameters of one's own begin with X_")
    }

    private func problem(with path: [String], _ members: TemplateVariables.Members) -> (reason: String, remedy: String)? {
        let (member, known): (String?, Set<String>) =
            switch members {
            case .any: (nil, [])
            case .none: (path.dropFirst().first, [])
            case .named(let names): (path.dropFirst().first, names)
            case .elements(let names): (path.dropFirst(2).first, names)
            }
        guard let member, member != "*" else { return nil }
        if path[0] == "time_zone", path.count == 3 {
            guard !TemplateVariables.timeZoneMoment.contains(path[2]) else { return nil }
            return unknown("member of \(path[0]).\(path[1])", path[2], Array(TemplateVariables.timeZoneMoment), "docs/plugins.md lists them")
        }
        // Documents of devices and lines can have members of an administrator's own.
        guard !known.contains(member), !member.hasPrefix("X_") else { return nil }
        return unknown("member of \(path[0])", member, Array(known), "docs/plugins.md lists them")
    }

    private func unknown(_ what: String, _ name: String, _ known: [String], _ otherwise: String) -> (reason: String, remedy: String) {
        ("there is no \(what) “\(name)”", Self.suggestion(name, among: known) ?? otherwise)
    }

    private static func suggestion(_ name: String, among known: [String]) -> String? {
        NearestName.of(name, among: known).map { "did you mean “\($0)”?" }
    }

    // MARK: Parameters

    /// Every parameter of raw configurations is either used by a template or said to be unsupported, with a reason.
    mutating func lintParameters() {
        let unsupported = plugin.manifest.unsupportedParameters
        for name in unsupported.keys.sorted() where !RawConfigParameters.names.contains(name) && !RawConfigParameters.nested.contains(where: { $0.name == name }) {
            report(
                .error, "parameters", manifestPlace, "parameters: unsupported: there is no parameter “\(name)”",
                Self.suggestion(name, among: RawConfigParameters.names) ?? "remove it")
        }
        guard !plugin.manifest.models.isEmpty else { return }
        var used: Set<String> = []
        for template in templates.templates.values {
            for variable in template.survey.variables { used.formUnion(variable.path.first == "raw_config" ? variable.path : [variable.path[0]]) }
        }
        lintNestedParameters()
        for name in RawConfigParameters.names {
            let isUsed = (RawConfigParameters.derived[name] ?? [name]).contains { used.contains($0) }
            if isUsed, unsupported[name] != nil {
                report(.error, "parameters", manifestPlace, "the parameter \(name) is said to be unsupported, yet a template uses it", "remove it from parameters: unsupported:")
            } else if !isUsed, unsupported[name] == nil {
                report(.error, "parameters", manifestPlace, "no template uses the parameter \(name)", "map it, or give the reason under parameters: unsupported:")
            }
        }
    }

    /// The same for what lines and function keys have, where the phones have lines and keys.
    private mutating func lintNestedParameters() {
        let unsupported = plugin.manifest.unsupportedParameters
        let read = templates.templates.values.reduce(into: Set<String>()) { $0.formUnion($1.survey.members) }
        for (name, member) in RawConfigParameters.nested {
            let parent = String(name.prefix { $0 != "." })
            guard unsupported[parent] == nil else { continue }
            if read.contains(member), unsupported[name] != nil {
                report(.error, "parameters", manifestPlace, "\(name) is said to be unsupported, yet a template reads “\(member)”", "remove it from parameters: unsupported:")
            } else if !read.contains(member), unsupported[name] == nil {
                report(.warning, "parameters", manifestPlace, "no template reads \(name)", "map it, or give the reason under parameters: unsupported:")
            }
        }
    }
}
