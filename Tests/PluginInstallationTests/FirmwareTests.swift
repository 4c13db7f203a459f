// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
@testable import PhonePlugins
import Provisioning
import Testing

@testable import PluginInstallation
@testable import PluginPackages

@Suite("Firmware packages")
struct FirmwareTests {
    private let rom = [UInt8](repeating: 7, count: 5_000)

    /// A tar.gz that holds a tar.gz that holds the firmware.
    private func archive() throws -> [UInt8] {
        let inner = try ReproducibleTar.gzipped([
            .init(path: "release/a10.rom", bytes: rom), .init(path: "release/lang/fr.txt", bytes: [1]), .init(path: "release/readme", bytes: [2]),
        ])
        return try ReproducibleTar.gzipped([.init(path: "pack/inner.tar.gz", bytes: inner), .init(path: "pack/notes.txt", bytes: [3])])
    }

    private func manifest(_ archive: [UInt8], url: String?, version: String = "2.4", id: String = "a10-fw") -> String {
        """
        firmware_packages:
          - id: \(id)
            version: "\(version)"
            description: {en: Firmware of the A10}
            files: [{name: a10.tar.gz, \(url.map { "url: \"\($0)\", " } ?? "")size: \(archive.count), sha256: \(BoundedFile.sha256(of: archive))}]
            place: [{unpack: [tar, tar], members: ["*.rom", lang], to: firmware/}]
        """
    }

    private func site(_ archive: [UInt8], url: String?, ids: [String] = ["acme-2"]) async throws -> Site {
        let site = try await Site()
        for id in ids { try site.offer("1.0.0", id: id, firmware: manifest(archive, url: url)) }
        try site.publish()
        try await site.addRepository()
        return site
    }

