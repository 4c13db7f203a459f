// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import PhonePlugins
import PluginInstallation
import PluginPackages
import Provisioning

extension WazoRoutes {
    /// Plugins: which there are, and installing them.
    var plugins: [APIRoute] { pluginDescriptions + pluginInstallation + firmware }

    /// Whether the plugin of a path serves. It is asked before the token.
    var isLoaded: @Sendable ([String: String]) -> Bool {
        let shelf = useCases.plugins
        return { parameters in parameters["plugin_id"].flatMap { shelf.catalog[$0] } != nil }
    }

    private var pluginDescriptions: [APIRoute] {
        let useCases = useCases
        let shelf = useCases.plugins
        let base = "/0.2/pg_mgr/plugins/{plugin_id}", permission = "provd.pg_mgr.plugins.{plugin_id}"
        return [
            APIRoute(.get, "/0.2/pg_mgr", "provd.pg_mgr.read") { _ in
                .ok(
                    Self.links([
                        ("srv.install", "/0.2/pg_mgr/install"), ("pg.plugins", "/0.2/pg_mgr/plugins"), ("pg.reload", "/0.2/pg_mgr/reload"),
                    ]))
            },
            APIRoute(.get, "/0.2/pg_mgr/plugins", "provd.pg_mgr.plugins.read") { _ in
                let members = shelf.catalog.plugins.map { plugin in
                    (plugin.id.text, Self.links([("pg.plugin", "/0.2/pg_mgr/plugins/\(plugin.id)")]))
                }
                return .ok(["plugins": .object(JSONObject(members))])
            },
            APIRoute(.get, base, permission + ".read", exists: isLoaded) { request in
                let path = "/0.2/pg_mgr/plugins/\(request.parameter("plugin_id"))"
                return .ok(Self.links([("pg.info", path + "/info"), ("srv.install", path + "/install")]))
            },
            APIRoute(.get, base + "/info", permission + ".info.read", exists: isLoaded) { request in
                guard let plugin = shelf.catalog[request.parameter("plugin_id")] else { throw APIError(.notFound, "there is no such plugin") }
                return .ok(["plugin_info": plugin.manifest.information(locale: try await useCases.parameters.locale)])
            },
        ]
    }

    private var pluginInstallation: [APIRoute] {
        let useCases = useCases
        let shelf = useCases.plugins
        let base = "/0.2/pg_mgr/install", permission = "provd.pg_mgr.install"
        return [
            APIRoute(.get, base, permission + ".read") { _ in
                let names = ["install", "uninstall", "installed", "installable", "upgrade", "update"]
                return .ok(Self.links(names.map { ("srv.install.\($0)", "\(base)/\($0)") }))
            },
            APIRoute(.get, base + "/installed", permission + ".installed.read") { _ in
                let locale = try await useCases.parameters.locale
                return .ok(["pkgs": .object(JSONObject(shelf.catalog.plugins.map { ($0.id.text, $0.manifest.information(locale: locale)) }))])
            },
            APIRoute(.get, base + "/installable", permission + ".installable.read") { _ in
                let locale = try await useCases.parameters.locale
                let offers = try await useCases.installer?.bestOffers() ?? []
                return .ok(["pkgs": .object(JSONObject(offers.map { ($0.listing.id.text, $0.listing.information(locale: locale)) }))])
            },
            APIRoute(.post, base + "/install", permission + ".install.create") { request in
                let id = try Self.id(in: request.body)
                let operation = try await Self.asBadRequest { try await useCases.pluginInstaller.begin(.install, id) }
                return .created(nil, at: "\(base)/install/\(operation.id)")
            },
            APIRoute(.post, base + "/upgrade", permission + ".upgrade.create") { request in
                let id = try Self.id(in: request.body)
                // Its clients expect the version that is offered, be it the same.
                let operation = try await Self.asBadRequest { try await useCases.pluginInstaller.begin(.upgrade(evenIfOlder: true), id) }
                return .created(nil, at: "\(base)/upgrade/\(operation.id)")
            },
            APIRoute(.post, base + "/uninstall", permission + ".uninstall.create") { request in
                let id = try Self.id(in: request.body)
                try await Self.asBadRequest { try await useCases.pluginInstaller.uninstall(id) }
                return .noContent
            },
            APIRoute(.post, base + "/update", permission + ".update.create") { _ in
                let operation: Operations.Operation
                do {
                    operation = try await useCases.pluginInstaller.update()
                } catch let error as PackageError {
                    // Clients expect 500 here alone.
                    throw APIError(.internalServerError, error.description)
                }
                return .created(nil, at: "\(base)/update/\(operation.id)")
            },
            APIRoute(.post, "/0.2/pg_mgr/reload", "provd.pg_mgr.reload.create") { request in
                let id = try Self.id(in: request.body)
                try await Self.asBadRequest { try await useCases.pluginInstaller.reload(id) }
                return .noContent
            },
        ] + operationRoutes(base + "/install", of: ["plugin-install"]) + operationRoutes(base + "/upgrade", of: ["plugin-install"])
            + operationRoutes(base + "/update", of: ["repository-update"])
    }

