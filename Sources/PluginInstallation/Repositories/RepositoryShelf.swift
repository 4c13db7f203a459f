// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import PluginPackages

/// The repositories that an administrator added, and the last index that was accepted of each, on the disk.
///
/// Everything here blocks for the time of a small file.
struct RepositoryShelf: Sendable {
    /// A repository with what is known of it.
    struct Known: Sendable {
        let repository: Repository
        /// The last index that was accepted.
        var index: RepositoryIndex?
    }

    private let directory: String
    private var listPath: String { directory + "/repositories.json" }

    init(directory: String) throws(PackageError) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw .file(error, directory, "cannot be made")
        }
    }

    /// All repositories, in the order in which they were added.
    func repositories() throws(PackageError) -> [Repository] {
        guard FileManager.default.fileExists(atPath: listPath) else { return [] }
        let bytes = try BoundedFile.read(listPath, limit: 1 << 20)
        guard let list = (try? JSONValue(parsing: bytes))?.array else {
            throw PackageError(.malformed, listPath, "it is no list of repositories", remedy: "remove it, and add the repositories again")
        }
        var repositories: [Repository] = []
        for document in list { repositories.append(try Repository(document)) }
        return repositories
    }

    func save(_ repositories: [Repository]) throws(PackageError) {
        try BoundedFile.replace(listPath, with: JSONValue.array(repositories.map { .object($0.document) }).serialized(.indented))
    }

    /// The last index that was accepted from a repository, or `nil`.
    func index(of name: String) throws(PackageError) -> (index: RepositoryIndex, bytes: [UInt8])? {
        guard FileManager.default.fileExists(atPath: indexPath(name)) else { return nil }
        let bytes = try BoundedFile.read(indexPath(name), limit: PackageLimits.indexBytes)
        return (try RepositoryIndex(parsing: bytes, file: indexPath(name)), bytes)
    }

    /// Checks an index that came from a repository, and keeps it if it may follow the one before.
    ///
    /// - Parameter signatures: The file of its signatures, or `nil` if there is none.
    func accept(
        _ bytes: [UInt8], signatures: [UInt8]?, from repository: Repository, day: CalendarDay
    ) throws(PackageError) -> RepositoryIndex {
        let file = "\(repository.url)/\(RepositoryIndex.fileName)"
        if !repository.keys.isEmpty {
            let file = "\(file) of repository \(repository.name)"
            let signatures = try signatures.map { bytes throws(PackageError) in
                try SignatureFile(parsing: bytes, file: file + SignatureFile.suffix)
            } ?? SignatureFile()
            _ = try signatures.verify(sha256: BoundedFile.sha256(of: bytes), as: .index, by: repository.keys, file: file)
        } else if !repository.allowsUnsigned {
            throw PackageError(.untrusted, file, "no key is pinned for it", remedy: "add the repository again with the key of its maintainers")
        }
        let index = try RepositoryIndex(parsing: bytes, file: file)
        let known = try self.index(of: repository.name)
        try index.mayFollow(known?.index, sameBytes: known?.bytes == bytes, day: day, file: file)
        if known?.bytes != bytes { try BoundedFile.replace(indexPath(repository.name), with: bytes) }
        return index
    }

    /// Forgets what is known of a repository.
    func forget(_ name: String) { try? FileManager.default.removeItem(atPath: indexPath(name)) }

    private func indexPath(_ name: String) -> String { "\(directory)/\(name).index.json" }
}
