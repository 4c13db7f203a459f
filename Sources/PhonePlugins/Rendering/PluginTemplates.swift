// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja

/// The compiled templates of one plugin, an administrator's own in front of the plugin's.
struct PluginTemplates: Sendable {
    /// In front of a name, it leads past an administrator's template to the plugin's: `{% extends "stock/device.cfg.j2" %}`.
    static let stockPrefix = "stock/"

    private let environment: JinjaEnvironment
    private let templates: [String: JinjaTemplate]
    private let sources: [String: String]

    /// Reads and compiles every template.
    ///
    /// - Parameters:
    ///   - own: The templates of an administrator by name; one with a fault is reported and left out.
    /// - Throws: ``PluginProblem`` for a template of the plugin that is wrong.
    init(
        stock: [String: StaticFile], own: [String: StaticFile], tables: JinjaDict, problems: inout [PluginProblem]
    ) throws(PluginProblem) {
        var sources: [String: String] = [:]
        for (name, file) in stock {
            let text = try Self.text(of: file)
            sources[name] = text
            sources[Self.stockPrefix + name] = text
        }
        // Each own template is compiled alone first, so that its faults cannot take the plugin's templates away.
        let probe = Self.environment([:], tables)
        for (name, file) in own {
            do throws(PluginProblem) {
                let text = try Self.text(of: file)
                do {
                    _ = try probe.template(source: text, name: name)
                } catch {
                    throw PluginProblem(
                        place: .init(file: file.path, line: error.line, column: error.column), reason: error.message,
                        remedy: "correct the template; until then the plugin's own is used")
                }
                sources[name] = text
            } catch {
                problems.append(error)
            }
        }
        environment = Self.environment(sources, tables)
        var templates: [String: JinjaTemplate] = [:]
        for name in sources.keys.sorted() {
            do {
                templates[name] = try environment.template(named: name)
            } catch {
                throw Self.problem(error, file: (own[name] ?? stock[name])?.path ?? name)
            }
        }
        self.templates = templates
        self.sources = sources
    }

    /// The template of a name, made for this device, else for its model, else for all.
    func template(named name: String, mac: String?, model: String?) -> JinjaTemplate? {
        if let mac, let own = templates["devices/\(mac)/\(name)"] { return own }
        if let model, let own = templates["models/\(model)/\(name)"] { return own }
        return templates[name]
    }

    func contains(_ name: String) -> Bool { templates[name] != nil }

    /// The names of all templates.
    var names: [String] { templates.keys.sorted() }

    /// The key of the setting that a line of a template writes: what stands in front of `=`.
    func key(inTemplate name: String, line: Int) -> String? {
        guard line > 0, let source = sources[name] else { return nil }
        let lines = source.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1), let equals = lines[line - 1].firstIndex(of: "=") else { return nil }
        let key = lines[line - 1][..<equals].split(separator: " ").last.map(String.init) ?? ""
        return key.isEmpty || key.contains("%") ? nil : key
    }

    private static func environment(_ sources: [String: String], _ tables: JinjaDict) -> JinjaEnvironment {
        JinjaEnvironment(loader: DictionaryLoader(sources), lookups: ["from_table": tables])
    }

    private static func text(of file: StaticFile) throws(PluginProblem) -> String {
        let bytes = try PluginDirectory.read(file.path, limit: PluginLimits.templateBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginProblem(place: .init(file: file.path), reason: "not UTF-8", remedy: "save the template as UTF-8")
        }
        return text
    }

    private static func problem(_ error: JinjaError, file: String) -> PluginProblem {
        switch error {
        case .syntax(let error):
            PluginProblem(
                place: .init(file: file, line: error.line, column: error.column), reason: error.message, remedy: "correct the template")
        case .templateNotFound, .loadFailed:
            PluginProblem(place: .init(file: file), reason: error.description, remedy: "add it below templates/")
        }
    }
}
