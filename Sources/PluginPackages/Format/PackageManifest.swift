// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import PhonePlugins

/// The sums of a package's files, which stand in its first file, `package.json`.
///
///     {"format": 1, "id": "acme-2", "version": "1.0.0", "files": [{"path": "plugin.yml", "size": 1041, "sha256": "…"}]}
public struct PackageManifest: Sendable, Hashable {
    /// One file.
    public struct File: Sendable, Hashable {
        /// Its path within the plugin.
        public let path: String
        /// Its length in bytes.
        public let size: Int
        /// Its SHA-256 in lower-case hexadecimal.
        public let sha256: String
    }

    /// The name of the file in a package.
    public static let fileName = "package.json"

    /// The plugin's id.
    public let id: PluginID
    /// The plugin's version.
    public let version: String
    /// All files but this one, ordered by path.
    public let files: [File]

    init(id: PluginID, version: String, files: [File]) {
        self.id = id
        self.version = version
        self.files = files
    }

    /// Reads a manifest.
    ///
    /// - Parameter file: The name that complaints give to it.
    public init(parsing bytes: [UInt8], file: String) throws(PackageError) {
        func malformed(_ reason: String) -> PackageError {
            PackageError(.malformed, file, reason, remedy: "this is no package of provd, or of a later one; make it with “provctl plugin pack”")
        }
        let document = try SealedDocument.parse(bytes, limit: PackageLimits.manifestBytes, malformed: malformed)
        guard let id = document["id"]?.string.flatMap({ PluginID($0) }) else { throw malformed("“id” is no plugin's id") }
        guard let version = document["version"]?.string, PackageName.isVersion(version) else { throw malformed("“version” is no version") }
        guard let list = document["files"]?.array else { throw malformed("it has no list “files”") }
        var files: [File] = []
        var seen: Set<String> = [Self.fileName]
        for entry in list {
            guard let path = entry["path"]?.string, PluginPath.isSafe(path), let size = entry["size"]?.int, size >= 0,
                let sha256 = entry["sha256"]?.string, Hexadecimal.isSHA256(sha256)
            else { throw malformed("an entry of “files” is no path with size and sha256") }
            guard seen.insert(path).inserted else { throw malformed("“\(path)” is in it twice") }
            files.append(File(path: path, size: size, sha256: sha256))
        }
        self.init(id: id, version: version, files: files)
    }

    /// The file's bytes.
    var bytes: [UInt8] {
        let list = files.map { file -> JSONValue in ["path": .string(file.path), "size": .int(file.size), "sha256": .string(file.sha256)] }
        let document: JSONValue = ["format": 1, "id": .string(id.text), "version": .string(version), "files": .array(list)]
        return document.serialized(.indented) + [0x0A]
    }
}

/// The names of packages' files.
public enum PackageName {
    /// What every package's name ends in.
    public static let suffix = ".tar.gz"

    /// The name of the package of a plugin's version: `acme-2-1.0.0.tar.gz`.
    public static func file(id: PluginID, version: String) -> String { "\(id)-\(version)\(suffix)" }

    /// Whether a text can be a version: letters, digits, `.`, `-`, `_`, `+` and `~`, beginning with a letter or digit.
    public static func isVersion(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first.isNumber, text.utf8.count <= PackageLimits.versionBytes else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_+~".contains($0)) }
    }
}
