// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import PhonePlugins
public import PluginPackages
public import Provisioning

extension PluginInstaller {
    /// A repository, and what is known of it.
    public struct RepositoryState: Sendable {
        /// The repository.
        public let repository: Repository
        /// The last index that was accepted, or `nil` before the first update.
        public let index: RepositoryIndex?
    }

    /// A package that a repository offers.
    public struct Offer: Sendable {
        /// The package.
        public let listing: PackageListing
        /// Who offers it.
        public let repository: Repository
    }

    /// The repositories with what is known of them.
    public func repositories() async throws -> [RepositoryState] {
        let shelf = shelf
        var repositories = try await onDisk { try shelf.repositories() }
        if let server = try await server() { repositories.append(server) }
        return try await onDisk { [repositories] in
            try repositories.map { RepositoryState(repository: $0, index: try shelf.index(of: $0.name)?.index) }
        }
    }

    /// The repository that the parameter `plugin_server` names, or `nil`.
    private func server() async throws -> Repository? {
        guard let url = try await ApplianceParameters(appliance).text(of: .pluginServer) else { return nil }
        // Its index cannot be used without a key; that is said when it is updated.
        return try Repository(name: Self.serverName, url: url, keys: serverKeys, allowsUnsigned: serverKeys.isEmpty)
    }

    /// Adds a repository. Its packages are known after the next update.
    public func add(_ repository: Repository) async throws {
        guard repository.name != Self.serverName else {
            throw PackageError(.conflict, repository.name, "the name is that of the parameter plugin_server", remedy: "choose another name")
        }
        let shelf = shelf
        try await onDisk {
            var repositories = try shelf.repositories()
            guard !repositories.contains(where: { $0.name == repository.name }) else {
                throw PackageError(.conflict, repository.name, "a repository of this name is there", remedy: "remove it first, or choose another name")
            }
            guard repositories.count < PackageLimits.repositories else {
                throw PackageError(.conflict, repository.name, "there are \(PackageLimits.repositories) repositories", remedy: "remove one that is not used")
            }
            repositories.append(repository)
            // What was known of an earlier one of this name does not count.
            shelf.forget(repository.name)
            try shelf.save(repositories)
        }
        await noteChange(of: "repository", repository.name, from: nil, to: .object(repository.document))
    }

    /// Removes a repository. What was installed from it stays.
    ///
    /// - Returns: Whether there was one.
    public func removeRepository(_ name: String) async throws -> Bool {
        let shelf = shelf
        let removed = try await onDisk { () -> Repository? in
            let repositories = try shelf.repositories()
            guard let repository = repositories.first(where: { $0.name == name }) else { return nil }
            try shelf.save(repositories.filter { $0.name != name })
            shelf.forget(name)
            return repository
        }
        guard let removed else { return false }
        await noteChange(of: "repository", name, from: .object(removed.document), to: nil)
        return true
    }

    /// Fetches the indexes of all repositories.
    ///
    /// - Throws: `PackageError` if there is no repository, or an update runs.
    public func update() async throws -> Operations.Operation {
        let repositories = try await repositories().map(\.repository)
        guard !repositories.isEmpty else {
            throw PackageError(
                .notFound, "the repositories", "there are none", remedy: "add one with “provctl repository add”, or set the parameter plugin_server")
        }
        try occupy("update")
        let plan = OperationPart("update", current: 0)
        return await operations.begin("repository-update", of: "", plan, cleanUp: { await self.release("update") }) { [self] progress in
            try await update(repositories, progress)
        }
    }

    private func update(_ repositories: [Repository], _ progress: OperationProgress) async throws {
        let downloader = try await downloader()
        var failures: [String] = []
        for repository in repositories {
            do {
                let count = try await update(repository, downloader)
                progress.update { $0.current = ($0.current ?? 0) + count }
            } catch let error as PackageError {
                failures.append(error.description)
            }
            try Task.checkCancellation()
        }
        // One that cannot be reached does not keep the others from being updated.
        guard failures.isEmpty else { throw UpdateFailure(description: failures.joined(separator: "; ")) }
    }

