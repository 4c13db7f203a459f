// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
public import PhonePlugins

/// What was installed of one firmware package.
public struct FirmwareRecord: Sendable, Hashable {
    /// A file that phones can fetch.
    public struct File: Sendable, Hashable {
        /// Its path below the plugin's `files/`.
        public let path: String
        /// Its length in bytes.
        public let size: Int
        /// Its SHA-256.
        public let sha256: String
    }

    /// The manufacturer's version.
    public let version: String
    /// What stands for the files to download and the steps: packages with one recipe unpack to the same files.
    let recipe: String
    /// The files.
    public let files: [File]

    /// The list of a plugin's packages, in its tree. The dot keeps it from being served.
    static let fileName = ".packages.json"

    static func read(_ path: String) throws(PackageError) -> [String: FirmwareRecord] {
        let bytes = try BoundedFile.read(path, limit: PackageLimits.manifestBytes)
        guard let document = (try? JSONValue(parsing: bytes))?.object else {
            throw PackageError(.malformed, path, "it is no list of packages", remedy: "uninstall the plugin's firmware by removing its directory, and install it again")
        }
        var records: [String: FirmwareRecord] = [:]
        for (id, value) in document {
            let files = (value["files"]?.array ?? []).compactMap { file -> File? in
                guard let path = file["path"]?.string, PluginPath.isSafe(path), let size = file["size"]?.int, let sha256 = file["sha256"]?.string,
                    Hexadecimal.isSHA256(sha256)
                else { return nil }
                return File(path: path, size: size, sha256: sha256)
            }
            records[id] = FirmwareRecord(version: value["version"]?.string ?? "", recipe: value["recipe"]?.string ?? "", files: files)
        }
        return records
    }

    static func bytes(of records: [String: FirmwareRecord]) -> [UInt8] {
        let members = records.sorted { $0.key < $1.key }.map { id, record -> (String, JSONValue) in
            let files = record.files.map { file -> JSONValue in ["path": .string(file.path), "size": .int(file.size), "sha256": .string(file.sha256)] }
            return (id, ["version": .string(record.version), "recipe": .string(record.recipe), "files": .array(files)])
        }
        return JSONValue.object(JSONObject(members)).serialized(.indented)
    }
}

extension FirmwarePackage {
    /// Stands for what is downloaded and what is done with it.
    var recipe: String {
        let files = files.map { "\($0.name) \($0.checksum)" }.sorted()
        let steps = steps.map { "\($0.sources) \($0.unpack) \($0.members) \($0.destination)\($0.newName ?? "")" }
        return Hexadecimal.sha256(of: Array((files + ["->"] + steps).joined(separator: "\n").utf8))
    }
}

extension FirmwarePackage.Checksum: CustomStringConvertible {
    /// The sum in words.
    public var description: String {
        switch self {
        case .sha1(let digits): "SHA-1 \(digits)"
        case .sha256(let digits): "SHA-256 \(digits)"
        }
    }
}

extension FirmwarePackage.File {
    /// Whether a file with some sums is this one.
    public func isRight(_ sums: FileSums) -> Bool {
        guard sums.size == size else { return false }
        return switch checksum {
        case .sha1(let digits): sums.sha1 == digits
        case .sha256(let digits): sums.sha256 == digits
        }
    }
}
