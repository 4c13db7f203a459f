// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Dispatch
import Foundation
import Glibc
import PhonePlugins
import Testing

@testable import PluginPackages

@Suite("The depot of installed plugins")
struct DepotTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    @Test("Versions replace each other, and the one before stays readable until the next change")
    func replacing() async throws {
        let depot = try PluginDepot(directory: workshop.path + "/depot")
        let first = try await depot.install(try workshop.package(), expected: nil, surroundings: PluginSurroundings())
        let second = try await depot.install(try workshop.package(version: "1.1.0"), expected: nil, surroundings: PluginSurroundings())
        #expect(second.manifest.version == "1.1.0" && first.directory != second.directory)
        #expect(FileManager.default.fileExists(atPath: first.directory + "/plugin.yml"))
        let third = try await depot.install(try workshop.package(), expected: nil, surroundings: PluginSurroundings())
        #expect(!FileManager.default.fileExists(atPath: first.directory) && third.manifest.version == "1.0.0")
        #expect(try PluginDepot.installed(in: workshop.path + "/depot").keys.sorted() == ["acme-2"])
        #expect(try await depot.remove(third.id))
        #expect(try await depot.remove(third.id) == false)
        #expect(try PluginDepot.installed(in: workshop.path + "/depot").isEmpty)
    }

    @Test("A package that is not what was asked for changes nothing")
    func unexpected() async throws {
        let depot = try PluginDepot(directory: workshop.path + "/depot")
        _ = try await depot.install(try workshop.package(), expected: nil, surroundings: PluginSurroundings())
        let id = try #require(PluginID("acme-2"))
        let other = try workshop.package(version: "1.1.0")
        await #expect(throws: PackageError.self) {
            try await depot.install(other, expected: (id, "1.2.0"), surroundings: PluginSurroundings())
        }
        let still = try await depot.load(id, bundled: workshop.path + "/none", surroundings: PluginSurroundings())
        #expect(still?.manifest.version == "1.0.0")
    }

    @Test("A full disk leaves the version before, and nothing else")
    func fullDisk() async throws {
        let depot = try PluginDepot(directory: workshop.path + "/depot")
        _ = try await depot.install(try workshop.package(), expected: nil, surroundings: PluginSurroundings())
        var full = Unpacking(limits: .pluginPackage)
        full.refusedWrite = { $0 > 3_000 ? ENOSPC : nil }
        await depot.setUnpacking(full)
        let next = try workshop.package(version: "1.1.0")
        let error = await #expect(throws: PackageError.self) {
            try await depot.install(next, expected: nil, surroundings: PluginSurroundings())
        }
        #expect(error?.code == .noSpace && error?.description.contains("make room") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.path + "/depot/trees").count == 1)
        #expect(try installedVersion() == "1.0.0")
    }

    private func installedVersion() throws -> String? {
        guard let directory = try PluginDepot.installed(in: workshop.path + "/depot")["acme-2"] else { return nil }
        // Each file is whole, and all are of one version.
        let manifest = try PackageManifest(parsing: try BoundedFile.read(directory + "/package.json", limit: 1 << 20), file: directory)
        for file in manifest.files {
            let sums = try BoundedFile.sums(of: directory + "/" + file.path)
            guard sums.sha256 == file.sha256 else { return "damaged: \(file.path)" }
        }
        return manifest.version
    }

    /// Kills a process that installs, upgrades and removes, 200 times at random moments.
    ///
    /// After each kill the plugin is as the process said last, or as it is after the step that it had begun; nothing is torn.
    @Test("kill -9 at any moment leaves the old version or the new one", .timeLimit(.minutes(10)))
    func killed() async throws {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "plugin-churn").path
        let packages = [try workshop.package(), try workshop.package(version: "1.1.0", files: 6)]
        var seen: Set<String> = []
        for _ in 0..<200 {
            let before = try installedVersion() ?? "none"
            let said = try await churn(program, packages, linesToWait: Int.random(in: 0...6))
            let after = try installedVersion() ?? "none"
            // What was acknowledged is on the disk, or what comes behind it.
            let expected = [before] + Self.states
            #expect(said.dropFirst() == Self.states[..<(said.count - 1)], "\(said)")
            #expect(after == expected[said.count - 1] || after == expected[said.count], "\(said) and then \(after)")
            seen.insert(after)
            // What the crash left is cleaned at the next start, and what counts stays.
            _ = try PluginDepot(directory: workshop.path + "/depot")
            #expect(try installedVersion() ?? "none" == after)
            #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.path + "/depot/trees").count <= 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: workshop.path + "/depot/current").count <= 1)
        }
        // The moments were spread over all steps.
        #expect(seen.count >= 2)
    }

    /// The versions as the process makes them: two packages in turn, and after each third nothing.
    private static let states: [String] = (1...200).flatMap { round in
        [round.isMultiple(of: 2) ? "1.1.0" : "1.0.0"] + (round.isMultiple(of: 3) ? ["none"] : [])
    }

    /// Starts the process, waits for some lines and a little more, and kills it.
    private func churn(_ program: String, _ packages: [String], linesToWait: Int) async throws -> [String] {
        let depot = workshop.path + "/depot"
        // Waiting for a process blocks: not on a thread of the pool.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try Self.churn(program, [depot] + packages, linesToWait) }) }
        }
    }

    private static func churn(_ program: String, _ arguments: [String], _ linesToWait: Int) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = ""
        while text.split(separator: "\n").count <= linesToWait, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
        }
        usleep(UInt32.random(in: 0...4_000))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        if let rest = try pipe.fileHandleForReading.readToEnd() { text += String(decoding: rest, as: UTF8.self) }
        #expect(process.terminationReason == .uncaughtSignal, "it ended by itself: \(text)")
        return text.split(separator: "\n").map(String.init)
    }
}
