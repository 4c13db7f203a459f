// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Files of settings on this machine.
enum LocalFile {
    /// The text of a file, or `nil` if there is none that can be read.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).flatMap { String(data: $0, encoding: .utf8) }
    }

    /// Writes a file in one step, so that nobody ever reads half of it.
    ///
    /// - Parameter isPrivate: Whether only root and the group of the directory may read it.
    static func write(_ text: String, to path: String, isPrivate: Bool) throws {
        let url = URL(filePath: path), directory = url.deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let part = path + ".new"
        try? FileManager.default.removeItem(atPath: part)
        guard FileManager.default.createFile(atPath: part, contents: Data(text.utf8), attributes: [.posixPermissions: isPrivate ? 0o640 : 0o644]) else {
            throw APIClient.Failure(description: "\(path) cannot be written: run this as root")
        }
        if isPrivate, let group = try FileManager.default.attributesOfItem(atPath: directory)[.groupOwnerAccountID] {
            try FileManager.default.setAttributes([.groupOwnerAccountID: group], ofItemAtPath: part)
        }
        guard unsafe rename(part, path) == 0 else { throw APIClient.Failure(description: "\(path) cannot be replaced: run this as root") }
    }
}
