// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Runs other programs.
enum Subcommand {
    /// Why a program could not be run, in words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Octets of output that are kept: what a person would read.
    private static let maximumOutput = 8000

    /// Runs a program to its end. Its output and errors come together, cut to what a person would read.
    ///
    /// What it leaves running in the background, such as a server that a reload command starts, is not waited for:
    /// the output goes to a file, because a pipe would have no end before that server's, and `Process` of Foundation
    /// would wait for it too.
    static func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
        let path = FileManager.default.temporaryDirectory.appending(path: "dhcpd-config-output-\(UUID().uuidString)").path
        let output = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw Failure(description: "\(path) cannot be written") }
        defer { close(output) }
        unsafe unlink(path)

        let process = try spawn(program, [program] + arguments, output: output)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(description: "\(program) cannot be waited for") }
        }
        let signal = status & 0x7F
        return (signal == 0 ? status >> 8 & 0xFF : 128 + signal, tail(of: output))
    }

    private static func spawn(_ program: String, _ arguments: [String], output: Int32) throws(Failure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        var strings = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe strings.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let error = unsafe posix_spawn(&process, program, &actions, nil, &strings, environ)
        guard error == 0 else {
            throw Failure(description: unsafe strerror(error).map { unsafe String(cString: $0) } ?? "error \(error)")
        }
        return process
    }

    private static func tail(of file: Int32) -> String {
        let size = lseek(file, 0, SEEK_END)
        lseek(file, max(0, size - maximumOutput), SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: maximumOutput)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
