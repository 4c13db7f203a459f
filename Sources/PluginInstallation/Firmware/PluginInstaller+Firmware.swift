// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
public import PhonePlugins
public import PluginPackages
import ProvModel
public import Provisioning
import Synchronization

extension PluginInstaller {
    /// A firmware package of a plugin, and what of it is installed.
    public struct FirmwareState: Sendable {
        /// The package as the plugin describes it; `nil` if a new version of the plugin describes it no more.
        public let package: FirmwarePackage?
        /// Its id.
        public let id: String
        /// What is installed, or `nil`.
        public let installed: FirmwareRecord?
        /// How many devices there are for which it is.
        public let deviceCount: Int
    }

    /// The firmware packages of a plugin, in the order of its manifest; those that it describes no more come last.
    ///
    /// - Throws: `PackageError` if the plugin does not serve.
    public func firmware(of id: String) async throws -> [FirmwareState] {
        let plugin = try servingPlugin(id)
        let records = try await firmwareDepot.installed(for: plugin.id)
        let described = plugin.manifest.firmwarePackages
        let rest = records.keys.filter { id in !described.contains { $0.id == id } }.sorted()
        let devices = try await PluginDependents(appliance).models(of: plugin.id)
        func count(_ package: FirmwarePackage?) -> Int {
            devices.reduce(0) { sum, entry in
                guard let models = package?.models, !models.isEmpty else { return sum + entry.value }
                let model = entry.key.flatMap { plugin.manifest.model(named: $0)?.name }
                return model.map(models.contains) == true ? sum + entry.value : sum
            }
        }
        return described.map { FirmwareState(package: $0, id: $0.id, installed: records[$0.id], deviceCount: count($0)) }
            + rest.map { FirmwareState(package: nil, id: $0, installed: records[$0], deviceCount: count(nil)) }
    }

    /// Begins to install a firmware package of a plugin, or the version that the plugin describes now.
    ///
    /// - Parameters:
    ///   - bundle: A directory in which files are looked for before they are downloaded, or `nil`.
    ///   - onlyIfOther: Whether it must be installed in another version; for an upgrade.
    /// - Throws: `PackageError` if there is no such package, or it is being changed.
    public func installFirmware(
        _ name: String, of id: String, bundle: String? = nil, onlyIfOther: Bool = false
    ) async throws -> Operations.Operation {
        let plugin = try servingPlugin(id)
        guard let package = plugin.manifest.firmwarePackages.first(where: { $0.id == name }) else {
            throw PackageError(.notFound, name, "plugin \(id) has no such firmware package", remedy: "see “provctl plugin firmware list \(id)”")
        }
        if onlyIfOther {
            guard let record = try await firmwareDepot.installed(for: plugin.id)[name] else {
                throw PackageError(.notFound, name, "it is not installed", remedy: "install it")
            }
            guard record.version != package.version else {
                throw PackageError(.conflict, name, "\(package.version) is installed, and the plugin knows nothing newer", remedy: "upgrade the plugin first")
            }
        }
        if let bundle, !bundle.hasPrefix("/") {
            throw PackageError(.malformed, bundle, "it is no absolute path", remedy: "write the path of the directory from / on")
        }
        let places = try await placesOfFirmware(bundle)
        let known = try await firmwareDepot.has(package)
        let missing = known ? [] : package.files
        let key = "\(id)/\(name)"
        // Two downloads of one file would write into each other.
        let keys = [key] + missing.map(\.partialName)
        try occupy(keys)
        let plan = OperationPart(
            "install_pkg",
            parts: [OperationPart("download", parts: missing.map { OperationPart(current: 0, end: $0.size) }), OperationPart("install")])
        let actor = AuditActor.current
        return await operations.begin("firmware-install", of: key, plan, cleanUp: { await self.release(keys) }) { [self] progress in
            try await install(package, of: plugin.id, missing, places, progress, by: actor)
        }
    }

    /// Removes a firmware package of a plugin.
    ///
    /// - Throws: `PackageError` if it is not installed.
    public func uninstallFirmware(_ name: String, of id: String) async throws {
        let plugin = try servingPlugin(id)
        let key = "\(id)/\(name)"
        try occupy(key)
        defer { release(key) }
        let before = try await firmwareDepot.installed(for: plugin.id)[name].map(JSONValue.auditDocument)
        guard try await firmwareDepot.remove(name, for: plugin.id) else {
            throw PackageError(.notFound, name, "it is not installed", remedy: "see “provctl plugin firmware list \(id)”")
        }
        await noteChange(of: "firmware", key, from: before, to: nil)
        try await reload(id)
    }

