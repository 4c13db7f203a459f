// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// A provd in the lab whose state lies on a small disk of its own, and the sources of a plugin with firmware.
struct PluginSite {
    let lab: Lab

    /// provd's state directory, which is the whole disk.
    var disk: String { lab.state.path + "/provd" }
    /// A directory for packages and repositories, elsewhere.
    var work: String { lab.state.path + "/work" }
    /// The bytes of the firmware. They do not compress: what repeats is farther away than gzip looks back.
    static let firmware: Data = {
        let block = Data((0..<(64 << 10)).map { _ in UInt8.random(in: 0...255) })
        return (0..<64).reduce(into: Data()) { data, _ in data += block }
    }()

    /// Makes a lab with a provd on a disk of some megabytes, hands it to `body`, and takes it away again whatever happens.
    static func run(megabytes: Int, _ body: (PluginSite) async throws -> Void) async throws {
        try await Lab.run(by: "network") { lab in
            let site = PluginSite(lab: lab)
            for directory in [site.disk, site.work] {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
            try await site.shell("mount -t tmpfs -o size=\(megabytes)m,mode=700 provd '\(site.disk)'")
            do {
                try await lab.succeed("start", "provd")
                try await body(site)
                try await lab.succeed("stop", "provd")
                try await site.shell("umount '\(site.disk)'")
            } catch {
                _ = try await Command.run("umount", ["--lazy", site.disk])
                throw error
            }
        }
    }

    // MARK: Commands

    /// Runs a script of the shell that must succeed.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        let done = try await Command.run("sh", ["-c", script])
        try #require(done.succeeded, "\(script): \(done.output)")
        return done.output
    }

    /// Asks the running provd.
    func provctl(_ arguments: String...) async throws -> Command { try await lab.command(["provctl"] + arguments) }

    /// Asks the running provd for what must succeed.
    @discardableResult
    func order(_ arguments: String...) async throws -> String { try await lab.succeed(["provctl"] + arguments) }

    /// Expects that provd refuses something with words that say what is wrong and what to do.
    func refuses(_ arguments: [String], saying words: [String]) async throws {
        let command = try await lab.command(["provctl"] + arguments)
        #expect(!command.succeeded, "\(arguments) was not refused: \(command.output)")
        for word in words { #expect(command.output.contains(word), "“\(word)” is not in: \(command.output)") }
    }

    // MARK: The disk

    /// Fills the disk up to some bytes.
    func fill(leaving bytes: Int = 0) async throws {
        try await shell("cat /dev/zero >'\(disk)/filler' 2>/dev/null; truncate --size=-\(bytes) '\(disk)/filler'")
    }

    /// Makes room again.
    func makeRoom() throws { try FileManager.default.removeItem(atPath: disk + "/filler") }

    // MARK: Phones

    /// What a phone of the plugin gets for its file: the answer's body and status.
    func fetch(_ path: String = "/00005e005301.cfg", mac: String = "00:00:5e:00:53:01") async throws -> String {
        try await lab.command([
            "in", "appliance", "curl", "--silent", "--max-time", "120", "--user-agent", "Acme A10 2.4.1 \(mac)",
            "--write-out", " %{http_code}", "http://10.77.0.1:8667\(path)",
        ]).output
    }

    /// Expects that phones of the plugin are served by a version of it.
    func expectServing(_ version: String, _ comment: Comment) async throws {
        let answer = try await fetch()
        #expect(answer == "release=\(version) 200", comment)
    }

    // MARK: Packages

    /// Writes a version of a plugin, packs it, and gives the path of the package.
    ///
    /// - Parameters:
    ///   - ballast: How many bytes that do not compress it has.
    ///   - template: The template of its phones' file.
    func pack(_ version: String, id: String = "acme-2", ballast: Int = 0, template: String = "release={{ plugin.version }}") async throws -> String {
        let source = "\(work)/\(id)-\(version)"
        for directory in ["templates", "files"] {
            try FileManager.default.createDirectory(atPath: "\(source)/\(directory)", withIntermediateDirectories: true)
        }
        try Self.manifest(id, version).write(toFile: source + "/plugin.yml", atomically: true, encoding: .utf8)
        try template.write(toFile: source + "/templates/device.cfg.j2", atomically: true, encoding: .utf8)
        try Self.firmware.prefix(ballast).write(to: URL(filePath: source + "/files/ballast.bin"))
        try FileManager.default.createDirectory(atPath: work + "/repo/firmware", withIntermediateDirectories: true)
        try Self.firmware.write(to: URL(filePath: work + "/repo/firmware/a10.rom"))
        try await order("plugin", "pack", source, "--output", work + "/repo", "--key", work + "/example.key")
        return "\(work)/repo/\(id)-\(version).tar.gz"
    }

    /// Makes the key by which packages and the index are signed.
    func makeKey() async throws { try await shell("cd '\(work)' && '\(lab.program("provctl"))' plugin key new example") }

    /// Writes and signs the index.
    func index() async throws { try await order("plugin", "index", work + "/repo", "--name", "example", "--key", work + "/example.key") }

    private static func manifest(_ id: String, _ version: String) -> String {
        """
        id: \(id)
        version: \(version)
        vendor: Acme
        models: {A10: {version: 2.4.1, lines: 2}}
        patterns:
          http: [{user_agent: "Acme {model} {version} {mac}", claims: {vendor: Acme}, samples: [{text: "Acme A10 2.4.1 00:00:5e:00:53:01"}]}]
        files:
          - {path: "/{mac:lower}.cfg", template: device.cfg.j2, format: key-value, scope: device}
          - {path: /ballast.bin, static: ballast.bin}
          - {path: "/firmware/{path}", directory: firmware}
        firmware_packages:
          - id: a10-fw
            version: 2.4.1
            description: Firmware of the A10
            models: [A10]
            files: [{name: a10.rom, size: \(firmware.count), sha256: \(sum)}]
            place: [{members: ["*.rom"], to: firmware/}]
        """
    }

    /// The sum of the firmware, by another program than provd.
    private static let sum: String = {
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-firmware-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = [file.path]
        process.standardOutput = pipe
        do {
            try firmware.write(to: file)
            try process.run()
            let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
            return String(decoding: output.prefix(64), as: UTF8.self)
        } catch {
            return ""
        }
    }()
}
