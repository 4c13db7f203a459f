// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PhonePlugins
import Provisioning

extension WazoRoutes {
    /// The plugins that are loaded. They are put in place by the administrator.
    var plugins: [APIRoute] {
        let useCases = useCases
        let shelf = useCases.plugins
        let isLoaded: @Sendable ([String: String]) -> Bool = { parameters in
            parameters["plugin_id"].flatMap { shelf.catalog[$0] } != nil
        }
        return [
            APIRoute(.get, "/0.2/pg_mgr", "provd.pg_mgr.read") { _ in
                .ok(Self.links([("srv.install", "/0.2/pg_mgr/install"), ("pg.plugins", "/0.2/pg_mgr/plugins")]))
            },
            APIRoute(.get, "/0.2/pg_mgr/install", "provd.pg_mgr.install.read") { _ in
                .ok(
                    Self.links([
                        ("srv.install.installed", "/0.2/pg_mgr/install/installed"),
                        ("srv.install.installable", "/0.2/pg_mgr/install/installable"),
                    ]))
            },
            APIRoute(.get, "/0.2/pg_mgr/install/installed", "provd.pg_mgr.install.installed.read") { _ in
                let locale = try await useCases.parameters.locale
                return .ok(["pkgs": .object(JSONObject(shelf.catalog.plugins.map { ($0.id.text, $0.manifest.information(locale: locale)) }))])
            },
            APIRoute(.get, "/0.2/pg_mgr/install/installable", "provd.pg_mgr.install.installable.read") { _ in .ok(["pkgs": [:]]) },
            APIRoute(.get, "/0.2/pg_mgr/plugins", "provd.pg_mgr.plugins.read") { _ in
                let members = shelf.catalog.plugins.map { plugin in
                    (plugin.id.text, Self.links([("pg.plugin", "/0.2/pg_mgr/plugins/\(plugin.id)")]))
                }
                return .ok(["plugins": .object(JSONObject(members))])
            },
            APIRoute(.get, "/0.2/pg_mgr/plugins/{plugin_id}", "provd.pg_mgr.plugins.{plugin_id}.read", exists: isLoaded) { request in
                .ok(Self.links([("pg.info", "/0.2/pg_mgr/plugins/\(request.parameter("plugin_id"))/info")]))
            },
            APIRoute(.get, "/0.2/pg_mgr/plugins/{plugin_id}/info", "provd.pg_mgr.plugins.{plugin_id}.info.read", exists: isLoaded) { request in
                guard let plugin = shelf.catalog[request.parameter("plugin_id")] else { throw APIError(.notFound, "there is no such plugin") }
                return .ok(["plugin_info": plugin.manifest.information(locale: try await useCases.parameters.locale)])
            },
        ] + refusals
    }

    /// What clients ask of plugins that provd does not do for them. They are told so, instead of that there is nothing.
    private var refusals: [APIRoute] {
        ["install/install", "install/upgrade", "install/uninstall", "install/update", "reload"].map { action in
            let permission = "provd.pg_mgr.\(action.replacing("/", with: ".")).create"
            return APIRoute(.post, "/0.2/pg_mgr/\(action)", permission) { _ in
                throw APIError(
                    .badRequest, "plugins are not changed over this API: change the plugins' directory on the server, and restart provd")
            }
        }
    }
}

extension PluginManifest {
    /// What a plugin says of itself, as wazo-provd's `plugin-info` files do.
    fileprivate func information(locale: String?) -> JSONValue {
        [
            "capabilities": .object(JSONObject(models.map { ("\(vendor), \($0.name), \($0.version ?? "*")", $0.capabilities) })),
            "description": .string(description(locale: locale) ?? ""), "version": .string(version),
        ]
    }
}

extension PhoneModel {
    /// What the model can do. What is not known is left out.
    fileprivate var capabilities: JSONValue {
        var capabilities = JSONObject()
        capabilities["type"] = (kind?.rawValue).map(JSONValue.string)
        capabilities["protocol"] = (signalling?.rawValue).map(JSONValue.string)
        capabilities["lines"] = lines.map(JSONValue.int)
        capabilities["function_keys"] = functionKeys.map(JSONValue.int)
        capabilities["expansion_modules"] = expansionModules.map(JSONValue.int)
        return .object(capabilities)
    }
}
