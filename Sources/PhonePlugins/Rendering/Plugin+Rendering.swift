// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja
import NetTypes

extension Plugin {
    /// Renders the template of a file for a device.
    ///
    /// - Throws: ``PluginRenderError``; a value that the file's format cannot hold is refused, never dropped or changed.
    public func render(_ match: FileMatch, context: RenderContext) throws(PluginRenderError) -> RenderedFile {
        guard case .template(let name) = match.content else {
            throw renderError(.template, name: "", reason: "the file is no template", remedy: "serve it as it is")
        }
        let mac = context.device["mac"]?.string.flatMap { MACAddress($0) }
        let known = context.device["model"]?.string.flatMap { manifest.model(named: $0) }
        let model = known ?? manifest.defaultModel
        if model == nil, match.rule.scope != .common, !manifest.models.isEmpty {
            let shown = context.device["model"]?.string.map { "the model “\($0)” is not one of the plugin's" } ?? "the device's model is not known"
            throw renderError(
                .unknownModel, name: name, reason: shown, remedy: "choose a plugin that lists the model, or set the device's model")
        }
        guard let template = templates.template(named: name, mac: mac?.compact, model: model?.name) else {
            throw renderError(.template, name: name, reason: "there is no such template", remedy: "add it below templates/")
        }
        let variables = variables(context, mac: mac, model: model)
        let bytes: [UInt8]
        do {
            bytes = try template.render(JinjaContext(variables), escaping: match.rule.format.escaping, limits: Self.renderLimits)
        } catch {
            throw renderError(error, format: match.rule.format)
        }
        return RenderedFile(
            bytes: match.rule.encoded(bytes), mediaType: match.mediaType, charset: match.rule.charset, isSensitive: match.isSensitive,
            isTrigger: match.isTrigger)
    }

    /// The variables that the template of a file sees.
    func variables(_ match: FileMatch, _ context: RenderContext) -> JinjaDict {
        let mac = context.device["mac"]?.string.flatMap { MACAddress($0) }
        let known = context.device["model"]?.string.flatMap { manifest.model(named: $0) }
        return variables(context, mac: mac, model: known ?? manifest.defaultModel)
    }

    private static let renderLimits = RenderLimits(outputBytes: PluginLimits.renderedBytes)

    /// The variables of a template, as docs/plugins.md lists them.
    func variables(_ context: RenderContext, mac: MACAddress?, model: PhoneModel?) -> JinjaDict {
        let raw = RawConfigVariables(context.rawConfig)
        var variables = raw.all
        variables["raw_config"] = .dict(raw.all)
        variables["lines"] = .list(raw.lines)
        variables["function_keys"] = .list(raw.functionKeys)

        var device = JinjaDict(context.device)
        if device["vendor"] == nil { device["vendor"] = .string(manifest.vendor) }
        if let mac {
            device["mac_compact"] = .string(mac.compact)
            device["mac_upper"] = .string(mac.compact.uppercased())
        }
        variables["device"] = .dict(device)
        variables["model"] = model.flatMap { modelVariables[$0.name] }
        variables["tables"] = .dict(tableVariables)
        variables["plugin"] = pluginVariable
        variables["stored"] = context.storedFiles.map { Plugin.storedVariable($0) } ?? storedVariable

        var request: JinjaDict = [
            "protocol": .string(context.request.protocol.rawValue), "server": .string(context.request.server),
            "path": .string(context.request.path),
        ]
        if let userAgent = context.request.userAgent { request["user_agent"] = .string(userAgent) }
        variables["request"] = .dict(request)

        if let locale = raw.all["locale"]?.stringValue, locale.utf8.count >= 2 {
            let letters = Array(locale.utf8)
            variables["language"] = .string(String(decoding: letters.prefix(2), as: UTF8.self))
            if letters.count >= 5 { variables["territory"] = .string(String(decoding: letters[3..<5], as: UTF8.self)) }
        }
        if let phonebook = manifest.phonebook {
            if let url = phonebook.url(context.rawConfig) {
                variables["phonebook_url"] = .string(url)
                variables["XX_xivo_phonebook_url"] = .string(url)
            }
            if let url = phonebook.userServicesURL(context.rawConfig) {
                variables["user_services_url"] = .string(url)
                variables["XX_wazo_phoned_user_service_dnd_enabled_url"] = .string(url + "/dnd/enable")
                variables["XX_wazo_phoned_user_service_dnd_disabled_url"] = .string(url + "/dnd/disable")
            }
        }
        if let name = raw.all["timezone"]?.stringValue, let zone = context.timeZone(name) { variables["time_zone"] = zone.variable }
        return variables
    }

    private func renderError(_ error: JinjaRenderError, format: FileRule.Format) -> PluginRenderError {
        let key = format == .keyValue ? templates.key(inTemplate: error.template, line: error.line) : nil
        let (code, remedy): (PluginRenderError.Code, String) =
            switch error.code {
            case .refusedValue: (.refusedValue, "remove the character from the device's configuration")
            case .limit: (.limit, "shorten the device's configuration, or correct the template")
            default: (.template, "correct the template, or the device's configuration")
            }
        return PluginRenderError(
            code: code, plugin: id, template: error.template, line: error.line, column: error.column, key: key, reason: error.message, remedy: remedy)
    }

    private func renderError(_ code: PluginRenderError.Code, name: String, reason: String, remedy: String) -> PluginRenderError {
        PluginRenderError(code: code, plugin: id, template: name, line: 0, column: 0, key: nil, reason: reason, remedy: remedy)
    }
}

extension PhoneModel {
    /// The model as the variable `model`: its capabilities, with the members of its data beside them.
    var variable: JinjaValue {
        var variable: JinjaDict = ["name": .string(name), "aliases": .list(aliases.map { .string($0) })]
        if let version { variable["version"] = .string(version) }
        if let kind { variable["type"] = .string(kind.rawValue) }
        if let signalling { variable["protocol"] = .string(signalling.rawValue) }
        if let lines { variable["lines"] = .int(lines) }
        if let functionKeys { variable["function_keys"] = .int(functionKeys) }
        if let expansionModules { variable["expansion_modules"] = .int(expansionModules) }
        for (name, value) in data { variable[name] = JinjaValue(value) }
        return .dict(variable)
    }
}
