// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
public import NIOCore
import PhonePlugins
public import PluginPackages
import ProvModel
public import Provisioning

/// Packages that an administrator sends as a file, beside those of repositories.
extension PluginInstaller {
    /// How the names of files begin that are being sent. Nobody goes on with one that broke off.
    private static let prefix = "sent-"

    /// The keys by which a single package may be signed: those of the repositories, and those that provd's configuration trusts.
    public func trustedKeys() async throws -> [VerifyingKey] {
        var keys = serverKeys
        for repository in try await repositories().map(\.repository) {
            for key in repository.keys where !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    /// Takes a package, and begins to install it in the place of whatever version is there: who sends a file means this one.
    ///
    /// - Parameters:
    ///   - pieces: The package's bytes.
    ///   - signatures: The content of its file of signatures, or `nil` if it has none.
    ///   - allowsUnsigned: Whether it is taken although nobody who is trusted has signed it: whoever made it, or could change it on its
    ///     way, then decides what phones get.
    /// - Throws: `PackageError` if it is too long, not trusted or no package; what goes wrong later is the operation's.
    public func begin(
        package pieces: some AsyncSequence<ByteBuffer, any Error> & Sendable, signatures: [UInt8]?, allowsUnsigned: Bool
    ) async throws -> Operations.Operation {
        let name = Self.prefix + String(UInt64.random(in: 0 ... .max), radix: 16)
        let file = PartialFile(directory: directories.downloads, name: name)
        do {
            let size = try await receive(pieces, into: file)
            if !allowsUnsigned { try await checkSignature(of: file, signatures) }
            let scratch = "\(directories.downloads)/\(name)"
            let manifest = try await onDisk {
                defer { try? FileManager.default.removeItem(atPath: scratch) }
                try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
                do {
                    return try PluginPackage.manifest(of: file.path, into: scratch)
                } catch let error as PackageError {
                    throw Self.inWords(error, file)
                }
            }
            let id = manifest.id.text
            try occupy(id)
            let plan = OperationPart("install", current: size, end: size), actor = AuditActor.current
            let cleanUp: @Sendable () async -> Void = {
                try? await file.remove()
                await self.release(id)
            }
            return await operations.begin("plugin-install", of: id, plan, cleanUp: cleanUp) { [self] _ in
                try await install(file, manifest, by: actor)
            }
        } catch {
            try? await file.remove()
            throw error
        }
    }

    private func install(_ file: PartialFile, _ manifest: PackageManifest, by actor: AuditActor?) async throws {
        let id = manifest.id.text, before = auditDocument(of: id)
        do {
            let plugin = try await depot.install(file.path, expected: (manifest.id, manifest.version), surroundings: surroundings)
            try await serve(plugin)
            await noteChange(of: "plugin", id, from: before, to: auditDocument(of: id), by: actor)
        } catch let error as PackageError {
            throw Self.inWords(error, file)
        }
    }

    /// The same error without the name that only provd knows.
    private static func inWords(_ error: PackageError, _ file: PartialFile) -> PackageError {
        PackageError(error.code, error.subject.replacing(file.path, with: "the package"), error.reason, remedy: error.remedy)
    }

    private func receive(_ pieces: some AsyncSequence<ByteBuffer, any Error> & Sendable, into file: PartialFile) async throws -> Int {
        var size = 0
        for try await piece in pieces {
            size += piece.readableBytes
            guard size <= PackageLimits.packageBytes else {
                throw PackageError(
                    .malformed, "the package", "it has more than \(PackageLimits.packageBytes) bytes", remedy: "this is no package of provd; look where it comes from")
            }
            try await file.append(Array(buffer: piece))
        }
        guard size > 0 else { throw PackageError(.malformed, "the package", "it is empty", remedy: "send the file that “provctl plugin pack” made") }
        return size
    }

    private func checkSignature(of file: PartialFile, _ signatures: [UInt8]?) async throws {
        guard let signatures else {
            throw PackageError(
                .untrusted, "the package", "it is not signed",
                remedy: "ask its maintainers for the file of its name that ends in \(SignatureFile.suffix); or allow an unsigned package (--allow-unsigned), if you know who made it")
        }
        let keys = try await trustedKeys()
        guard !keys.isEmpty else {
            throw PackageError(
                .untrusted, "the package", "no key is trusted here by which it could be signed",
                remedy: "add its maintainers' repository, or put their public key into the directory of plugins.keys and start provd again; or allow an unsigned package (--allow-unsigned), if you know who made it")
        }
        let sums = try await file.sums()
        _ = try SignatureFile(parsing: signatures, file: "the package's signatures").verify(sha256: sums.sha256, as: .package, by: keys, file: "the package")
    }

    /// Removes what was being sent when provd ended. Blocks.
    static func cleanSentPackages(in directory: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where name.hasPrefix(prefix) {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }
}
