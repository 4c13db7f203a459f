// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import PhonePlugins
import PluginInstallation
import PluginPackages
import Provisioning

extension CurrentRoutes {
    /// Plugins, the packages that can be installed, and firmware.
    var plugins: [APIRoute] { installedPlugins + packages + firmware }

    private var installedPlugins: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/plugins", "provd.plugins.read") { _ in
                let installer = try useCases.pluginInstaller
                let newest = Dictionary(try await installer.bestOffers().map { ($0.listing.id, $0.listing.version) }) { first, _ in first }
                let locale = try await useCases.parameters.locale
                return .ok(["plugins": .array(await installer.installed().map { $0.document(newest: newest[$0.plugin.id], locale: locale) })])
            }.described(APIOperation("List the plugins that serve.", answer: "Plugins")),
            APIRoute(.post, "/1.0/plugins", "provd.plugins.create") { request in
                let wish = try PluginWish(request.body, needsID: true)
                let operation = try await useCases.pluginInstaller.begin(.install, wish.id, version: wish.version, repository: wish.repository)
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(APIOperation("Install a plugin.", body: "PluginWish", status: 201, answer: "Operation")),
            APIRoute(.get, "/1.0/plugins/{id}", "provd.plugins.{id}.read") { request in
                let document = try await Self.plugin(request.parameter("id"), useCases)
                return .ok(document, DocumentRevision(of: document))
            }.described(APIOperation("One plugin: its models, its devices, and what is wrong with it.", answer: "Plugin", revision: .shown)),
            APIRoute(.post, "/1.0/plugins/{id}/upgrade", "provd.plugins.{id}.upgrade.create") { request in
                let wish = try PluginWish(request.body, needsID: false)
                let operation = try await useCases.pluginInstaller.begin(
                    .upgrade(evenIfOlder: false), request.parameter("id"), version: wish.version, repository: wish.repository)
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(APIOperation("Install another version of a plugin: the newest, or the one that is named.", body: "VersionWish", status: 201, answer: "Operation")),
            APIRoute(.post, "/1.0/plugins/{id}/reload", "provd.plugins.{id}.reload.create") { request in
                try await useCases.pluginInstaller.reload(request.parameter("id"))
                return .noContent
            }.described(APIOperation("Load a plugin anew from the disk.", body: "Empty", status: 204)),
            APIRoute(.delete, "/1.0/plugins/{id}", "provd.plugins.{id}.delete") { request in
                let id = request.parameter("id")
                if request.namesRevision {
                    let document = try await Self.plugin(id, useCases)
                    try request.expected.check(DocumentRevision(of: document))
                }
                try await useCases.pluginInstaller.uninstall(id)
                return .noContent
            }.described(APIOperation("Uninstall a plugin; its devices keep its name.", status: 204, revision: .checked)),
        ]
    }

    private static func plugin(_ id: String, _ useCases: ManagementUseCases) async throws -> JSONValue {
        let installer = try useCases.pluginInstaller
        guard let installed = await installer.installed(id) else {
            throw APIError(.notFound, "there is no such plugin: GET /1.0/plugins lists them")
        }
        let newest = try await installer.bestOffers().first { $0.listing.id == installed.plugin.id }?.listing.version
        var document = installed.document(newest: newest, locale: try await useCases.parameters.locale).object ?? [:]
        document["devices"] = .int(try await installer.deviceCount(of: installed.plugin.id))
        document["capabilities"] = .object(installed.plugin.manifest.capabilities)
        document["problems"] = .array(installed.plugin.problems.map { .string($0.description) })
        return .object(document)
    }

    private var packages: [APIRoute] {
        let useCases = useCases
        return [
            APIRoute(.get, "/1.0/packages", "provd.packages.read") { request in
                let locale = try await useCases.parameters.locale
                let words = (request.query["search"] ?? "").lowercased().split(separator: " ")
                let offers = try await useCases.pluginInstaller.offers().filter { offer in
                    let text = offer.listing.searchText
                    return words.allSatisfy { text.contains($0) }
                }
                return .ok(["packages": .array(offers.map { $0.document(locale: locale) })])
            }.described(
                APIOperation(
                    "What the repositories offer.", answer: "Packages",
                    query: [.text("search", "words that must all stand in a package's id, manufacturer, models or descriptions")])),
            APIRoute(.post, "/1.0/packages", "provd.packages.create") { request in
                guard let file = request.file else { throw APIError(.badRequest, "send the package as the body") }
                let signatures = try request.packageSignature.map { text in
                    guard let data = Data(base64Encoded: text) else {
                        throw APIError(.badRequest, "Package-Signature is the content of the package's .sig file in base64")
                    }
                    return [UInt8](data)
                }
                let operation = try await useCases.pluginInstaller.begin(
                    package: file, signatures: signatures, allowsUnsigned: request.query["allow_unsigned"] == "true")
                return .created(operation.document, at: "/1.0/operations/\(operation.id)")
            }.described(
                APIOperation(
                    "Begin to install the package that is sent, in the place of any version of its plugin.", bodyType: "application/gzip", hasFile: true,
                    status: 201, answer: "Operation",
                    query: [.flag("allow_unsigned", "whether it is taken although nobody who is trusted has signed it")],
                    headers: [.text("Package-Signature", "the package's .sig file in base64")])),
        ]
    }

    private var firmware: [APIRoute] {
        let useCases = useCases
        let base = "/1.0/plugins/{id}/firmware", permission = "provd.plugins.{id}.firmware"
        @Sendable func begin(_ request: APIRequest, onlyIfOther: Bool) async throws -> APIResponse {
            let bundle = try Self.text("bundle", in: Self.members(of: request.body, "firmware to install", known: ["bundle"]))
            let operation = try await useCases.pluginInstaller.installFirmware(
                request.parameter("package"), of: request.parameter("id"), bundle: bundle, onlyIfOther: onlyIfOther)
            return .created(operation.document, at: "/1.0/operations/\(operation.id)")
        }
        return [
            APIRoute(.get, base, permission + ".read") { request in
                let locale = try await useCases.parameters.locale
                let states = try await useCases.pluginInstaller.firmware(of: request.parameter("id"))
                return .ok(["firmware": .array(states.map { $0.document(locale: locale) })])
            }.described(APIOperation("The firmware that a plugin knows, and what of it is here.", answer: "FirmwareList")),
            APIRoute(.post, base + "/{package}/install", permission + ".{package}.install.create") { try await begin($0, onlyIfOther: false) }
                .described(APIOperation("Fetch firmware, and offer it to phones.", body: "FirmwareWish", status: 201, answer: "Operation")),
            APIRoute(.post, base + "/{package}/upgrade", permission + ".{package}.upgrade.create") { try await begin($0, onlyIfOther: true) }
                .described(APIOperation("Fetch firmware if it is another than that which is here.", body: "FirmwareWish", status: 201, answer: "Operation")),
            APIRoute(.delete, base + "/{package}", permission + ".{package}.delete") { request in
                try await useCases.pluginInstaller.uninstallFirmware(request.parameter("package"), of: request.parameter("id"))
                return .noContent
            }.described(APIOperation("Remove firmware; phones that ask for it get none.", status: 204)),
        ]
    }
}

