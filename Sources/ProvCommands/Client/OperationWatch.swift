// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// Begins an operation of provd and follows it to its end, with a bar for people.
struct OperationWatch {
    private let client: APIClient
    private let connection: ConnectionOptions
    private var bar = ProgressBar()

    init(_ connection: ConnectionOptions) throws {
        client = try APIClient(connection)
        self.connection = connection
    }

    /// Begins an operation, and waits until it has ended.
    ///
    /// - Throws: `ExitCode.failure` if it failed, after saying why.
    mutating func follow(_ path: String, _ body: JSONValue, success: String) async throws {
        try await follow(try await client.post(path, body), success: success)
    }

    /// Waits until an operation that was begun has ended.
    ///
    /// - Throws: `ExitCode.failure` if it failed, after saying why.
    mutating func follow(_ begun: JSONValue, success: String) async throws {
        var operation = begun
        let id = operation["id"]?.int ?? 0
        while let state = operation["state"]?.string, state == "waiting" || state == "progress" {
            if !connection.json, !connection.quiet { bar.show(operation) }
            try await Task.sleep(for: .milliseconds(150))
            operation = try await client.get("/1.0/operations/\(id)")
        }
        bar.clear()
        let isSuccess = operation["state"]?.string == "success"
        if connection.json {
            print(operation.text(.indented))
        } else if isSuccess {
            connection.say(success)
        } else {
            FileHandle.standardError.write(Data((Table.printable(operation["reason"]?.string ?? "it was stopped") + "\n").utf8))
        }
        if !isSuccess { throw ExitCode.failure }
    }
}

/// One line on the terminal that says how far an operation is. Where nobody looks it says nothing.
struct ProgressBar {
    private static let width = 30
    private let isShown = isatty(STDERR_FILENO) == 1
    private var hasWritten = false

    /// Draws the line anew.
    mutating func show(_ operation: JSONValue) {
        guard isShown else { return }
        hasWritten = true
        FileHandle.standardError.write(Data("\r\u{1B}[K\(Self.line(operation))".utf8))
    }

    /// Removes the line.
    func clear() {
        if hasWritten { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }

    /// The line for an operation.
    static func line(_ operation: JSONValue) -> String {
        let progress = operation["progress"]
        let current = progress?["current"]?.int ?? 0
        let what = Table.printable("\(operation["kind"]?.string ?? "") \(operation["subject"]?.string ?? "")")
        guard let end = progress?["end"]?.int, end > 0 else { return "\(what)  \(bytes(current))" }
        let done = min(max(current, 0), end)
        let filled = Int(Double(width) * Double(done) / Double(end))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        return "\(what)  [\(bar)] \(Int(100 * Double(done) / Double(end))) %  \(bytes(done)) of \(bytes(end))"
    }

    /// A number of bytes as people read it.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1_000: "\(count) B"
        case ..<1_000_000: "\(count / 1_000) kB"
        default: "\(count / 1_000_000).\(count % 1_000_000 / 100_000) MB"
        }
    }
}
