// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PhonePlugins

/// A repository as its maintainer has it: a directory of packages, of which the index is made.
///
///     index.json  index.json.sig
///     acme-2-1.0.0.tar.gz             stable
///     stable/…                        stable too
///     testing/acme-2-1.1.0.tar.gz     testing
///
/// Everything here blocks.
public struct RepositoryDirectory: Sendable {
    private let path: String

    /// Names the directory.
    public init(_ path: String) { self.path = path }

    /// Writes `index.json` anew.
    ///
    /// The serial is one more than before if anything changed, else nothing is written: the same packages give the same index.
    ///
    /// - Parameters:
    ///   - name: The repository's name; `nil` to keep that of the index that is there.
    ///   - expires: Until when it holds.
    /// - Returns: The index, and whether it changed.
    public func writeIndex(name: String?, expires: CalendarDay?) throws(PackageError) -> (index: RepositoryIndex, changed: Bool) {
        let file = path + "/" + RepositoryIndex.fileName
        var former: RepositoryIndex?
        if FileManager.default.fileExists(atPath: file) {
            former = try RepositoryIndex(parsing: try BoundedFile.read(file, limit: PackageLimits.indexBytes), file: file)
        }
        guard let name = name ?? former?.name else {
            throw PackageError(.notFound, file, "there is no index yet, so that the repository has no name", remedy: "give it one with --name, and keep it")
        }
        guard RepositoryIndex.isName(name) else {
            throw PackageError(.malformed, file, "“\(name)” cannot name a repository", remedy: "use letters, digits, “.”, “-” and “_”")
        }
        let packages = try listings()
        let index = RepositoryIndex(name: name, serial: former?.serial ?? 1, expires: expires, packages: packages)
        if index == former { return (index, false) }
        let next = former.map { RepositoryIndex(name: name, serial: $0.serial + 1, expires: expires, packages: packages) } ?? index
        try BoundedFile.replace(file, with: next.bytes, mode: 0o644)
        return (next, true)
    }

    /// Signs files, each beside itself.
    public static func sign(_ file: String, as purpose: SignatureFile.Purpose, with key: SigningKey) throws(PackageError) {
        let signatureFile = file + SignatureFile.suffix
        var signatures = SignatureFile()
        // Signatures of other bytes are dropped: nobody would take them.
        if FileManager.default.fileExists(atPath: signatureFile) {
            let former = try SignatureFile(parsing: try BoundedFile.read(signatureFile, limit: PackageLimits.signatureBytes), file: signatureFile)
            let sum = try BoundedFile.sums(of: file).sha256
            if (try? former.verify(sha256: sum, as: purpose, by: [key.verifyingKey], file: file)) != nil { signatures = former }
        }
        try signatures.sign(sha256: try BoundedFile.sums(of: file).sha256, as: purpose, with: key)
        try BoundedFile.replace(signatureFile, with: signatures.bytes, mode: 0o644)
    }

    private func listings() throws(PackageError) -> [PackageListing] {
        var listings: [PackageListing] = []
        for (directory, channel) in [("", PackageChannel.stable), ("stable/", .stable), ("testing/", .testing)] {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + directory)) ?? []).sorted()
            for name in names where name.hasSuffix(PackageName.suffix) {
                let listing = try self.listing(directory + name, channel)
                guard !listings.contains(where: { $0.id == listing.id && $0.version == listing.version }) else {
                    throw PackageError(
                        .conflict, "\(path)/\(listing.file)", "\(listing.id) \(listing.version) is in the repository twice",
                        remedy: "remove one of the two; a package that became stable moves out of testing/")
                }
                listings.append(listing)
            }
        }
        return listings
    }

    private func listing(_ file: String, _ channel: PackageChannel) throws(PackageError) -> PackageListing {
        let package = path + "/" + file
        let scratch = FileManager.default.temporaryDirectory.appending(path: "provd-index-\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        } catch {
            throw PackageError(.failed, scratch, "it cannot be made (\(error))", remedy: "see that TMPDIR names a directory that can be written")
        }
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let plugin = try PluginPackage.unpack(package, into: scratch).plugin
        let expected = PackageName.file(id: plugin.id, version: plugin.manifest.version)
        guard file.hasSuffix(expected) else {
            throw PackageError(.mismatch, package, "it holds \(plugin.id) \(plugin.manifest.version)", remedy: "call it \(expected)")
        }
        return PackageListing(plugin.manifest, channel: channel, file: file, sums: try BoundedFile.sums(of: package))
    }
}
