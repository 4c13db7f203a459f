// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Programs of this machine.
enum LocalProgram {
    /// Runs a program to its end, without anything on its standard input.
    ///
    /// - Returns: Its exit code, and all that it said.
    /// - Throws: If it cannot be run.
    static func run(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, said)
    }
}
