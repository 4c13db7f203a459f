// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PluginPackages

/// `provctl plugin index`
struct PluginIndex: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Make a directory of packages a repository.",
        discussion: """
            Packages in the directory and in stable/ are stable, those in testing/ are not. The serial of the index grows with each change, so that \
            nobody can offer an old index for a new one.
            """)

    @Argument(help: "The directory of packages.") var directory = "."
    @Option(help: "The repository's name; needed the first time, and never changed.") var name: String?
    @Option(help: "The last day on which the index holds, as 2027-06-30; for ever if left out.") var expires: String?
    @Option(help: "The private key that signs the index.") var key: String?

    func run() throws {
        let day = try expires.map { text in
            guard let day = CalendarDay(text) else { throw ValidationError("“\(text)” is no day: write it as 2027-06-30") }
            return day
        }
        let key = try key.map(KeyFile.signingKey)
        let (index, changed) = try RepositoryDirectory(directory).writeIndex(name: name, expires: day)
        let path = "\(directory)/\(RepositoryIndex.fileName)"
        if let key { try RepositoryDirectory.sign(path, as: .index, with: key) }
        print("\(path): repository \(index.name), serial \(index.serial), \(index.packages.count == 1 ? "one package" : "\(index.packages.count) packages")\(changed ? "" : ", unchanged")")
        if key == nil, changed { print("it is not signed: “provctl plugin sign --key KEY \(path)” does that") }
    }
}