    private struct UpdateFailure: Error, CustomStringConvertible {
        let description: String
    }

    private func update(_ repository: Repository, _ downloader: Downloader) async throws -> Int {
        if repository.name == Self.serverName, serverKeys.isEmpty {
            throw PackageError(
                .untrusted, repository.url, "no key is trusted for the parameter plugin_server",
                remedy: "put the public key of its maintainers into the directory of plugins.keys, or add it with “provctl repository add”")
        }
        let file = RepositoryIndex.fileName
        guard let bytes = try await fetch(file, of: repository, limit: PackageLimits.indexBytes, downloader) else {
            throw PackageError(.notFound, "\(repository.url)/\(file)", "there is no such file", remedy: "see that the address of repository \(repository.name) is right")
        }
        let signatures = try await fetch(file + SignatureFile.suffix, of: repository, limit: PackageLimits.signatureBytes, downloader)
        let shelf = shelf, day = CalendarDay(time: appliance.now())
        _ = try await onDisk { try shelf.accept(bytes, signatures: signatures, from: repository, day: day) }
        return bytes.count + (signatures?.count ?? 0)
    }

    private func fetch(_ file: String, of repository: Repository, limit: Int, _ downloader: Downloader) async throws -> [UInt8]? {
        guard let directory = repository.directory else { return try await downloader.fetch("\(repository.url)/\(file)", limit: limit) }
        return try await onDisk {
            do {
                return try BoundedFile.read("\(directory)/\(file)", limit: limit)
            } catch let error as PackageError where error.code == .notFound {
                return nil
            }
        }
    }

    // MARK: Offers

    /// All packages that the repositories offer in their channels, ordered by id and version.
    public func offers() async throws -> [Offer] {
        var offers: [Offer] = []
        for state in try await repositories() {
            for listing in state.index?.packages ?? [] where listing.channel == .stable || state.repository.channel == .testing {
                offers.append(Offer(listing: listing, repository: state.repository))
            }
        }
        return offers.sorted {
            $0.listing.id != $1.listing.id ? $0.listing.id < $1.listing.id : compareNumerically($0.listing.version, $1.listing.version) < 0
        }
    }

    /// The best package of each plugin: of the highest version, of equal ones that of the repository that was added first.
    public func bestOffers() async throws -> [Offer] {
        var best: [PluginID: Offer] = [:]
        for offer in try await offers() {
            if let other = best[offer.listing.id], compareNumerically(other.listing.version, offer.listing.version) >= 0 { continue }
            best[offer.listing.id] = offer
        }
        return best.values.sorted { $0.listing.id < $1.listing.id }
    }

    /// The package of a plugin that is meant.
    ///
    /// - Parameters:
    ///   - version: The version, or `nil` for the highest.
    ///   - repository: The repository's name, or `nil` for any.
    func offer(_ id: String, version: String?, repository: String?) async throws -> Offer {
        let known = try await repositories()
        guard known.contains(where: { $0.index != nil }) else {
            throw PackageError(.notFound, id, "no index of a repository is known", remedy: "add a repository, and update the indexes")
        }
        let all = try await offers().filter { $0.listing.id.text == id && (repository == nil || $0.repository.name == repository) }
        let versions = all.map(\.listing.version)
        guard let offer = version.map({ version in all.first { $0.listing.version == version } }) ?? all.last(where: { $0.listing.version == versions.last }) else {
            throw PackageError(
                .notFound, version.map { "\(id) \($0)" } ?? id, "no repository offers it\(versions.isEmpty ? "" : "; there are \(versions.joined(separator: ", "))")",
                remedy: "update the indexes, or see “provctl plugin search”")
        }
        // Old indexes are not installed from: the one that held may name what should not be installed any more.
        try known.first { $0.repository.name == offer.repository.name }?.index?
            .checkHolds(on: CalendarDay(time: appliance.now()), file: "the index of \(offer.repository.name)")
        return offer
    }
}
