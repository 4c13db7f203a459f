// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PhonePlugins
import PluginPackages
import ProvModel
public import Provisioning

extension PluginInstaller {
    /// What is wanted of a plugin.
    public enum Change: Sendable {
        /// It must not have been installed before.
        case install
        /// It must be there. Without a version, the highest one; `evenIfOlder` also if that is the same or an older one.
        case upgrade(evenIfOlder: Bool)
    }

    /// Begins to install a plugin, or another version of it.
    ///
    /// - Parameters:
    ///   - id: The plugin's id.
    ///   - version: The version; it may be older than the present one. `nil` for the highest that is offered.
    ///   - repository: The repository's name, or `nil` for any.
    /// - Throws: `PackageError` if that is impossible; what goes wrong later is the operation's.
    public func begin(
        _ change: Change, _ id: String, version: String? = nil, repository: String? = nil
    ) async throws -> Operations.Operation {
        let present = installed(id)
        switch change {
        case .install:
            if let present, !present.isBundled {
                throw PackageError(.conflict, id, "it is installed already", remedy: "upgrade it, or uninstall it first")
            }
        case .upgrade:
            guard present != nil else { throw PackageError(.notFound, id, "it is not installed", remedy: "install it") }
        }
        let offer = try await offer(id, version: version, repository: repository)
        if case .upgrade(evenIfOlder: false) = change, version == nil, let present,
            compareNumerically(offer.listing.version, present.plugin.manifest.version) <= 0
        {
            throw PackageError(
                .conflict, id, "\(present.plugin.manifest.version) is installed, and nothing newer is offered",
                remedy: "name a version to go back to, if you want to")
        }
        try occupy(id)
        let plan = OperationPart("install", parts: [OperationPart("download", current: 0, end: offer.listing.size)]), actor = AuditActor.current
        return await operations.begin("plugin-install", of: id, plan, cleanUp: { await self.release(id) }) { [self] progress in
            try await install(offer, progress, by: actor)
        }
    }

    private func install(_ offer: Offer, _ progress: OperationProgress, by actor: AuditActor?) async throws {
        let id = offer.listing.id.text
        let partial = PartialFile(directory: directories.downloads, name: offer.listing.sha256)
        try await progress.during([0]) { try await fetch(offer, into: partial) { count in progress.update([0]) { $0.current = count } } }
        try Task.checkCancellation()
        let before = auditDocument(of: id)
        let plugin: Plugin
        do {
            plugin = try await depot.install(partial.path, expected: (offer.listing.id, offer.listing.version), surroundings: surroundings)
        } catch {
            // A package that is whole and wrong would be wrong again; without room it can be taken as it is later.
            if error.code != .noSpace { try await partial.remove() }
            throw error
        }
        try await serve(plugin)
        await noteChange(of: "plugin", id, from: before, to: auditDocument(of: id), by: actor)
        try await partial.remove()
    }

    private func fetch(_ offer: Offer, into partial: PartialFile, _ progress: @escaping @Sendable (Int) -> Void) async throws {
        let listing = offer.listing
        guard let directory = offer.repository.directory else {
            return try await downloader().download(
                "\(offer.repository.url)/\(listing.file)", into: partial, size: listing.size, isRight: { $0.sha256 == listing.sha256 }, progress: progress)
        }
        let source = "\(directory)/\(listing.file)"
        try await onDisk {
            let bytes = try BoundedFile.read(source, limit: PackageLimits.packageBytes)
            guard bytes.count == listing.size, BoundedFile.sha256(of: bytes) == listing.sha256 else {
                throw PackageError(.mismatch, source, "it is another file than the index promises", remedy: "copy the repository again")
            }
            // It is read once: what was checked is what is unpacked.
            try BoundedFile.replace(partial.path, with: bytes)
        }
        progress(listing.size)
    }

    /// Removes a plugin. If one of its id came with provd, that serves from now on; else its devices get no files.
    ///
    /// - Throws: `PackageError` if it is not installed, or came with provd.
    public func uninstall(_ id: String) async throws {
        guard let present = installed(id) else { throw PackageError(.notFound, id, "it is not installed", remedy: "see “provctl plugin list”") }
        guard !present.isBundled else {
            throw PackageError(
                .conflict, id, "it came with provd and cannot be uninstalled", remedy: "give its devices another plugin, if you do not want it to serve")
        }
        try occupy(id)
        defer { release(id) }
        let pluginID = present.plugin.id, before = auditDocument(of: id)
        _ = try await depot.remove(pluginID)
        if let bundled = try await depot.load(pluginID, bundled: directories.bundled, surroundings: surroundings) {
            try await serve(bundled)
        } else {
            try await withdraw(pluginID)
        }
        await noteChange(of: "plugin", id, from: before, to: auditDocument(of: id))
    }

    /// Loads a plugin anew from the disk, with the files that were put beside it since.
    ///
    /// - Throws: `PackageError` if it is not there or has a fault; the plugin that serves goes on then.
    public func reload(_ id: String) async throws {
        guard let pluginID = PluginID(id) else { throw PackageError(.notFound, id, "that is no plugin's id", remedy: "see “provctl plugin list”") }
        guard let plugin = try await depot.load(pluginID, bundled: directories.bundled, surroundings: surroundings) else {
            throw PackageError(.notFound, id, "it is not installed", remedy: "see “provctl plugin list”")
        }
        try await serve(plugin)
    }
}
