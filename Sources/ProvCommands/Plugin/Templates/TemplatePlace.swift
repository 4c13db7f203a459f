// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring

/// Where an administrator's own templates are.
protocol TemplatePlace {
    /// The own templates as `GET /1.0/templates` lists them; for one plugin with the names of those that it has itself.
    func list(_ plugin: String?) async throws -> JSONValue
    /// The text of an own template, or of the plugin's that it hides.
    func source(of template: OwnTemplate, stock: Bool) async throws -> [UInt8]
    /// What `diff -u` writes; empty if there is no difference.
    func difference(of template: OwnTemplate) async throws -> String
    /// Saves a template that can be rendered; what to know about it although it is right.
    func save(_ source: [UInt8], as template: OwnTemplate) async throws -> String?
    func remove(_ template: OwnTemplate) async throws
}

/// The templates of a running provd.
struct ServedTemplates: TemplatePlace {
    let client: APIClient

    func list(_ plugin: String?) async throws -> JSONValue {
        guard let plugin else { return try await client.get("/1.0/templates") }
        return try await client.get("/1.0/plugins/\(try PathSegment.encode(plugin))/templates")
    }

    func source(of template: OwnTemplate, stock: Bool) async throws -> [UInt8] {
        let path = stock ? try path(of: template, query: false) + "?stock=true" : try path(of: template)
        return Array(try await client.text(path).utf8)
    }

    func difference(of template: OwnTemplate) async throws -> String { try await client.text(try path(of: template, "/difference")) }

    func save(_ source: [UInt8], as template: OwnTemplate) async throws -> String? {
        try await client.put(text: source, try path(of: template))["note"]?.string
    }

    func remove(_ template: OwnTemplate) async throws { try await client.delete(document: try path(of: template)) }

    private func path(of template: OwnTemplate, _ action: String = "", query: Bool = true) throws -> String {
        let scope =
            switch template.scope {
            case .model(let model) where query: "?model=" + (try PathSegment.encode(model))
            case .device(let mac) where query: "?device=\(mac)"
            case .base, .model, .device: ""
            }
        return "/1.0/plugins/\(try PathSegment.encode(template.plugin.text))/templates/\(try PathSegment.encode(template.name))\(action)\(scope)"
    }
}

/// The templates in a directory, without a server.
struct TemplateDirectory: TemplatePlace {
    /// The directory of own templates, below each plugin's id.
    let templates: String
    /// Directories of plugins.
    let plugins: [String]

    private var folder: OwnTemplateFolder { OwnTemplateFolder(templates) }

    private func plugin(_ id: PluginID) throws -> Plugin {
        let loaded = AuthoringPlugins(plugins)
        if let plugin = loaded.plugins.first(where: { $0.id == id }) { return plugin }
        let problem = loaded.problems.first { $0.plugin == id || $0.plugin == nil }
        throw AuthoringError(problem.map(\.description) ?? "there is no plugin \(id) in \(plugins.joined(separator: ", ")): name its directory with --plugins")
    }

    func list(_ id: String?) async throws -> JSONValue {
        let own = folder.all().filter { id == nil || $0.plugin.text == id }
        var answer: JSONObject = ["templates": .array(own.map(document))]
        if let id = id.flatMap({ PluginID($0) }) {
            answer["plugin"] = .array(try OwnTemplateFolder.stockNames(of: plugin(id)).map(JSONValue.string))
        }
        return .object(answer)
    }

    private func document(_ template: OwnTemplate) -> JSONValue {
        let (model, device): (JSONValue, JSONValue) =
            switch template.scope {
            case .base: (.null, .null)
            case .model(let model): (.string(model), .null)
            case .device(let mac): (.null, .string(mac.description))
            }
        return ["plugin": .string(template.plugin.text), "name": .string(template.name), "model": model, "device": device]
    }

    func source(of template: OwnTemplate, stock: Bool) async throws -> [UInt8] {
        let source = stock ? try OwnTemplateFolder.stockSource(template.name, of: plugin(template.plugin)) : try folder.source(of: template)
        guard let source else { throw AuthoringError("there is no such template: “provctl plugin template list” shows those that there are") }
        return source
    }

    func difference(of template: OwnTemplate) async throws -> String { try folder.difference(of: template, from: plugin(template.plugin)) ?? "" }

    func save(_ source: [UInt8], as template: OwnTemplate) async throws -> String? {
        try folder.save(source, as: template, for: plugin(template.plugin))
    }

    func remove(_ template: OwnTemplate) async throws { try folder.remove(template) }
}
