// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import PluginPackages

/// `provctl plugin key …`
struct PluginKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys that sign packages and indexes.", subcommands: [PluginKeyNew.self])
}

/// `provctl plugin key new`
struct PluginKeyNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a key: NAME.key is private, NAME.pub is for those who trust it.")

    @Argument(help: "The name of the files.") var name: String

    func run() throws {
        let key = SigningKey()
        for file in ["\(name).key", "\(name).pub"] where FileManager.default.fileExists(atPath: file) {
            throw ValidationError("\(file) exists: a key that is lost cannot be made again, so choose another name")
        }
        try BoundedFile.replace("\(name).key", with: Array((key.secretText + "\n").utf8), mode: 0o600)
        try BoundedFile.replace("\(name).pub", with: Array((key.verifyingKey.description + "\n").utf8), mode: 0o644)
        print("\(name).key is private: whoever has it can sign. \(name).pub is public; the key is called \(key.verifyingKey.id)")
    }
}

/// Keys in files.
enum KeyFile {
    static func signingKey(_ path: String) throws -> SigningKey { try SigningKey(text(path)) }

    static func verifyingKey(_ path: String) throws -> VerifyingKey { try VerifyingKey(text(path)) }

    private static func text(_ path: String) throws -> String {
        String(decoding: try BoundedFile.read(path, limit: PackageLimits.signatureBytes), as: UTF8.self)
    }
}