/// Which version of a plugin a client wants.
private struct PluginWish {
    let id: String
    let version: String?
    let repository: String?

    init(_ body: JSONValue, needsID: Bool) throws(APIError) {
        guard let object = body.object else { throw APIError(.badRequest, "the body is an object") }
        let known = (needsID ? ["id"] : []) + ["version", "repository"]
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw APIError(.badRequest, "“\(unknown)” is no member here; they are \(known.joined(separator: ", "))", field: unknown)
        }
        func text(_ name: String) throws(APIError) -> String? {
            guard let value = object[name], !value.isNull else { return nil }
            guard let text = value.string else { throw APIError(.badRequest, "\(name) is a text", field: name) }
            return text
        }
        id = try text("id") ?? ""
        guard !needsID || !id.isEmpty else { throw APIError(.badRequest, "say which plugin: GET /1.0/packages lists them", field: "id") }
        version = try text("version")
        repository = try text("repository")
    }
}

extension PluginInstaller.Installed {
    fileprivate func document(newest: String?, locale: String?) -> JSONValue {
        [
            "id": .string(plugin.id.text), "version": .string(plugin.manifest.version), "vendor": .string(plugin.manifest.vendor),
            "description": .string(plugin.manifest.description(locale: locale) ?? ""), "origin": .string(isBundled ? "bundled" : "installed"),
            "newest": newest.map(JSONValue.string) ?? .null,
        ]
    }
}

extension PackageListing {
    /// Everything by which the package is looked for, in lower case.
    fileprivate var searchText: String {
        ([id.text, vendor] + descriptions.values + capabilities.keys).joined(separator: "\n").lowercased()
    }
}

extension PluginInstaller.Offer {
    fileprivate func document(locale: String?) -> JSONValue {
        [
            "id": .string(listing.id.text), "version": .string(listing.version), "channel": .string(listing.channel.rawValue),
            "vendor": .string(listing.vendor), "description": .string(listing.description(locale: locale)), "size": .int(listing.size),
            "repository": .string(repository.name),
        ]
    }
}

extension PluginInstaller.FirmwareState {
    fileprivate func document(locale: String?) -> JSONValue {
        [
            "id": .string(id), "version": package.map { .string($0.version) } ?? .null, "installed": installed.map { .string($0.version) } ?? .null,
            "description": description(locale: locale), "models": .array((package?.models ?? []).map(JSONValue.string)),
            "devices": .int(deviceCount),
            "size": .int((package?.files ?? []).reduce(0) { $0 + $1.size }),
            "files": .array((installed?.files ?? []).map { ["path": .string($0.path), "size": .int($0.size), "sha256": .string($0.sha256)] }),
        ]
    }
}
