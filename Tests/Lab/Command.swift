// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program that ran to its end.
struct Command {
    /// The exit status; a signal counts as 128 and its number.
    let status: Int32
    /// Standard output and standard error, in the order in which they came.
    let output: String

    var succeeded: Bool { status == 0 }

    /// Runs the program as a child of its own. Threads of the test run block signals, which a child inherits, so that
    /// SIGTERM would not end it; and `Process` waits until a descriptor that it hands down is closed, which a program in
    /// the background would keep open for ever.
    private static let guardian = """
        import signal, subprocess, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        child = subprocess.Popen(sys.argv[1:])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        status = child.wait()
        sys.exit(status if status >= 0 else 128 - status)
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
        process.arguments = ["python3", "-c", guardian, program] + arguments
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
