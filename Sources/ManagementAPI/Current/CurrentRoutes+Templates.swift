// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring
import PluginInstallation
import Provisioning

extension CurrentRoutes {
    /// Templates of an administrator's own.
    var templates: [APIRoute] {
        let useCases = useCases
        let base = "/1.0/plugins/{id}/templates", permission = "provd.plugins.{id}.templates"
        let scope: [APIOperation.Parameter] = [
            .text("model", "the model for which the template is; for all devices if left out"),
            .text("device", "the hardware address of the device for which the template is"),
        ]
        return [
            APIRoute(.get, "/1.0/templates", "provd.templates.read") { _ in
                .ok(["templates": .array(try await useCases.pluginInstaller.templates().map(\.document))])
            }.described(APIOperation("All own templates, also those of plugins that are not there.", answer: "OwnTemplates")),
            APIRoute(.get, base, permission + ".read") { request in
                let id = request.parameter("id"), installer = try useCases.pluginInstaller
                return .ok([
                    "plugin": .array(try await installer.stockTemplates(of: id).map(JSONValue.string)),
                    "templates": .array(try await installer.templates(of: id).map(\.document)),
                ])
            }.described(APIOperation("The names of a plugin's templates, and the own ones beside them.", answer: "PluginTemplates")),
            APIRoute(.get, base + "/{name}", permission + ".read") { request in
                let installer = try useCases.pluginInstaller
                let source =
                    request.query["stock"] == "true"
                    ? try await installer.stockSource(request.parameter("name"), of: request.parameter("id"))
                    : try await installer.source(of: try Self.template(request))
                var answer = APIResponse.text(String(decoding: source, as: UTF8.self), "text/plain; charset=utf-8")
                answer.revision = Self.revision(of: source)
                return answer
            }.described(
                APIOperation(
                    "The text of an own template, or of the plugin's.", answerType: "text/plain",
                    query: scope + [.flag("stock", "whether the plugin's own is wanted")], revision: .shown)),
            APIRoute(.put, base + "/{name}", permission + ".update") { request in
                let template = try Self.template(request), source = Array((request.body.string ?? "").utf8)
                let note = try await useCases.pluginInstaller.save(source, as: template) { former in
                    guard let former else { return try request.expected.checkNothing() }
                    guard request.namesRevision else { throw APIError.revisionRequired }
                    try request.expected.check(Self.revision(of: former))
                }
                var document = template.document(nil)
                document["note"] = note.map(JSONValue.string) ?? .null
                return .ok(.object(document))
            }.described(
                APIOperation(
                    "Save an own template and let it take effect. Every file of the plugin is rendered with it for sample devices first; what fails "
                        + "is told with file, line and column, and nothing is saved.", bodyType: "text/plain", answer: "OwnTemplate", query: scope, revision: .requiredIfThere)),
            APIRoute(.delete, base + "/{name}", permission + ".delete") { request in
                try await useCases.pluginInstaller.remove(try Self.template(request)) { try request.expected.check(Self.revision(of: $0)) }
                return .noContent
            }.described(APIOperation("Remove an own template: the plugin's takes effect again.", status: 204, query: scope, revision: .required)),
            APIRoute(.get, base + "/{name}/difference", permission + ".read") { request in
                .text(try await useCases.pluginInstaller.difference(of: try Self.template(request)) ?? "", "text/x-diff; charset=utf-8")
            }.described(
                APIOperation(
                    "How an own template differs from the plugin's, as diff -u writes it; empty if it does not.", answerType: "text/x-diff", query: scope)),
        ]
    }

    private static func revision(of source: [UInt8]) -> DocumentRevision { DocumentRevision(of: .string(String(decoding: source, as: UTF8.self))) }

    /// Which template is meant.
    private static func template(_ request: APIRequest) throws -> OwnTemplate {
        guard let plugin = PluginID(request.parameter("id")) else {
            throw APIError(.notFound, "that is no plugin's id: GET /1.0/plugins lists them")
        }
        let scope: OwnTemplate.Scope
        switch (request.query["model"], request.query["device"]) {
        case (nil, nil): scope = .base
        case (let model?, nil): scope = .model(model)
        case (nil, let device?):
            guard let mac = MACAddress(device) else { throw APIError(.badRequest, "“\(device)” is no hardware address", field: "device") }
            scope = .device(mac)
        default: throw APIError(.badRequest, "a template is for a model or for a device: name one of them", field: "device")
        }
        return try OwnTemplate(plugin: plugin, scope: scope, name: request.parameter("name"))
    }
}

extension PluginInstaller.TemplateState {
    fileprivate var document: JSONValue { .object(template.document(problem)) }
}

extension OwnTemplate {
    fileprivate func document(_ problem: PluginProblem?) -> JSONObject {
        var document: JSONObject = ["plugin": .string(plugin.text), "name": .string(name), "model": .null, "device": .null]
        switch scope {
        case .base: break
        case .model(let model): document["model"] = .string(model)
        case .device(let mac): document["device"] = .string(mac.description)
        }
        document["problem"] =
            problem.map { problem in
                [
                    "line": .int(problem.place.line), "column": .int(problem.place.column), "reason": .string(problem.reason),
                    "remedy": .string(problem.remedy),
                ]
            } ?? .null
        return document
    }
}
