// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import NetTypes
public import PhonePlugins

/// The directory of an administrator's own templates. It lies outside the plugins, and survives their upgrades and removal.
public struct OwnTemplateFolder: Sendable {
    /// Where they lie unless the administrator says otherwise.
    public static let standardDirectory = "/var/lib/provd/templates"

    private let directory: String

    /// Opens a directory, which may be missing.
    public init(_ directory: String = Self.standardDirectory) { self.directory = directory }

    /// The templates that there are, in the order of their paths.
    public func all() -> [OwnTemplate] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
        return paths.sorted().filter { TextFile.isFile(directory + "/" + $0) }.compactMap { OwnTemplate(path: $0) }
    }

    /// The text of a template, or `nil` if there is none.
    public func source(of template: OwnTemplate) throws(AuthoringError) -> [UInt8]? {
        let path = directory + "/" + template.path
        return TextFile.isFile(path) ? try TextFile.bytes(path, limit: PluginLimits.templateBytes) : nil
    }

    /// The differences from the plugin's own template to an administrator's, as `diff -u` writes them; `nil` if there are none.
    public func difference(of template: OwnTemplate, from plugin: Plugin) throws(AuthoringError) -> String? {
        guard let own = try source(of: template) else { throw missing(template) }
        let stock = try Self.stock(template.name, of: plugin)
        return UnifiedDifference.describe(
            expected: stock?.bytes ?? [], actual: own, old: stock?.path ?? "(the plugin has none)", new: directory + "/" + template.path)
    }

    /// Checks a template with sample devices, and lets it take effect.
    ///
    /// - Returns: What to know about it although it is right, or `nil`.
    /// - Throws: ``AuthoringError`` with file, line and column if it cannot be rendered; then nothing was changed.
    public func save(_ source: [UInt8], as template: OwnTemplate, for plugin: Plugin) throws(AuthoringError) -> String? {
        let text = String(decoding: source, as: UTF8.self)
        guard source.count <= PluginLimits.templateBytes, Array(text.utf8) == source else {
            throw AuthoringError("the template is not UTF-8, or has more than \(PluginLimits.templateBytes) bytes")
        }
        if case .model(let model) = template.scope, plugin.manifest.model(named: model)?.name != model {
            let listed = plugin.manifest.model(named: model).map { "write it as it is listed: \($0.name)" } ?? "write the name of one of its models"
            throw AuthoringError("\(plugin.id) lists no model “\(model)”: \(listed)")
        }
        try check(source, as: template, for: plugin)
        try TextFile.write(source, to: directory + "/" + template.path)
        let isKnown = try Self.stock(template.name, of: plugin) != nil
        return isKnown ? nil : "\(plugin.id) has no template “\(template.name)”: only your own templates can include it"
    }

    /// Removes a template, so that the plugin's takes effect again.
    public func remove(_ template: OwnTemplate) throws(AuthoringError) {
        let path = directory + "/" + template.path
        guard TextFile.isFile(path) else { throw missing(template) }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw AuthoringError("\(path) cannot be removed: check that you may write in its directory")
        }
    }

    private func missing(_ template: OwnTemplate) -> AuthoringError {
        AuthoringError("there is no own template \(template): “provctl plugin template list” shows those that there are")
    }

    /// The names of a plugin's templates.
    public static func stockNames(of plugin: Plugin) throws(AuthoringError) -> [String] {
        do {
            return try plugin.packagedFiles(below: "templates").keys.sorted()
        } catch {
            throw AuthoringError(error.description)
        }
    }

    /// The text of the plugin's own template, or `nil` if it has none of this name.
    public static func stockSource(_ name: String, of plugin: Plugin) throws(AuthoringError) -> [UInt8]? { try stock(name, of: plugin)?.bytes }

    private static func stock(_ name: String, of plugin: Plugin) throws(AuthoringError) -> (path: String, bytes: [UInt8])? {
        do {
            guard let file = try plugin.packagedFiles(below: "templates")[name] else { return nil }
            return (file.path, try Plugin.bytes(of: file))
        } catch {
            throw AuthoringError(error.description)
        }
    }

    // MARK: Checking

    /// Renders every file of the plugin with the template in its place, for sample devices among which it is for.
    private func check(_ source: [UInt8], as template: OwnTemplate, for plugin: Plugin) throws(AuthoringError) {
        let trial = FileManager.default.temporaryDirectory.appendingPathComponent("provd-templates-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: trial) }
        for other in all() where other.plugin == template.plugin {
            if let bytes = try self.source(of: other) { try TextFile.write(bytes, to: trial + "/" + other.path) }
        }
        let path = trial + "/" + template.path
        try TextFile.write(source, to: path)
        let candidate: Plugin
        do {
            candidate = try Plugin(directory: plugin.directory, surroundings: PluginSurroundings(templates: trial))
        } catch {
            throw AuthoringError(error.description)
        }
        if let problem = candidate.problems.first(where: { $0.place.file.hasSuffix(template.path) }) {
            let place = PluginProblem.Place(file: template.name, line: problem.place.line, column: problem.place.column)
            throw AuthoringError("\(place): \(problem.reason): correct it; nothing was saved", at: place)
        }
        for rule in candidate.manifest.files {
            guard case .template = rule.source else { continue }
            for model in models(template.scope, candidate) { try render(rule, model, template, candidate) }
        }
    }

    private func models(_ scope: OwnTemplate.Scope, _ plugin: Plugin) -> [PhoneModel] {
        if case .model(let name) = scope { return plugin.manifest.model(named: name).map { [$0] } ?? [] }
        // Models differ in their data: the first and the last of the list are samples of all.
        return [plugin.manifest.models.first, plugin.manifest.models.last].compactMap(\.self)
    }

    private func render(_ rule: FileRule, _ model: PhoneModel, _ template: OwnTemplate, _ plugin: Plugin) throws(AuthoringError) {
        let mac: MACAddress? = if case .device(let mac) = template.scope { mac } else { nil }
        for example in PatternExamples.texts(of: rule.path, models: [model.name], mac: mac) {
            let proto: PhoneProtocol = rule.protocols.contains(.http) ? .http : .tftp
            guard let match = plugin.file(forPath: example, protocol: proto), match.rule.place == rule.place else { continue }
            let address = mac ?? match.mac
            var device: JSONObject = ["model": .string(model.name)]
            device["mac"] = address.map { .string($0.description) }
            device["version"] = model.version.map(JSONValue.string)
            for config in [SampleConfiguration.empty, SampleConfiguration.typical] {
                do throws(AuthoringError) {
                    _ = try DeviceFile(plugin: plugin, path: example, device: device, config: config, protocol: proto).bytes()
                } catch {
                    throw AuthoringError("rendered for a sample \(model.name), \(error); nothing was saved", at: error.place)
                }
            }
            return
        }
    }
}
