// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("The programs")
struct ProgramTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
    private static let programs = ["provd", "provctl", "dhcpd-config", "dhcp-sniffd", "provd-dhcp-hook", "phone-sim"]

    /// Runs a program to its end.
    private func run(_ program: URL, _ arguments: [String]) async throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-program-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return (status, String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test("Each says which version it is, and it is one version", arguments: programs)
    func version(program: String) async throws {
        let result = try await run(Self.repository.appending(path: ".build/debug/\(program)"), ["--version"])
        #expect(result.status == 0 && result.output == "0.1.0\n")
    }

    @Test("Manual pages and completions are made of what the programs say of themselves")
    func manual() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "provd-manual-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let described = Self.programs.filter { $0 != "provd-dhcp-hook" }
        let made = try await run(
            Self.repository.appending(path: "scripts/manual"),
            [folder.path] + described.map { Self.repository.appending(path: ".build/debug/\($0)").path })
        #expect(made.status == 0)
        for program in described {
            let page = try String(contentsOf: folder.appending(path: "man/man8/\(program).8"), encoding: .utf8)
            #expect(page.hasPrefix(".TH \"\(program.uppercased())\"") && page.contains("0.1.0") && page.contains(".SH NAME"))
            for completion in ["bash/\(program)", "zsh/_\(program)", "fish/\(program).fish"] {
                let script = try String(contentsOf: folder.appending(path: "completions/\(completion)"), encoding: .utf8)
                #expect(script.contains(program))
            }
        }
        let page = try String(contentsOf: folder.appending(path: "man/man8/provctl.8"), encoding: .utf8)
        for command in ["explain", "rollout", "line import", "backup restore"] { #expect(page.contains("provctl \(command)"), "\(command)") }
    }
}