    func servingPlugin(_ id: String) throws(PackageError) -> Plugin {
        guard let plugin = appliance.plugins.catalog[id] else {
            throw PackageError(.notFound, id, "it is not installed", remedy: "see “provctl plugin list”")
        }
        return plugin
    }

    /// The directories in which files are looked for before they are downloaded.
    private func placesOfFirmware(_ bundle: String?) async throws -> [String] {
        let repositories = try await repositories().compactMap { $0.repository.directory.map { $0 + "/firmware" } }
        return [directories.byHand] + (bundle.map { [$0] } ?? []) + repositories
    }

    private func install(
        _ package: FirmwarePackage, of plugin: PluginID, _ missing: [FirmwarePackage.File], _ places: [String], _ progress: OperationProgress,
        by actor: AuditActor?
    ) async throws {
        var sources: [String: String] = [:]
        var partials: [PartialFile] = []
        progress.update([0]) { $0.state = .progress }
        for (number, file) in missing.enumerated() {
            try await progress.during([0, number]) {
                if let found = try await find(file, in: places) {
                    sources[file.name] = found
                } else {
                    let partial = PartialFile(directory: directories.downloads, name: file.partialName)
                    try await fetch(file, into: partial) { count in progress.update([0, number]) { $0.current = count } }
                    sources[file.name] = partial.path
                    partials.append(partial)
                }
                progress.update([0, number]) { $0.current = file.size }
            }
        }
        progress.update([0]) { $0.state = .success }
        let before = try await firmwareDepot.installed(for: plugin)[package.id].map(JSONValue.auditDocument)
        try await progress.during([1]) {
            let stopped = StopFlag()
            try await withTaskCancellationHandler {
                try await firmwareDepot.install(package, for: plugin, sources: sources) { !stopped.isSet }
            } onCancel: {
                stopped.set()
            }
            try await reload(plugin.text)
        }
        let after = try await firmwareDepot.installed(for: plugin)[package.id].map(JSONValue.auditDocument)
        await noteChange(of: "firmware", "\(plugin)/\(package.id)", from: before, to: after, by: actor)
        for partial in partials { try await partial.remove() }
    }

    /// A file in one of some directories, if it is the right one.
    ///
    /// - Throws: `PackageError` for a file of the right name in the directory for files put there by hand that is another.
    private func find(_ file: FirmwarePackage.File, in places: [String]) async throws -> String? {
        let byHand = directories.byHand
        return try await onDisk {
            for place in places {
                let path = "\(place)/\(file.name)"
                guard FileManager.default.fileExists(atPath: path) else { continue }
                if file.isRight(try BoundedFile.sums(of: path)) { return path }
                guard place == byHand else { continue }
                throw PackageError(
                    .mismatch, path, "it is another file than the plugin expects: \(file.size) bytes with \(file.checksum)",
                    remedy: "put the right version there, or remove it so that it is downloaded")
            }
            return nil
        }
    }

    private func fetch(
        _ file: FirmwarePackage.File, into partial: PartialFile, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let byHand = "get \(file.name) (\(file.size) bytes, \(file.checksum)) from the manufacturer, put it as \(directories.byHand)/\(file.name), and install again"
        guard let url = file.url else {
            throw PackageError(.notFound, file.name, "its manufacturer does not offer it for download", remedy: byHand)
        }
        do {
            try await downloader().download(url, into: partial, size: file.size, isRight: { file.isRight($0) }, progress: progress)
        } catch let error as PackageError where error.code == .notFound || error.code == .mismatch {
            throw PackageError(error.code, error.subject, error.reason, remedy: byHand)
        } catch let error as PackageError where error.code == .unreachable {
            throw PackageError(error.code, error.subject, error.reason, remedy: "\(error.remedy); or \(byHand)")
        }
    }
}

extension FirmwarePackage.File {
    /// What a partial download is called.
    fileprivate var partialName: String {
        switch checksum {
        case .sha1(let digits): "sha1-\(digits)"
        case .sha256(let digits): digits
        }
    }
}

/// Tells work on a thread of its own that its task was cancelled.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
