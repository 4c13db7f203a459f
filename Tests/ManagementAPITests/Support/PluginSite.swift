// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import JSONText
import PluginPackages
import Provisioning
import Testing

@testable import ManagementAPI

/// A state directory, a signed repository with a plugin and its firmware, and an API over both.
final class PluginSite: Sendable {
    let path: String
    let client: APIClient
    let key = SigningKey()
    private let firmware = [UInt8](repeating: 5, count: 3_000)

    init() async throws {
        path = URL(filePath: FileManager.default.temporaryDirectory.path).resolvingSymlinksInPath().appending(path: "provd-api-\(UUID().uuidString)").path
        for name in ["bundled", "repo/firmware"] {
            try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
        }
        client = try await APIClient(state: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func publish(_ version: String) throws {
        let source = path + "/source-" + version
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        let manifest = """
            id: acme-2
            version: \(version)
            vendor: Acme
            description: {en: Acme phones, fr: Téléphones Acme}
            models: {A10: {version: "2.4", lines: 2}}
            files: [{path: "/firmware/{path}", directory: firmware}]
            firmware_packages:
              - id: a10-fw
                version: "2.4"
                description: Firmware of the A10
                models: [A10]
                files: [{name: a10.rom, size: \(firmware.count), sha256: \(BoundedFile.sha256(of: firmware))}]
                place: [{members: ["*.rom"], to: firmware/}]
            """
        try Data(manifest.utf8).write(to: URL(filePath: source + "/plugin.yml"))
        let packed = try PluginPackage.pack(source)
        try Data(packed.bytes).write(to: URL(filePath: path + "/repo/" + packed.name))
        try Data(firmware).write(to: URL(filePath: path + "/repo/firmware/a10.rom"))
        _ = try RepositoryDirectory(path + "/repo").writeIndex(name: "example", expires: nil)
        try RepositoryDirectory.sign(path + "/repo/index.json", as: .index, with: key)
    }

    func addRepository() async throws -> Answer {
        try await client.post(
            "/1.0/repositories", ["name": "example", "url": .string(path + "/repo"), "keys": [.string(key.verifyingKey.description)]])
    }

    /// Waits until an operation of `/0.2` has ended, and gives its last status.
    func ended(_ location: String?) async throws -> String {
        let location = try #require(location)
        while true {
            let status = try #require(try await client.get(location).json["status"]?.string)
            // The state of the whole stands behind the first label; parts have their own.
            let state = status.split(separator: "|").dropFirst().first ?? ""
            if state.hasPrefix("success") || state.hasPrefix("fail") { return status }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits until an operation of `/1.0` has ended, and gives its last document.
    func finished(_ begun: Answer) async throws -> JSONValue {
        let location = try #require(begun.headers[.location], "\(begun.status) \(begun.text)")
        while true {
            let operation = try await client.get(location).json
            if let state = operation["state"]?.string, state != "waiting", state != "progress" { return operation }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func running(_ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in await client.operations.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }
}
