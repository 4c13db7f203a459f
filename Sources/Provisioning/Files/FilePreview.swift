// SPDX-License-Identifier: GPL-3.0-or-later

import Crypto
public import JSONText
public import NetTypes
import PhonePlugins
public import ProvModel

/// Shows an administrator a device's parameters and files as provd has them, with secrets masked.
public struct FilePreview: Sendable {
    private let appliance: Appliance

    /// Makes the use case.
    public init(_ appliance: Appliance) { self.appliance = appliance }

    /// A device's effective parameters, and which document each comes from.
    public struct EffectiveConfig: Sendable, Equatable {
        /// The parameters, with secrets masked.
        public var rawConfig: JSONObject
        /// The config document of each parameter, by its path with dots; `settings` for what the daemon's configuration gives.
        public var provenance: JSONObject
    }

    /// A file that a device's plugin has for it.
    public struct File: Sendable, Equatable {
        /// Its path, with the device's hardware address filled in.
        public var path: String
        /// How it is served: `http`, `tftp`.
        public var protocols: [String]
        /// Whether it is made of a template.
        public var isTemplate: Bool
        /// Whether it holds credentials.
        public var isSensitive: Bool
        /// Whether fetching it proves that the phone holds its configuration.
        public var isTrigger: Bool
    }

    /// What a path of a device's plugin gives.
    public enum Content: Sendable, Equatable {
        /// What is made of a template, with secrets masked.
        ///
        /// - `digest`: The SHA-256 of what the device is given, secrets and all, as its timeline has it.
        case rendered([UInt8], mediaType: String, digest: String, isTrigger: Bool)
        /// A file that is served as it is.
        case stored(size: Int, mediaType: String)
        /// Nothing: the plugin has no such file.
        case nothing
        /// Nothing, because the template fails.
        case failed(String)
    }

    /// The effective parameters of a device, or `nil` if it has no config.
    public func effectiveConfig(of device: Device) async throws -> EffectiveConfig? {
        guard let id = device.config else { return nil }
        let tree = try await ConfigTree(root: id, in: appliance.store)
        guard let rawConfig = tree.flattened(id, base: appliance.settings.baseRawConfig),
            let provenance = tree.provenance(id, base: appliance.settings.baseRawConfig)
        else { return nil }
        return EffectiveConfig(rawConfig: SecretMask.mask(.object(rawConfig)).object ?? [:], provenance: provenance)
    }

    /// The files that a device may ask for, in the order of its plugin's list. Rules whose path does not follow from the
    /// device are shown with their placeholders.
    public func files(of device: Device) -> [File] {
        guard let plugin = device.plugin.flatMap({ appliance.plugins.catalog[$0] }) else { return [] }
        var captures: [String: String] = [:]
        captures["model"] = device.model
        captures["serial"] = device.serialNumber
        return plugin.manifest.files.map { rule in
            let isTemplate = if case .template = rule.source { true } else { false }
            return File(
                path: Self.path(of: rule, device.mac, captures) ?? rule.path.text, protocols: rule.protocols.map(\.rawValue).sorted(),
                isTemplate: isTemplate, isSensitive: rule.isSensitive, isTrigger: rule.isTrigger)
        }
    }

    /// The path of a rule with what is known of the device, in the form of the hardware address that the rule wants.
    private static func path(of rule: FileRule, _ mac: MACAddress?, _ captures: [String: String]) -> String? {
        let full = mac?.description ?? "", compact = full.replacing(":", with: "")
        for form in [compact, compact.uppercased(), full, full.replacing(":", with: "-")] {
            let known = form.isEmpty ? captures : captures.merging(["mac": form]) { $1 }
            if let path = rule.path.filled(with: known), rule.path.match(path) != nil { return path }
        }
        return nil
    }

    /// What a device is given for a path, whoever asks.
    ///
    /// - Parameters:
    ///   - transport: How the device asks; if that is not known, HTTP is tried first.
    ///   - server: The address of this appliance that the device asks, if it is known.
    public func content(
        ofPath path: String, for device: Device, by transport: PhoneFileRequest.Transport? = nil, at server: IPAddress? = nil
    ) async throws -> Content {
        guard let plugin = device.plugin.flatMap({ appliance.plugins.catalog[$0] }) else { return .nothing }
        let transports = transport.map { [$0] } ?? [.http, .tftp]
        let found = transports.lazy.compactMap { transport in
            plugin.file(forPath: path, protocol: transport.asPluginsSeeIt, mac: device.mac).map { (transport, $0) }
        }.first
        guard let (transport, match) = found else { return .nothing }
        switch match.content {
        case .file(let file): return .stored(size: Int(file.size), mediaType: match.mediaType)
        case .template: break
        }
        guard let id = device.config else { return .nothing }
        let tree = try await ConfigTree(root: id, in: appliance.store)
        guard let rawConfig = tree.flattened(id, base: appliance.settings.baseRawConfig) else { return .nothing }
        let urlKey = try await appliance.urlKey(of: device)
        let timeZones = appliance.timeZones, year = appliance.year
        func render(_ rawConfig: JSONObject, urlKey: String?) throws(PluginRenderError) -> RenderedFile {
            let address = appliance.settings.server(asUsedBy: transport, at: server, urlKey: urlKey)
            return try plugin.render(
                match,
                context: RenderContext(
                    device: device.fullDocument, rawConfig: rawConfig, request: .init(protocol: transport.asPluginsSeeIt, server: address, path: path),
                    timeZone: { timeZones.zone(named: $0, year: year) }))
        }
        do throws(PluginRenderError) {
            let shownKey = urlKey.map { _ in SecretMask.text }
            let wanted = try render(rawConfig.with(urlKey: urlKey), urlKey: urlKey)
            let shown = try render(SecretMask.mask(rawConfig).with(urlKey: shownKey), urlKey: shownKey)
            return .rendered(
                shown.bytes, mediaType: shown.contentType, digest: SHA256.hash(data: wanted.bytes).hexadecimal, isTrigger: match.isTrigger)
        } catch {
            return .failed("\(error)")
        }
    }
}

extension ConfigTree {
    /// Which config each effective parameter comes from, by the same rules as ``flattened(_:base:)``.
    func provenance(_ id: ConfigID, base: JSONObject) -> JSONObject? {
        guard let layers = layers(of: id) else { return nil }
        var marked = Self.marked(base, "settings")
        for config in layers { marked = marked.merged(with: Self.marked(config.rawConfig, config.id.description)) }
        var flat = JSONObject()
        Self.flatten(marked, prefix: "", into: &flat)
        return flat
    }

    /// The object with the name of its document in place of each value.
    private static func marked(_ object: JSONObject, _ name: String) -> JSONObject {
        JSONObject(object.map { key, value in (key, value.object.map { .object(marked($0, name)) } ?? .string(name)) })
    }

    private static func flatten(_ object: JSONObject, prefix: String, into flat: inout JSONObject) {
        for (key, value) in object {
            if let inner = value.object { flatten(inner, prefix: prefix + key + ".", into: &flat) } else { flat[prefix + key] = value }
        }
    }
}
