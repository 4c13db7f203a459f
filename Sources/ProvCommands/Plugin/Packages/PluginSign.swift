// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PluginPackages

/// `provctl plugin sign`
struct PluginSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign packages and indexes.",
        discussion: "The signature is written beside each file, with .sig behind its name. A second key adds a second signature.")

    @Argument(help: "Packages, or an index.json.") var files: [String]
    @Option(help: "The private key.") var key: String

    func run() throws {
        let key = try KeyFile.signingKey(key)
        for file in files {
            let isIndex = file.split(separator: "/").last.map(String.init) == RepositoryIndex.fileName
            guard isIndex || file.hasSuffix(PackageName.suffix) else {
                throw ValidationError("\(file) is neither a package (…\(PackageName.suffix)) nor an \(RepositoryIndex.fileName)")
            }
            try RepositoryDirectory.sign(file, as: isIndex ? .index : .package, with: key)
            print("\(file)\(SignatureFile.suffix): signed by \(key.verifyingKey.id)")
        }
    }
}
