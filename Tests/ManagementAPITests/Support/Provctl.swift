// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// The program `provctl`, as people and scripts call it.
struct Provctl: Sendable {
    /// What a call came to.
    struct Result: Sendable {
        let status: Int32
        let output: String
        let errors: String

        var json: JSONValue { (try? JSONValue(parsing: Array(output.utf8))) ?? .null }
        var lines: [Substring] { output.split(whereSeparator: \.isNewline) }
    }

    let port: Int
    var token = APIClient.token

    /// The same program with another token.
    func with(token: String) -> Provctl { Provctl(port: port, token: token) }

    /// The built program.
    static let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/debug/provctl").standardizedFileURL

    /// Runs a command without a terminal, and waits for its end.
    func run(_ arguments: String..., input: String? = nil) async throws -> Result { try await run(arguments, input: input) }

    func run(_ arguments: [String], input: String? = nil) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "provctl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ text: String = "") throws -> URL {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file
        }
        // Files rather than pipes: they never fill up.
        let output = try file("output"), errors = try file("errors")
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "PROVD_URL": "http://127.0.0.1:\(port)", "PROVD_TOKEN_FILE": try file("token", token + "\n").path,
        ]) { $1 }
        process.standardInput = try input.map { try FileHandle(forReadingFrom: try file("input", $0)) } ?? FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationReason == .exit ? $0.terminationStatus : 128 + $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
        return Result(status: status, output: try text(output), errors: try text(errors))
    }
}
