// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Logging
public import PhonePlugins
public import PluginAuthoring
import PluginPackages
import Provisioning

/// An administrator's own templates. They outlive the plugins that they belong to: only to save and to compare one needs its plugin.
extension PluginInstaller {
    /// An own template, and what keeps it from being used.
    public struct TemplateState: Sendable {
        /// The template.
        public let template: OwnTemplate
        /// What is wrong with it; until that is corrected the plugin's is used.
        public let problem: PluginProblem?
    }

    /// All own templates, or those of one plugin.
    public func templates(of id: String? = nil) async throws -> [TemplateState] {
        let folder = try templateFolder(), catalog = appliance.plugins.catalog
        return try await onDisk {
            folder.all().filter { id == nil || $0.plugin.text == id }.map { template in
                let problems = catalog[template.plugin]?.problems ?? []
                return TemplateState(template: template, problem: problems.first { $0.place.file.hasSuffix("/" + template.path) })
            }
        }
    }

    /// The names of a plugin's templates, as below its `templates/`.
    public func stockTemplates(of id: String) async throws -> [String] {
        let plugin = try servingPlugin(id)
        return try await onDisk { try OwnTemplateFolder.stockNames(of: plugin) }
    }

    /// The text of an own template.
    ///
    /// - Throws: `PackageError` if there is none.
    public func source(of template: OwnTemplate) async throws -> [UInt8] {
        let folder = try templateFolder()
        guard let source = try await onDisk({ try folder.source(of: template) }) else { throw Self.missing(template) }
        return source
    }

    /// The text of a plugin's template.
    ///
    /// - Throws: `PackageError` if the plugin is not there or has no such template.
    public func stockSource(_ name: String, of id: String) async throws -> [UInt8] {
        let plugin = try servingPlugin(id)
        guard let source = try await onDisk({ try OwnTemplateFolder.stockSource(name, of: plugin) }) else {
            throw PackageError(.notFound, name, "plugin \(id) has no such template", remedy: "see “provctl plugin template list \(id)”")
        }
        return source
    }

    /// The differences from a plugin's template to an administrator's, as `diff -u` writes them; `nil` if there are none.
    public func difference(of template: OwnTemplate) async throws -> String? {
        let folder = try templateFolder(), plugin = try servingPlugin(template.plugin.text)
        return try await onDisk {
            guard try folder.source(of: template) != nil else { throw Self.missing(template) }
            return try folder.difference(of: template, from: plugin)
        }
    }

    /// Checks a template with sample devices and lets it take effect. When it returns, the next request gets it.
    ///
    /// - Parameter check: Is given what is there now, before it is replaced; what it throws keeps it.
    /// - Returns: What to know about it although it is right, or `nil`.
    /// - Throws: `AuthoringError` with the place if it cannot be rendered; then nothing was changed.
    public func save(
        _ source: [UInt8], as template: OwnTemplate, replacing check: @escaping @Sendable ([UInt8]?) throws -> Void = { _ in }
    ) async throws -> String? {
        let folder = try templateFolder(), plugin = try servingPlugin(template.plugin.text)
        // Between what is checked and what is written nobody else must write.
        try occupy("template \(template)")
        defer { release("template \(template)") }
        let (before, note) = try await onDisk {
            let before = try folder.source(of: template)
            try check(before)
            return (before, try folder.save(source, as: template, for: plugin))
        }
        await noteChange(of: "template", "\(template)", from: before.map(JSONValue.auditDocument), to: .auditDocument(of: source))
        appliance.logger.notice("an own template was saved", metadata: ["template": "\(template)"])
        try await loadAgain(plugin)
        return note
    }

    /// Removes an own template: the plugin's takes effect again.
    ///
    /// - Parameter check: Is given what is there now; what it throws keeps it.
    public func remove(_ template: OwnTemplate, if check: @escaping @Sendable ([UInt8]) throws -> Void = { _ in }) async throws {
        try occupy("template \(template)")
        defer { release("template \(template)") }
        let folder = try templateFolder()
        let before = try await onDisk {
            guard let source = try folder.source(of: template) else { throw Self.missing(template) }
            try check(source)
            try folder.remove(template)
            return source
        }
        await noteChange(of: "template", "\(template)", from: .auditDocument(of: before), to: nil)
        appliance.logger.notice("an own template was removed", metadata: ["template": "\(template)"])
        if let plugin = appliance.plugins.catalog[template.plugin] { try await loadAgain(plugin) }
    }

    /// Loads a plugin anew from where it lies, which may be where it is being developed.
    private func loadAgain(_ plugin: Plugin) async throws {
        let surroundings = surroundings
        try await serve(
            try await onDisk {
                do {
                    return try Plugin(directory: plugin.directory, surroundings: surroundings)
                } catch let problem as PluginProblem {
                    throw PackageError(.malformed, "\(problem.place)", problem.reason, remedy: problem.remedy)
                }
            })
    }

    private func templateFolder() throws(PackageError) -> OwnTemplateFolder {
        guard let directory = surroundings.templates else {
            throw PackageError(.notFound, "the own templates", "this provd keeps none", remedy: "give it a state directory")
        }
        return OwnTemplateFolder(directory)
    }

    private static func missing(_ template: OwnTemplate) -> PackageError {
        PackageError(.notFound, "\(template)", "there is no such template", remedy: "see “provctl plugin template list”")
    }
}
