// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
import Glibc
import PhonePlugins
import ProvModel
import Provisioning
import Synchronization
import Testing

@testable import PluginInstallation
@testable import PluginPackages

@Suite("Installing plugins")
struct InstallationTests {
    @Test("A plugin is installed, upgraded, taken back and removed, and its devices keep it")
    func life() async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.publish()
        try await site.addRepository()
        try await site.addDevice("a", plugin: "acme-2")
        try await site.running {
            #expect(try await site.update().state == .success)
            let installed = try await site.install()
            #expect(installed.state == .success && site.version() == "1.0.0")
            #expect(installed.progress.parts[0].current == installed.progress.parts[0].end && installed.progress.parts[0].label == "download")
            #expect(try await site.isConfigured("a") == true)
            await #expect(throws: PackageError.self) { try await site.installer.begin(.install, "acme-2") }
            await #expect(throws: PackageError.self) { try await site.installer.begin(.upgrade(evenIfOlder: false), "acme-2") }
            try site.offer("1.1.0")
            try site.publish()
            #expect(try await site.update().state == .success)
            #expect(try await site.upgrade().state == .success && site.version() == "1.1.0")
            #expect(try await site.upgrade(version: "1.0.0").state == .success && site.version() == "1.0.0")
            try await site.installer.uninstall("acme-2")
            #expect(site.version() == nil)
            #expect(try await site.isConfigured("a") == false)
            #expect(try await site.plugin(of: "a") == "acme-2")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.path + "/state/plugins/downloads").isEmpty)
    }

