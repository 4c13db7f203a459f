// SPDX-License-Identifier: GPL-3.0-or-later

public import Archives
import Foundation
public import PhonePlugins

/// A plugin as one file: a tar.gz with `package.json`, and behind it the plugin's files with those of its family.
///
///     package.json      the sums of all others
///     common.yml        the family's part of the manifest, if there is one
///     files/…
///     plugin.yml
///     templates/…
///
/// The same plugin gives the same bytes. Everything here blocks: call it on a thread that may wait.
public enum PluginPackage {
    /// A package that was made.
    public struct Packed: Sendable {
        /// Its file name.
        public let name: String
        /// Its bytes.
        public let bytes: [UInt8]
        /// The sums of its files.
        public let manifest: PackageManifest
    }

    /// Makes the package of the plugin in a directory.
    ///
    /// The plugin is loaded first, so that one with a fault is not packed. Tests, hidden files and what is not served stay behind.
    ///
    /// - Throws: `PackageError`; its text is the plugin's problem if the plugin is to blame.
    public static func pack(_ directory: String) throws(PackageError) -> Packed {
        let plugin: Plugin
        do {
            plugin = try Plugin(directory: directory)
        } catch {
            throw PackageError(.malformed, "\(error.place)", error.reason, remedy: error.remedy)
        }
        guard PackageName.isVersion(plugin.manifest.version) else {
            throw PackageError(
                .malformed, directory + "/plugin.yml", "“\(plugin.manifest.version)” cannot be part of a file's name",
                remedy: "write the version with letters, digits, “.”, “-”, “_”, “+” and “~”")
        }
        var entries: [ReproducibleTar.Entry] = []
        var files: [PackageManifest.File] = []
        for (path, source) in try contents(of: directory).sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let bytes = try BoundedFile.read(source, limit: PackageLimits.packageBytes)
            entries.append(.init(path: path, bytes: bytes))
            files.append(.init(path: path, size: bytes.count, sha256: Hexadecimal.sha256(of: bytes)))
        }
        let manifest = PackageManifest(id: plugin.id, version: plugin.manifest.version, files: files)
        let bytes: [UInt8]
        do {
            bytes = try ReproducibleTar.gzipped([.init(path: PackageManifest.fileName, bytes: manifest.bytes)] + entries)
        } catch {
            throw PackageError(error)
        }
        guard bytes.count <= PackageLimits.packageBytes else {
            throw PackageError(
                .malformed, directory, "the package would have \(bytes.count) bytes, and \(PackageLimits.packageBytes) are allowed",
                remedy: "leave firmware out of files/ and list it under firmware_packages")
        }
        return Packed(name: PackageName.file(id: plugin.id, version: manifest.version), bytes: bytes, manifest: manifest)
    }

    /// The files of a plugin and its family by their path in the package; the plugin's own hide those of the family.
    private static func contents(of directory: String) throws(PackageError) -> [String: String] {
        var contents: [String: String]
        do {
            contents = try PluginDirectory.packageContents(of: directory)
        } catch {
            throw PackageError(.malformed, "\(error.place)", error.reason, remedy: error.remedy)
        }
        for name in ["LICENSE", "README.md"] where FileManager.default.fileExists(atPath: directory + "/" + name) {
            contents[name] = directory + "/" + name
        }
        return contents
    }

    /// Reads what a package says that it holds. Nothing but `package.json` is written, into an empty directory; the rest is not looked at
    /// but for the names.
    public static func manifest(of path: String, into directory: String) throws(PackageError) -> PackageManifest {
        do {
            _ = try Unpacking(limits: .pluginPackage).unpack(path, format: .tar, into: directory) { $0 == PackageManifest.fileName }
        } catch {
            throw PackageError(error)
        }
        return try manifest(unpackedInto: directory, of: path)
    }

    private static func manifest(unpackedInto directory: String, of path: String) throws(PackageError) -> PackageManifest {
        let name = "\(path), \(PackageManifest.fileName)"
        guard FileManager.default.fileExists(atPath: "\(directory)/\(PackageManifest.fileName)") else {
            throw PackageError(.malformed, name, "it is missing", remedy: "this is no package of provd; make it with “provctl plugin pack”")
        }
        return try PackageManifest(
            parsing: try BoundedFile.read("\(directory)/\(PackageManifest.fileName)", limit: PackageLimits.manifestBytes), file: name)
    }

    /// Unpacks a package into an empty directory, and checks it: every file has its sum, there is no other, and it is a sound plugin.
    ///
    /// After an error the directory may hold some of the files.
    ///
    /// - Parameters:
    ///   - surroundings: What the plugin is loaded with, such as the running provd's version.
    ///   - unpacking: How it is unpacked.
    public static func unpack(
        _ path: String, into directory: String, surroundings: PluginSurroundings = PluginSurroundings(),
        unpacking: Unpacking = Unpacking(limits: .pluginPackage)
    ) throws(PackageError) -> (manifest: PackageManifest, plugin: Plugin) {
        let unpacked: [Unpacking.File]
        do {
            unpacked = try unpacking.unpack(path, format: .tar, into: directory)
        } catch {
            throw PackageError(error)
        }
        let manifest = try manifest(unpackedInto: directory, of: path)
        let listed = Dictionary(manifest.files.map { ($0.path, $0) }) { first, _ in first }
        for file in unpacked where file.path != PackageManifest.fileName {
            guard let expected = listed[file.path] else {
                throw PackageError(.mismatch, "\(path), \(file.path)", "the package does not list it", remedy: "do not use this package; fetch it anew")
            }
            guard file.size == expected.size, try BoundedFile.sums(of: "\(directory)/\(file.path)").sha256 == expected.sha256 else {
                throw PackageError(.mismatch, "\(path), \(file.path)", "its sum is another than listed", remedy: "do not use this package; fetch it anew")
            }
        }
        let present = Set(unpacked.map(\.path))
        if let missing = manifest.files.first(where: { !present.contains($0.path) }) {
            throw PackageError(.mismatch, "\(path), \(missing.path)", "it is listed and missing", remedy: "do not use this package; fetch it anew")
        }
        let plugin: Plugin
        do {
            plugin = try Plugin(directory: directory, surroundings: surroundings)
        } catch {
            throw PackageError(.malformed, "\(path), \(error.place)", error.reason, remedy: error.remedy)
        }
        guard plugin.id == manifest.id, plugin.manifest.version == manifest.version else {
            throw PackageError(
                .mismatch, path, "package.json speaks of \(manifest.id) \(manifest.version), and plugin.yml of \(plugin.id) \(plugin.manifest.version)",
                remedy: "do not use this package; fetch it anew")
        }
        return (manifest, plugin)
    }
}