    @Test("Firmware is fetched, taken out of archives in archives, served, and removed")
    func life() async throws {
        let archive = try archive()
        let server = try await FileServer()
        server.set("/a10.tar.gz", .file(archive))
        let site = try await site(archive, url: server.url + "/a10.tar.gz")
        try await site.running {
            _ = try await site.update()
            _ = try await site.install()
            #expect(try await site.installer.firmware(of: "acme-2").map(\.installed?.version) == [nil])
            let done = try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2"))
            #expect(done.state == .success && done.progress.parts.map(\.label) == ["download", "install"])
            let plugin = try #require(site.appliance.plugins.catalog["acme-2"])
            for path in ["/firmware/a10.rom", "/firmware/lang/fr.txt"] { #expect(plugin.file(forPath: path, protocol: .http) != nil) }
            #expect(plugin.file(forPath: "/firmware/readme", protocol: .http) == nil)
            #expect(try await site.installer.firmware(of: "acme-2").map(\.installed?.version) == ["2.4"])
            // It survives an upgrade of the plugin.
            try site.offer("1.1.0", firmware: manifest(archive, url: nil))
            try site.publish()
            _ = try await site.update()
            #expect(try await site.upgrade().state == .success)
            #expect(site.appliance.plugins.catalog["acme-2"]?.file(forPath: "/firmware/a10.rom", protocol: .http) != nil)
            try await site.installer.uninstallFirmware("a10-fw", of: "acme-2")
            #expect(site.appliance.plugins.catalog["acme-2"]?.file(forPath: "/firmware/a10.rom", protocol: .http) == nil)
            await #expect(throws: PackageError.self) { try await site.installer.uninstallFirmware("a10-fw", of: "acme-2") }
        }
        await server.stop()
    }

    @Test("The same firmware for two plugins is fetched and stored once")
    func shared() async throws {
        let archive = try archive()
        let server = try await FileServer()
        server.set("/a10.tar.gz", .file(archive))
        let site = try await site(archive, url: server.url + "/a10.tar.gz", ids: ["acme-2", "acme-3"])
        try await site.running {
            _ = try await site.update()
            for id in ["acme-2", "acme-3"] {
                _ = try await site.install(id)
                #expect(try await site.ended(try await site.installer.installFirmware("a10-fw", of: id)).state == .success)
                #expect(site.appliance.plugins.catalog[id]?.file(forPath: "/firmware/a10.rom", protocol: .http) != nil)
            }
            #expect(server.asked.count == 1)
            let objects = site.path + "/state/firmware/objects"
            #expect(try FileManager.default.contentsOfDirectory(atPath: objects).count == 2)
            try await site.installer.uninstallFirmware("a10-fw", of: "acme-2")
            #expect(site.appliance.plugins.catalog["acme-3"]?.file(forPath: "/firmware/a10.rom", protocol: .http) != nil)
            try await site.installer.uninstallFirmware("a10-fw", of: "acme-3")
        }
        await server.stop()
        // What nobody wants goes when provd starts the next time.
        _ = try FirmwareDepot(directory: site.path + "/state/firmware")
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.path + "/state/firmware/objects").isEmpty)
    }

    @Test("A manufacturer's address that changed says where to put the file, and it is taken from there")
    func byHand() async throws {
        let archive = try archive()
        let server = try await FileServer()
        let site = try await site(archive, url: server.url + "/moved.tar.gz")
        try await site.running {
            _ = try await site.update()
            _ = try await site.install()
            let failed = try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2"))
            let place = site.path + "/state/firmware/by-hand/a10.tar.gz"
            #expect(failed.state == .fail && failed.reason?.contains("404") == true && failed.reason?.contains(place) == true)
            try site.write("state/firmware/by-hand/a10.tar.gz", [1, 2, 3])
            let wrong = try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2"))
            #expect(wrong.state == .fail && wrong.reason?.contains("another file") == true)
            try site.write("state/firmware/by-hand/a10.tar.gz", archive)
            #expect(try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2")).state == .success)
            // What an administrator put there stays.
            #expect(FileManager.default.fileExists(atPath: place))
        }
        await server.stop()
    }

    @Test("Firmware comes from a bundle, and from the directory of a repository, without a network")
    func offline() async throws {
        let archive = try archive()
        let site = try await site(archive, url: nil)
        try await site.running {
            _ = try await site.update()
            _ = try await site.install()
            #expect(try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2")).state == .fail)
            try site.write("stick/a10.tar.gz", archive)
            #expect(try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2", bundle: site.path + "/stick")).state == .success)
            try await site.installer.uninstallFirmware("a10-fw", of: "acme-2")
            try site.write("repo/firmware/a10.tar.gz", archive)
            #expect(try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2")).state == .success)
        }
    }

    @Test("A package without what its steps name changes nothing")
    func nothingMatches() async throws {
        let empty = try ReproducibleTar.gzipped([.init(path: "pack/notes.txt", bytes: [3])])
        let site = try await site(empty, url: nil)
        try site.write("state/firmware/by-hand/a10.tar.gz", empty)
        try await site.running {
            _ = try await site.update()
            _ = try await site.install()
            let failed = try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2"))
            #expect(failed.state == .fail && failed.reason?.contains("no file matches") == true)
            #expect(try await site.installer.firmware(of: "acme-2").map(\.installed?.version) == [nil])
        }
    }

    @Test("A file gets the name that phones ask for; of several files none does")
    func renamed() async throws {
        let archive = try archive()
        for (pattern, succeeds) in [("*.rom", true), ("*", false)] {
            let site = try await Site()
            let package = manifest(archive, url: nil).replacing(
                "[\"*.rom\", lang], to: firmware/", with: "[\"\(pattern)\"], to: firmware/, as: phone.bin")
            try site.offer("1.0.0", id: "acme-2", firmware: package)
            try site.publish()
            try await site.addRepository()
            try site.write("state/firmware/by-hand/a10.tar.gz", archive)
            try await site.running {
                _ = try await site.update()
                _ = try await site.install()
                let done = try await site.ended(try await site.installer.installFirmware("a10-fw", of: "acme-2"))
                #expect((done.state == .success) == succeeds && (succeeds || done.reason?.contains("only one can become phone.bin") == true))
                let plugin = try #require(site.appliance.plugins.catalog["acme-2"])
                #expect((plugin.file(forPath: "/firmware/phone.bin", protocol: .http) != nil) == succeeds)
                #expect(plugin.file(forPath: "/firmware/a10.rom", protocol: .http) == nil)
            }
        }
    }

    @Test(
        "Steps pick names at any depth, directories whole, and paths from the beginning",
        arguments: [
            ("*.rom", "a/b/x.rom", "x.rom"), ("*.rom", "x.txt", nil), ("lang", "a/lang/fr/x", "lang/fr/x"), ("a/*.bin", "a/x.bin", "x.bin"),
            ("a/*.bin", "b/a/x.bin", nil), ("*", "a/b", "a/b"), ("x*y*z", "xAAyBBz", "xAAyBBz"), ("x*y*z", "xz", nil), ("é*", "é1", "é1"),
        ] as [(String, String, String?)])
    func members(pattern: String, path: String, expected: String?) {
        let step = FirmwarePackage.Step(sources: [], unpack: [], members: [pattern], destination: "firmware/", newName: nil)
        #expect(step.relativePath(of: path) == expected)
    }
}