    @Test("An installation for which there is no room fails, and the plugin is free for the next one")
    func noRoom() async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.publish()
        try await site.addRepository()
        try await site.running { _ = try await site.update() }
        // Nothing takes operations any more.
        for _ in 1...2 {
            let operation = try await site.installer.begin(.install, "acme-2")
            #expect(operation.state == .fail && operation.reason?.isEmpty == false)
        }
    }

    @Test("What was installed serves after a restart, before what came with provd")
    func restart() async throws {
        let site = try await Site()
        try site.offer("1.1.0")
        try site.publish()
        try FileManager.default.copyItem(atPath: try site.source("1.0.0"), toPath: site.path + "/bundled/acme")
        let directories = PluginDirectories(bundled: site.path + "/bundled", state: site.path + "/state")
        site.appliance.plugins.catalog = PluginInstaller.load(directories, surroundings: .init()).catalog
        #expect(site.version() == "1.0.0")
        try await site.addRepository()
        try await site.running {
            _ = try await site.update()
            await #expect(throws: PackageError.self) { try await site.installer.uninstall("acme-2") }
            #expect(try await site.upgrade().state == .success && site.version() == "1.1.0")
            let (catalog, problems) = PluginInstaller.load(directories, surroundings: .init())
            #expect(catalog["acme-2"]?.manifest.version == "1.1.0" && problems.isEmpty)
            // Without the installed one, that which came with provd serves again.
            try await site.installer.uninstall("acme-2")
            #expect(site.version() == "1.0.0")
        }
    }

    @Test("Phones see the old version or the new one while it changes, and never none")
    func noGap() async throws {
        let site = try await Site()
        for version in ["1.0.0", "1.1.0"] { try site.offer(version) }
        try site.publish()
        try await site.addRepository()
        try await site.running {
            _ = try await site.update()
            _ = try await site.install(version: "1.0.0")
            let isDone = Atomic(false)
            let watching = Task.detached { () -> [String] in
                var seen: [String] = []
                while !isDone.load(ordering: .relaxed) {
                    guard let plugin = site.appliance.plugins.catalog["acme-2"], plugin.file(forPath: "/version.txt", protocol: .http) != nil else { return ["gap"] }
                    if seen.last != plugin.manifest.version { seen.append(plugin.manifest.version) }
                    await Task.yield()
                }
                return seen
            }
            for _ in 0..<5 {
                #expect(try await site.upgrade(version: "1.1.0").state == .success)
                #expect(try await site.upgrade(version: "1.0.0").state == .success)
            }
            isDone.store(true, ordering: .relaxed)
            #expect(await !watching.value.contains("gap"))
        }
    }

    @Test("Who has no trusted signature is refused, whatever else is right", arguments: ["none", "other key", "changed", "package"])
    func untrusted(what: String) async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.publish(signed: what != "none")
        try await site.addRepository()
        if what == "other key" { try RepositoryDirectory.sign(site.path + "/repo/index.json", as: .index, with: SigningKey()) }
        if what == "other key" { try FileManager.default.removeItem(atPath: site.path + "/repo/index.json.sig") }
        if what == "other key" { try RepositoryDirectory.sign(site.path + "/repo/index.json", as: .index, with: SigningKey()) }
        if what == "changed" {
            let file = site.path + "/repo/index.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing("Acme phones", with: "Acme  hones").write(toFile: file, atomically: true, encoding: .utf8)
        }
        try await site.running {
            let update = try await site.update()
            guard what == "package" else {
                #expect(update.state == .fail && update.reason?.isEmpty == false)
                await #expect(throws: PackageError.self) { try await site.installer.begin(.install, "acme-2") }
                return
            }
            #expect(update.state == .success)
            // Another package under the name of the one that was signed.
            let packed = try PluginPackage.pack(try site.source("1.0.0", firmware: "# changed"))
            try site.write("repo/\(packed.name)", packed.bytes)
            let installed = try await site.install()
            #expect(installed.state == .fail && installed.reason?.contains("another file") == true && site.version() == nil)
        }
    }

    @Test("Unsigned repositories serve who names that risk")
    func unsigned() async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.publish(signed: false)
        #expect(throws: PackageError.self) { try Repository(name: "stick", url: "/media/stick", keys: []) }
        try await site.installer.add(try Repository(name: "stick", url: site.path + "/repo", keys: [], allowsUnsigned: true))
        try await site.running { () async throws -> Void in
            #expect(try await site.update().state == .success)
            #expect(try await site.install().state == .success)
        }
    }

    @Test("An index that is older than the known one is refused, and the known one counts on")
    func rollback() async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.publish()
        let names = ["index.json", "index.json.sig"]
        let old = try names.map { try Data(contentsOf: URL(filePath: site.path + "/repo/" + $0)) }
        try site.offer("1.1.0")
        try site.publish()
        try await site.addRepository()
        try await site.running {
            #expect(try await site.update().state == .success)
            for (name, data) in zip(names, old) { try data.write(to: URL(filePath: site.path + "/repo/" + name)) }
            let update = try await site.update()
            #expect(update.state == .fail && update.reason?.contains("older") == true)
            #expect(try await site.installer.bestOffers().map(\.listing.version) == ["1.1.0"])
        }
    }

    @Test("Testing packages are offered only where they are wanted")
    func channels() async throws {
        let site = try await Site()
        try site.offer("1.0.0")
        try site.offer("2.0.0", in: "testing/")
        try site.publish()
        try await site.addRepository()
        try await site.running {
            _ = try await site.update()
            #expect(try await site.installer.bestOffers().map(\.listing.version) == ["1.0.0"])
            #expect(try await site.installer.removeRepository("example"))
            try await site.addRepository(channel: .testing)
            _ = try await site.update()
            #expect(try await site.installer.bestOffers().map(\.listing.version) == ["2.0.0"])
        }
    }

    @Test("A full disk during an upgrade leaves the version that serves, and the next attempt succeeds")
    func fullDisk() async throws {
        let site = try await Site()
        for version in ["1.0.0", "1.1.0"] { try site.offer(version) }
        try site.publish()
        try await site.addRepository()
        try await site.running {
            _ = try await site.update()
            _ = try await site.install(version: "1.0.0")
            var full = await site.installer.depot.unpacking
            full.refusedWrite = { _ in ENOSPC }
            await site.installer.depot.setUnpacking(full)
            let failed = try await site.upgrade()
            #expect(failed.state == .fail && failed.reason?.contains("make room") == true && site.version() == "1.0.0")
            full.refusedWrite = nil
            await site.installer.depot.setUnpacking(full)
            #expect(try await site.upgrade().state == .success && site.version() == "1.1.0")
        }
    }
}
