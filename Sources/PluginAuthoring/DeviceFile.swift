// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText
import NetTypes
public import PhonePlugins

/// A file of a plugin as a device would get it, from documents on disk and without a server.
public struct DeviceFile: Sendable {
    /// The longest document that is read, in bytes.
    private static let maximumDocumentBytes = 8 << 20
    /// The server's address for documents that name none (RFC 5737).
    private static let server = "192.0.2.1"

    private let plugin: Plugin
    private let device: JSONObject
    private let rawConfig: JSONObject
    private let request: RenderContext.Request

    /// Describes a file.
    ///
    /// - Parameters:
    ///   - path: The path that the phone asks for.
    ///   - device: The device document: at least `mac` and `model`.
    ///   - config: The raw configuration, or a config document that has one under `raw_config`.
    public init(
        plugin: Plugin, path: String, device: JSONObject, config: JSONObject, protocol: PhoneProtocol = .http, server: String? = nil,
        userAgent: String? = nil
    ) {
        self.plugin = plugin
        self.device = device
        var raw = config["raw_config"]?.object ?? config
        let server = server ?? Self.server
        if raw["http_base_url"] == nil { raw["http_base_url"] = .string("http://\(server):8667") }
        rawConfig = raw
        request = RenderContext.Request(protocol: `protocol`, server: server, path: path.hasPrefix("/") ? path : "/" + path, userAgent: userAgent)
    }

    /// Reads a JSON object from a file.
    public static func document(_ path: String) throws(AuthoringError) -> JSONObject {
        let bytes = try TextFile.bytes(path, limit: maximumDocumentBytes)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw AuthoringError("\(path) is not JSON: \(error)")
        }
        guard let object = value.object else { throw AuthoringError("\(path) is no JSON object: write {\"name\": value, …}") }
        return object
    }

    /// The file's bytes.
    ///
    /// - Throws: ``AuthoringError`` that says why the phone would get no file.
    public func bytes() throws(AuthoringError) -> [UInt8] {
        let match = try match()
        switch match.content {
        case .file(let file): return try TextFile.bytes(file.path, limit: 1 << 30)
        case .template:
            do {
                return try plugin.render(match, context: context).bytes
            } catch {
                throw AuthoringError(error.description, at: .init(file: error.template, line: error.line, column: error.column))
            }
        }
    }

    /// What the file's template sees.
    public func variables() throws(AuthoringError) -> JSONValue { plugin.templateVariables(try match(), context: context) }

    private var context: RenderContext {
        let zones = AuthoringTimeZones()
        return RenderContext(device: device, rawConfig: rawConfig, request: request) { zones.zone(named: $0) }
    }

    private func match() throws(AuthoringError) -> FileMatch {
        let mac = device["mac"]?.string.flatMap { MACAddress($0) }
        if let match = plugin.file(forPath: request.path, protocol: request.protocol, mac: mac) { return match }
        let paths = plugin.manifest.files.map(\.path.text).joined(separator: ", ")
        throw AuthoringError(
            "\(plugin.id) serves no “\(request.path)” to this device by \(request.protocol.rawValue): it serves \(paths); an address in the path must be the device's \(mac?.description ?? "mac, which the document lacks")")
    }
}
