// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import JSONText
import Logging
import NetTypes
import PhonePlugins
import PluginInstallation
import PluginPackages
import ProvModel
import Provisioning
import Synchronization

/// Upgrades a plugin ten times while its devices fetch their files, and prints how long that takes and how long they wait.
@main
struct PluginUpgradeBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]) else { return print("usage: PluginUpgradeBenchmark PLUGIN-DIRECTORY DEVICES") }
        let path = FileManager.default.temporaryDirectory.appending(path: "provd-upgrade-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = try await Bench(path: path, source: arguments[1], devices: count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await bench.operations.run() }
            group.addTask { await bench.appliance.journal.run() }
            try await bench.run()
            group.cancelAll()
        }
    }
}

/// An appliance with devices of one plugin, and a repository with two versions of it.
private struct Bench: Sendable {
    let appliance: Appliance
    let operations = Operations()
    let installer: PluginInstaller
    private let files: PhoneFiles
    private let id: String
    private let versions: [String]
    private let devices: Int

    init(path: String, source: String, devices: Int) async throws {
        for directory in ["bundled", "state", "repo"] {
            try FileManager.default.createDirectory(atPath: path + "/" + directory, withIntermediateDirectories: true)
        }
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        appliance = Appliance(
            store: try SQLiteStore(path: path + "/state/provd.db"), plugins: PluginShelf(.empty),
            settings: ProvisioningSettings(advertisedHost: "192.0.2.1", httpPort: 8667, tftpPort: 69, sipPort: 5060, fileAccess: .open), logger: logger,
            securityLog: logger)
        let tenant = try await FirstStart.prepare(appliance.store, now: appliance.now())
        files = PhoneFiles(appliance, registry: DeviceRegistry(appliance, tenant: tenant), firstStart: appliance.now())
        let directories = PluginDirectories(bundled: path + "/bundled", state: path + "/state")
        installer = try PluginInstaller(appliance, operations: operations, directories: directories, surroundings: PluginSurroundings())
        self.devices = devices

        let packed = try PluginPackage.pack(source)
        id = packed.manifest.id.text
        versions = [packed.manifest.version, packed.manifest.version + ".1"]
        try Data(packed.bytes).write(to: URL(filePath: path + "/repo/" + packed.name))
        // The next version is the same but for its number.
        let copy = path + "/next"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        _ = try PluginPackage.unpack(path + "/repo/" + packed.name, into: copy)
        let manifest = try String(contentsOfFile: copy + "/plugin.yml", encoding: .utf8)
        let lines = manifest.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix("version:") ? "version: \(packed.manifest.version).1" : String($0) }
        try lines.joined(separator: "\n").write(toFile: copy + "/plugin.yml", atomically: true, encoding: .utf8)
        let next = try PluginPackage.pack(copy)
        try Data(next.bytes).write(to: URL(filePath: path + "/repo/" + next.name))
        _ = try RepositoryDirectory(path + "/repo").writeIndex(name: "benchmark", expires: nil)
        try await installer.add(try Repository(name: "benchmark", url: path + "/repo", keys: [], allowsUnsigned: true))
        try await addDevices(count: devices, tenant: tenant)
    }

    private func addDevices(count: Int, tenant: TenantID) async throws {
        let plugin = id
        for start in stride(from: 0, to: count, by: 1_000) {
            _ = try await appliance.store.transaction { transaction in
                for number in start..<min(start + 1_000, count) {
                    let document: JSONObject = [
                        "id": .string("d\(number)"), "mac": .string(Self.mac(number)), "ip": .string(Self.address(number)), "plugin": .string(plugin),
                        "vendor": "Yealink", "model": "T46S", "version": "66.86.0.15", "config": "autoprov", "configured": true,
                    ]
                    var device = Device(id: DeviceID(stored: "d\(number)"), document: document)
                    device.tenant = tenant
                    try transaction.save(device)
                }
            }
        }
    }

    private static func mac(_ number: Int) -> String {
        "00:15:65:" + [16, 8, 0].map { String(format: "%02x", (number >> $0) & 255) }.joined(separator: ":")
    }

    private static func address(_ number: Int) -> String { "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)" }

    func run() async throws {
        _ = try await ended(try await installer.update())
        let first = try await timed { try await installer.begin(.install, id, version: versions[0]) }
        print("\(devices) devices of \(id): installed in \(first)")
        print("requests while nothing changes: \(try await fetching { try await Task.sleep(for: .seconds(3)) })")
        for round in 1...10 {
            var took = Duration.zero
            let waits = try await fetching {
                took = try await timed { try await installer.begin(.upgrade(evenIfOlder: true), id, version: versions[round % 2]) }
                try await Task.sleep(for: .seconds(1))
            }
            print("upgrade \(round): \(took); requests meanwhile and a second after it: \(waits)")
        }
    }

    private func ended(_ operation: Operations.Operation) async throws -> Operations.Operation {
        while let now = await operations.operation(operation.id), !now.state.isFinal { try await Task.sleep(for: .milliseconds(1)) }
        let last = await operations.operation(operation.id) ?? operation
        if last.state != .success { print("failed: \(last.reason ?? "?")") }
        return last
    }

    private func timed(_ begin: () async throws -> Operations.Operation) async throws -> Duration {
        let start = ContinuousClock.now
        _ = try await ended(try await begin())
        return ContinuousClock.now - start
    }

    /// Lets devices fetch their files during something, and says how long they waited.
    private func fetching(_ body: () async throws -> Void) async throws -> String {
        let isDone = Flag()
        return try await withThrowingTaskGroup(of: (waits: [Duration], refused: Int).self) { group in
            for client in 0..<2 {
                group.addTask { [files, devices] in
                    var waits: [Duration] = [], refused = 0, number = client
                    while !isDone.isSet {
                        number = (number + 7_919) % devices
                        let path = "/\(Self.mac(number).replacing(":", with: "")).cfg"
                        guard let asker = IPAddress(Self.address(number)),
                            let request = PhoneFileRequest(transport: .http, path: path, userAgent: "Yealink SIP-T46S 66.86.0.15 \(Self.mac(number))", asker: asker)
                        else { break }
                        let start = ContinuousClock.now
                        if case .content = await files.answer(request) {} else { refused += 1 }
                        waits.append(ContinuousClock.now - start)
                    }
                    return (waits, refused)
                }
            }
            try await body()
            isDone.set()
            var waits: [Duration] = [], refused = 0
            for try await part in group {
                waits += part.waits
                refused += part.refused
            }
            waits.sort()
            guard let longest = waits.last else { return "none" }
            return "\(waits.count), median \(waits[waits.count / 2]), longest \(longest), without a file \(refused)"
        }
    }
}

/// Tells tasks to end.
private final class Flag: Sendable {
    private let flag = Mutex(false)

    var isSet: Bool { flag.withLock { $0 } }
    func set() { flag.withLock { $0 = true } }
}
