// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PluginPackages

/// `provctl plugin pack`
struct PluginPack: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Make packages of plugins.",
        discussion: "The same plugin gives the same bytes. Its family's common/ is merged in; tests stay behind.")

    @Argument(help: "Directories with plugin.yml.") var directories: [String]
    @Option(name: .shortAndLong, help: "Where the packages go.") var output = "."
    @Option(help: "A private key, to sign each package.") var key: String?

    func run() throws {
        let key = try key.map(KeyFile.signingKey)
        for directory in directories {
            let packed = try PluginPackage.pack(directory)
            let path = "\(output)/\(packed.name)"
            try BoundedFile.replace(path, with: packed.bytes, mode: 0o644)
            if let key { try RepositoryDirectory.sign(path, as: .package, with: key) }
            print("\(path): \(packed.manifest.files.count) files, \(packed.bytes.count) bytes\(key == nil ? "" : ", signed")")
        }
    }
}