    private var firmware: [APIRoute] {
        let useCases = useCases
        let base = "/0.2/pg_mgr/plugins/{plugin_id}/install", permission = "provd.pg_mgr.plugins.{plugin_id}.install"
        return [
            APIRoute(.get, base, permission + ".read", exists: isLoaded) { request in
                let path = "/0.2/pg_mgr/plugins/\(request.parameter("plugin_id"))/install"
                return .ok(Self.links(["install", "uninstall", "installed", "installable"].map { ("srv.install.\($0)", "\(path)/\($0)") }))
            },
            APIRoute(.get, base + "/installed", permission + ".installed.read", exists: isLoaded) { request in
                let locale = try await useCases.parameters.locale
                let packages = try await useCases.pluginInstaller.firmware(of: request.parameter("plugin_id")).compactMap { state in
                    state.installed.map { (state.id, ["version": .string($0.version), "description": state.description(locale: locale)] as JSONValue) }
                }
                return .ok(["pkgs": .object(JSONObject(packages))])
            },
            APIRoute(.get, base + "/installable", permission + ".installable.read", exists: isLoaded) { request in
                let locale = try await useCases.parameters.locale
                let packages = try await useCases.pluginInstaller.firmware(of: request.parameter("plugin_id")).compactMap { state in
                    state.package.map { package in
                        (
                            state.id,
                            [
                                "version": .string(package.version), "description": state.description(locale: locale),
                                "dsize": .int(package.files.reduce(0) { $0 + $1.size }),
                            ] as JSONValue
                        )
                    }
                }
                return .ok(["pkgs": .object(JSONObject(packages))])
            },
            APIRoute(.post, base + "/install", permission + ".install.create", exists: isLoaded) { request in
                let plugin = request.parameter("plugin_id"), id = try Self.id(in: request.body)
                let operation = try await Self.asBadRequest { try await useCases.pluginInstaller.installFirmware(id, of: plugin) }
                return .created(nil, at: "/0.2/pg_mgr/plugins/\(plugin)/install/install/\(operation.id)")
            },
            APIRoute(.post, base + "/uninstall", permission + ".uninstall.create", exists: isLoaded) { request in
                let plugin = request.parameter("plugin_id"), id = try Self.id(in: request.body)
                try await Self.asBadRequest { try await useCases.pluginInstaller.uninstallFirmware(id, of: plugin) }
                return .noContent
            },
        ] + operationRoutes(base + "/install", of: ["firmware-install"])
    }

    /// Looking at an operation and forgetting it. An operation of another kind is not there.
    private func operationRoutes(_ path: String, of kinds: Set<String>) -> [APIRoute] {
        let useCases = useCases
        @Sendable func find(_ request: APIRequest) async throws -> Operations.Operation {
            guard let operation = try await useCases.operation(Int(request.parameter("operation_id")), request), kinds.contains(operation.kind) else {
                throw APIError(.notFound, "there is no such operation")
            }
            return operation
        }
        return [
            APIRoute(.get, path + "/{operation_id}", "provd.operation.read") { request in
                .ok(["status": .string(try await find(request).progress.wazoText)])
            },
            APIRoute(.delete, path + "/{operation_id}", "provd.operation.delete") { request in
                _ = await useCases.operations.forget(try await find(request).id)
                return .noContent
            },
        ]
    }

    /// Clients expect 400 for whatever is wrong with a plugin or package.
    private static func asBadRequest<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PackageError {
            throw APIError(.badRequest, error.description)
        }
    }
}

extension ManagementUseCases {
    /// The installer.
    ///
    /// - Throws: `APIError` if this provd installs nothing.
    var pluginInstaller: PluginInstaller {
        get throws {
            guard let installer else { throw APIError(.serviceUnavailable, "this provd does not install plugins: it was started without a place for them") }
            return installer
        }
    }
}

extension PluginManifest {
    /// What a plugin says of itself, as wazo-provd's `plugin-info` files do.
    func information(locale: String?) -> JSONValue {
        ["capabilities": .object(capabilities), "description": .string(description(locale: locale) ?? ""), "version": .string(version)]
    }
}

extension PackageListing {
    /// The package as wazo-provd's clients see what can be installed.
    fileprivate func information(locale: String?) -> JSONValue {
        [
            "capabilities": .object(capabilities), "description": .string(description(locale: locale)), "dsize": .int(size),
            "sha256sum": .string(sha256), "version": .string(version),
        ]
    }
}

extension PluginInstaller.FirmwareState {
    /// The description in a language, or in English, or nothing.
    func description(locale: String?) -> JSONValue {
        let texts = package?.descriptions ?? [:]
        return .string(locale.flatMap { texts[$0] ?? texts[String($0.prefix(2))] } ?? texts["en"] ?? texts.sorted { $0.key < $1.key }.first?.value ?? "")
    }
}
