// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NetTypes
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization
import Testing

@testable import PhoneHTTP

/// The door for phones over an appliance in memory, without a socket, and with the plugin of a manufacturer that does not exist.
final class PhoneServer {
    static let firmware = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    static let mac = "02aabbccddee"

    let appliance: Appliance
    let uploads: UploadShelf
    private let responder: PhoneHTTPResponder
    private let folder: URL

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "provd-http-\(UUID().uuidString)")
        let plugin = folder.appending(path: "plugins/acme")
        for name in ["templates", "files"] {
            try FileManager.default.createDirectory(at: plugin.appending(path: name), withIntermediateDirectories: true)
        }
        try Data(Self.manifest.utf8).write(to: plugin.appending(path: "plugin.yml"))
        try Data("# {{ device.mac }}\nname = {{ raw_config.name }}\n".utf8).write(to: plugin.appending(path: "templates/device.cfg.j2"))
        try Data(Self.firmware).write(to: plugin.appending(path: "files/one.rom"))
        try Data().write(to: plugin.appending(path: "files/empty.rom"))
        let (catalog, problems) = PluginCatalog.load(directory: folder.appending(path: "plugins").path)
        try #require(problems.isEmpty, "\(problems)")

        let store = try SQLiteStore.inMemory()
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        appliance = Appliance(
            store: store, plugins: PluginShelf(catalog),
            settings: ProvisioningSettings(advertisedHost: "192.0.2.1", httpPort: 8667, tftpPort: 69, sipPort: 5060, fileAccess: .bound),
            logger: silent, securityLog: silent, now: { 1_000_000 })
        let tenant = try await FirstStart.prepare(store, now: 1_000_000)
        let registry = DeviceRegistry(appliance, tenant: tenant)
        uploads = UploadShelf(directory: folder.appending(path: "uploads").path)
        responder = PhoneHTTPResponder(
            files: PhoneFiles(appliance, registry: registry, firstStart: 1_000_000),
            uploads: PhoneUploads(appliance, registry: registry, shelf: uploads), trustedProxies: 1)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// What the server answered.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]
        /// What the header of the response says of its body's length.
        let length: Int?
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: [UInt8] = [], from address: String = "192.0.2.77"
    ) async throws -> Answer {
        var headers = headers
        headers[.userAgent] = "Acme One 1.2.3 02:aa:bb:cc:dd:ee"
        headers[try #require(HTTPField.Name("X-Forwarded-For"))] = address
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger[metadataKey: "hb.request.id"] = "test"
        let context = PhoneRequestContext(source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
        let response = try await responder.respond(to: request, context: context)
        let writer = BodyCollector()
        try await response.body.write(writer)
        return Answer(
            status: response.status.code, headers: response.headers, bytes: writer.bytes,
            length: response.headers[.contentLength].flatMap { Int($0) } ?? response.body.contentLength)
    }

    /// The device that the requests come from.
    func device() async throws -> Device {
        let mac = try #require(MACAddress(Self.mac))
        return try #require(try await appliance.store.devices(where: .mac(mac)).first)
    }

    func timeline() async throws -> [String] {
        await appliance.journal.flush()
        return try await appliance.store.timeline(of: nil, after: 0, limit: 1_000).map(\.text)
    }

    private static let manifest = """
        id: acme-1
        version: 1.0.0
        vendor: Acme
        description: {en: Acme phones, fr: Téléphones Acme}
        models:
          One: {lines: 2}
        patterns:
          http:
            - user_agent: "Acme {model} {version} {mac}"
              claims: {vendor: Acme}
              samples: [{text: "Acme One 1.2.3 02:aa:bb:cc:dd:ee", gives: {vendor: Acme, model: One, version: 1.2.3, mac: "02:aa:bb:cc:dd:ee"}}]
        support:
          - {model: listed, level: complete}
        files:
          - {path: "/{mac:lower}.cfg", template: device.cfg.j2, media_type: text/plain, format: key-value, scope: device}
          - {path: "/one.rom", static: one.rom}
          - {path: "/empty.rom", static: empty.rom}
          - {path: "/{mac:lower}.properties", template: device.cfg.j2, media_type: text/plain, format: key-value, scope: device, post: true}
        uploads:
          - {path: "/{mac:lower}-app.log", methods: [put], maximum_size: 1000}
        """
}

/// Collects a response's body.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { $0.append(contentsOf: buffer.readableBytesView) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
