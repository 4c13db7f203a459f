// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import Glibc

/// A line on a terminal that says how something goes, and is written over by the next. Nothing is shown in a pipe.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ text: String) { write("\r\u{1B}[K\(Table.printable(text))…") }

    /// Shows how much of a number of steps is done.
    func show(_ done: Int, of total: Int, _ text: String) {
        let width = 30, filled = total > 0 ? min(width, done * width / total) : width
        write("\r\u{1B}[K[\(String(repeating: "=", count: filled))\(String(repeating: " ", count: width - filled))] \(done)/\(total) \(Table.printable(text))")
    }

    func clear() { write("\r\u{1B}[K") }

    private func write(_ text: String) {
        guard isTerminal else { return }
        FileHandle.standardError.write(Data(text.utf8))
    }
}

/// Asks before something is done that cannot be undone.
struct Confirmation: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    /// Asks on the terminal. Without one nobody can be asked, and nothing is done.
    func ask(_ question: String) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1 else { throw ValidationError("\(question) Say --yes to do it without being asked.") }
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else { throw CleanExit.message("nothing was done") }
    }
}
