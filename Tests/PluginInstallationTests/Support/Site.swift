// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import Logging
import NIOCore
import PhonePlugins
import PluginPackages
import ProvModel
import Provisioning

@testable import PluginInstallation

/// An appliance with a state directory, an installer whose operations run, and a repository to install from.
final class Site: Sendable {
    let path: String
    let appliance: Appliance
    let operations = Operations()
    let installer: PluginInstaller
    let key = SigningKey()

    init() async throws {
        path = URL(filePath: FileManager.default.temporaryDirectory.path).resolvingSymlinksInPath().appending(path: "provd-site-\(UUID().uuidString)").path
        let directories = PluginDirectories(bundled: path + "/bundled", state: path + "/state")
        for directory in ["bundled", "state", "repo"] {
            try FileManager.default.createDirectory(atPath: path + "/" + directory, withIntermediateDirectories: true)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let surroundings = PluginSurroundings(downloads: FirmwareDepot.downloads(in: directories.firmware))
        appliance = Appliance(
            store: try SQLiteStore.inMemory(), plugins: PluginShelf(.empty),
            settings: ProvisioningSettings(advertisedHost: "192.0.2.1", httpPort: 8667, tftpPort: 69, sipPort: 5060), logger: logger, securityLog: logger,
            now: { 1_800_000_000 })
        installer = try PluginInstaller(appliance, operations: operations, directories: directories, surroundings: surroundings, downloads: .patient)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    // MARK: Files

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// Writes the sources of a small plugin, and returns their directory.
    func source(_ version: String, id: String = "acme-2", firmware: String = "") throws -> String {
        let directory = "sources/\(id)-\(version)"
        try write(
            directory + "/plugin.yml",
            Array(
                """
                id: \(id)
                version: \(version)
                vendor: Acme
                description: {en: Acme phones}
                models: {A10: {version: "2.4", lines: 2}}
                files:
                  - {path: "/version.txt", template: version.txt.j2, format: none}
                  - {path: "/firmware/{path}", directory: firmware}
                \(firmware)
                """.utf8))
        try write(directory + "/templates/version.txt.j2", Array(version.utf8))
        return path + "/" + directory
    }

    /// Puts a package into the repository; its index must be published afterwards.
    func offer(_ version: String, id: String = "acme-2", firmware: String = "", in channel: String = "") throws {
        let packed = try PluginPackage.pack(try source(version, id: id, firmware: firmware))
        try write("repo/\(channel)\(packed.name)", packed.bytes)
    }

    /// Writes and signs the index of the repository.
    @discardableResult
    func publish(expires: String? = nil, signed: Bool = true) throws -> RepositoryIndex {
        let index = try RepositoryDirectory(path + "/repo").writeIndex(name: "example", expires: expires.flatMap(CalendarDay.init)).index
        if signed { try RepositoryDirectory.sign(path + "/repo/index.json", as: .index, with: key) }
        return index
    }

    /// Lets a server offer everything in the repository.
    func serve(_ server: FileServer) throws {
        for case let name as String in FileManager.default.enumerator(atPath: path + "/repo") ?? .init() {
            guard let data = FileManager.default.contents(atPath: path + "/repo/" + name) else { continue }
            server.set("/" + name, .file([UInt8](data), tag: "\"\(data.count)\""))
        }
    }

    /// Adds the repository as a directory.
    func addRepository(_ url: String? = nil, channel: PackageChannel = .stable) async throws {
        try await installer.add(try Repository(name: "example", url: url ?? path + "/repo", keys: [key.verifyingKey], channel: channel))
    }

    // MARK: Operations

    /// Does something while operations run, and stops them then.
    func running<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [operations] in await operations.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Waits until an operation has ended.
    func ended(_ operation: Operations.Operation) async throws -> Operations.Operation {
        while true {
            guard let now = await operations.operation(operation.id) else { return operation }
            if now.state.isFinal { return now }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func update() async throws -> Operations.Operation { try await ended(try await installer.update()) }

    func install(_ id: String = "acme-2", version: String? = nil) async throws -> Operations.Operation {
        try await ended(try await installer.begin(.install, id, version: version))
    }

    func upgrade(_ id: String = "acme-2", version: String? = nil) async throws -> Operations.Operation {
        try await ended(try await installer.begin(.upgrade(evenIfOlder: false), id, version: version))
    }

    /// The version that serves.
    func version(_ id: String = "acme-2") -> String? { appliance.plugins.catalog[id]?.manifest.version }

    // MARK: Devices

    /// Adds a device with a plugin and a config.
    func addDevice(_ id: String, plugin: String) async throws {
        _ = try await appliance.store.transaction { transaction in
            if try transaction.config(ConfigID(stored: "c")) == nil {
                try transaction.save(Config(id: ConfigID(stored: "c"), document: ["id": "c", "raw_config": [:], "parent_ids": []]))
            }
            try transaction.save(Device(id: DeviceID(stored: id), document: ["id": .string(id), "plugin": .string(plugin), "config": "c"]))
        }
    }

    func isConfigured(_ id: String) async throws -> Bool? { try await appliance.store.device(DeviceID(stored: id))?.isConfigured }

    func plugin(of id: String) async throws -> String? { try await appliance.store.device(DeviceID(stored: id))?.plugin }
}

extension DownloadSettings {
    /// Only who waits for a server that hangs shall wait; slow machines have time.
    static var patient: Self {
        var settings = Self()
        settings.idleTimeout = .seconds(120)
        return settings
    }
}
