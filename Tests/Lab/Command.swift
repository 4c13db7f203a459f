// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program that ran to its end.
struct Command {
    /// The exit status; a signal counts as 128 and its number.
    let status: Int32
    /// Standard output and standard error, in the order in which they came.
    let output: String

    var succeeded: Bool { status == 0 }

    /// Threads of the test run block signals, a child inherits that, and SIGTERM would not end it.
    private static let unblocking = """
        import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.execvp(sys.argv[1], sys.argv[1:])
        """

    /// Runs a program and waits for its end without holding a thread.
    ///
    /// - Throws: what `Process` throws if the program cannot be started.
    static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Command {
        let file = FileManager.default.temporaryDirectory.appending(path: "provd-lab-output-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // A file rather than a pipe: what stays in the background does not keep it open, and it never fills up.
        let output = try FileHandle(forWritingTo: file)
        defer { try? output.close() }

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", unblocking, program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { ended in
                let isSignal = ended.terminationReason == .uncaughtSignal
                continuation.resume(returning: isSignal ? 128 + ended.terminationStatus : ended.terminationStatus)
            }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Command(status: status, output: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
}
