// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// A program of this machine.
struct Program {
    /// Where it is.
    let path: String

    /// Finds a program on the path or in the directories of server programs, which are not on every user's path.
    init?(_ name: String) {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin"]
        guard let found = directories.map({ "\($0)/\(name)" }).first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else { return nil }
        self.path = found
    }

    /// Runs it to its end.
    ///
    /// - Throws: `VerificationFailure` with its output if it fails.
    func run(_ arguments: [String]) throws {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = String(decoding: output.suffix(2000), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw VerificationFailure("“\(path) \(arguments.joined(separator: " "))” failed: \(text)")
        }
    }
}

/// A program that runs beside this one, with its output in a file.
final class RunningProgram {
    /// How long a server may take to start. Kea takes a second on a slow machine.
    private static let patience: Duration = .seconds(15)
    /// How long it may take to end when it is asked to.
    private static let farewell: Duration = .seconds(5)
    private static let pause: TimeInterval = 0.02

    private let process = Process()
    private let log: URL

    /// Starts it.
    init(_ program: Program, _ arguments: [String], environment: [String: String], log: URL) throws {
        self.log = log
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: program.path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        try output.close()
    }

    /// Waits until the output holds `text`.
    func awaitOutput(_ text: String) throws {
        let deadline = ContinuousClock.now + Self.patience
        while !output.contains(text) {
            try Interruption.check()
            guard process.isRunning else { throw VerificationFailure("the server ended at once:\n\(tail)") }
            guard ContinuousClock.now < deadline else { throw VerificationFailure("the server did not start within \(Self.patience):\n\(tail)") }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    /// Ends it.
    func end() {
        let deadline = ContinuousClock.now + Self.farewell
        process.terminate()
        while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: Self.pause) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    private var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// The end of the output.
    var tail: String { output.split(separator: "\n").suffix(12).joined(separator: "\n") }
}
