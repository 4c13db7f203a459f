// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
import Glibc
public import PhonePlugins

/// Manufacturers' firmware that was downloaded for plugins, on the disk. What several plugins want lies there once.
///
///     objects/5c0e…                 a file under its SHA-256
///     trees/yealink-v86@…/          all files of one plugin, as links to objects, with the list of its packages
///     current/yealink-v86           a link to the tree that counts
///
/// A change of one plugin's files is done wholly or not at all, also across a power cut.
public actor FirmwareDepot {
    private let directory: String
    private let trees: TreeStore
    private nonisolated let executor: BlockingExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private var objects: String { directory + "/objects" }
    private var work: String { directory + "/work" }

    /// Where the files of each plugin lie, below its id; see ``PluginSurroundings/downloads``.
    public nonisolated static func downloads(in directory: String) -> String { directory + "/current" }

    /// Opens the depot in a directory, which is made if it is missing, and removes what a crash left there. Blocks.
    public init(directory: String) throws(PackageError) {
        self.directory = directory
        trees = try TreeStore(root: directory)
        executor = BlockingExecutor(name: "firmware depot")
        try? FileManager.default.removeItem(atPath: directory + "/work")
        for name in ["objects", "work"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
            } catch {
                throw .file(error, "\(directory)/\(name)", "cannot be made")
            }
        }
        try trees.clean()
        Self.removeUnused(directory + "/objects")
    }

    /// The packages that are installed for a plugin, by id.
    public func installed(for plugin: PluginID) throws(PackageError) -> [String: FirmwareRecord] {
        guard let tree = trees.current(plugin.text) else { return [:] }
        return try FirmwareRecord.read("\(tree)/\(FirmwareRecord.fileName)")
    }

    /// Whether all files that a package unpacks to are here already, for this plugin or another.
    public func has(_ package: FirmwarePackage) throws(PackageError) -> Bool { try knownFiles(of: package) != nil }

    /// Installs a package, in the place of the version before.
    ///
    /// - Parameters:
    ///   - sources: The downloaded files by name, already checked; not looked at if ``has(_:)`` the package.
    ///   - goesOn: Whether to go on. It is asked often.
    public func install(
        _ package: FirmwarePackage, for plugin: PluginID, sources: [String: String], goesOn: @escaping @Sendable () -> Bool
    ) throws(PackageError) {
        let files: [FirmwareRecord.File]
        if let known = try knownFiles(of: package) {
            files = known
        } else {
            files = try unpack(package, sources, goesOn)
        }
        var records = try installed(for: plugin)
        records[package.id] = FirmwareRecord(version: package.version, recipe: package.recipe, files: files)
        try place(records, for: plugin)
    }

    /// Removes a package of a plugin.
    ///
    /// - Returns: Whether it was installed.
    public func remove(_ package: String, for plugin: PluginID) throws(PackageError) -> Bool {
        var records = try installed(for: plugin)
        guard records.removeValue(forKey: package) != nil else { return false }
        try place(records, for: plugin)
        return true
    }

    // MARK: Objects

    /// The files that a package unpacks to, if it was unpacked before for any plugin.
    private func knownFiles(of package: FirmwarePackage) throws(PackageError) -> [FirmwareRecord.File]? {
        for (_, tree) in try trees.current() {
            for record in try FirmwareRecord.read("\(tree)/\(FirmwareRecord.fileName)").values where record.recipe == package.recipe {
                if record.files.allSatisfy({ FileManager.default.fileExists(atPath: "\(objects)/\($0.sha256)") }) { return record.files }
            }
        }
        return nil
    }

    /// Unpacks a package into objects.
    private func unpack(
        _ package: FirmwarePackage, _ sources: [String: String], _ goesOn: @escaping @Sendable () -> Bool
    ) throws(PackageError) -> [FirmwareRecord.File] {
        let scratch = "\(work)/\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let placements = try FirmwareUnpacking(package: package, sources: sources, scratch: scratch, goesOn: goesOn).run()
        var files: [FirmwareRecord.File] = []
        for (path, file) in placements.sorted(by: { $0.key < $1.key }) {
            let sums = try BoundedFile.sums(of: file.path, goesOn: goesOn)
            let object = "\(objects)/\(sums.sha256)"
            if !FileManager.default.fileExists(atPath: object) {
                if file.isOurs {
                    guard unsafe rename(file.path, object) == 0 else { throw .system(errno, object, "cannot be made") }
                } else {
                    try copy(file.path, to: object, in: scratch)
                }
            }
            files.append(FirmwareRecord.File(path: path, size: sums.size, sha256: sums.sha256))
        }
        return files
    }

    private func copy(_ source: String, to object: String, in scratch: String) throws(PackageError) {
        let temporary = "\(scratch)/copy"
        do {
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
            try? FileManager.default.removeItem(atPath: temporary)
            try FileManager.default.copyItem(atPath: source, toPath: temporary)
        } catch {
            throw .file(error, source, "cannot be copied")
        }
        guard unsafe rename(temporary, object) == 0 else { throw .system(errno, object, "cannot be made") }
    }

    // MARK: Trees

    /// Writes the tree of a plugin anew, of the objects of all its packages.
    private func place(_ records: [String: FirmwareRecord], for plugin: PluginID) throws(PackageError) {
        guard !records.isEmpty else {
            _ = try trees.remove(plugin.text)
            return Self.removeUnused(objects)
        }
        let draft = try trees.draft(plugin.text)
        do throws(PackageError) {
            var owners: [String: (package: String, sha256: String)] = [:]
            for (package, record) in records.sorted(by: { $0.key < $1.key }) {
                for file in record.files {
                    if let owner = owners[file.path] {
                        guard owner.sha256 == file.sha256 else {
                            throw PackageError(
                                .conflict, "\(plugin), package \(package)", "“\(file.path)” would take the place of that of package \(owner.package)",
                                remedy: "uninstall \(owner.package) first")
                        }
                        continue
                    }
                    owners[file.path] = (package, file.sha256)
                    try link(file, below: draft.path)
                }
            }
            try BoundedFile.replace("\(draft.path)/\(FirmwareRecord.fileName)", with: FirmwareRecord.bytes(of: records))
            try trees.commit(draft, as: plugin.text)
        } catch {
            trees.discard(draft)
            throw error
        }
        Self.removeUnused(objects)
    }

    private func link(_ file: FirmwareRecord.File, below tree: String) throws(PackageError) {
        let path = "\(tree)/\(file.path)"
        do {
            try FileManager.default.createDirectory(
                atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw .file(error, path, "cannot be made")
        }
        guard unsafe Glibc.link("\(objects)/\(file.sha256)", path) == 0 else { throw .system(errno, path, "cannot be made") }
    }

    /// Removes the objects to which no tree links any more.
    private static func removeUnused(_ objects: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: objects)) ?? [] {
            let path = "\(objects)/\(name)"
            let links = (try? FileManager.default.attributesOfItem(atPath: path)[.referenceCount] as? Int) ?? 2
            if links == 1 { unsafe unlink(path) }
        }
    }
}
