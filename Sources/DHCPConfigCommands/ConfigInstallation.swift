// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Puts a generated configuration in place of the one that a server runs with, and takes it back if the server does not
/// like it.
///
/// The file is replaced in one step, so that the server finds the old text or the new one whenever it looks.
struct ConfigInstallation {
    /// Why the new configuration is not in use. The old one is, except where the message says otherwise.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What is asked of the server.
    protocol Server {
        /// Throws `Failure` if the server would not accept the configuration in `file`.
        func check(_ file: String) throws
        /// Makes the server read its configuration; throws `Failure` if it does not come up.
        func reload() throws
    }

    /// The file that the server reads.
    let path: String

    /// What `path` holds, or nothing if it does not exist.
    func current() throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Installs `text`.
    func install(_ text: String, server: some Server) throws {
        let fresh = "\(path).new", previous = "\(path).previous"
        let old = try current()
        try Data(text.utf8).write(to: URL(filePath: fresh), options: .atomic)
        defer { try? FileManager.default.removeItem(atPath: fresh) }
        try server.check(fresh)
        if let old { try Data(old.utf8).write(to: URL(filePath: previous), options: .atomic) }
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        do {
            try server.check(path)
            try server.reload()
        } catch {
            try takeBack(old, server, because: error)
        }
    }

    private func takeBack(_ old: String?, _ server: some Server, because cause: any Error) throws {
        guard let old else {
            try FileManager.default.removeItem(atPath: path)
            throw Failure(description: "\(cause)\n\(path) was removed again: there was none before")
        }
        try Data(old.utf8).write(to: URL(filePath: path), options: .atomic)
        do {
            try server.reload()
        } catch {
            throw Failure(description: "\(cause)\nThe previous configuration is back in \(path), but the server did not come up with it either: \(error)")
        }
        throw Failure(description: "\(cause)\nThe previous configuration is back in \(path), and the server runs with it")
    }
}
