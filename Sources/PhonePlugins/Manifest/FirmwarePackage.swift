// SPDX-License-Identifier: GPL-3.0-or-later

/// Files of a manufacturer that are not part of a plugin and can be downloaded for it: firmware, languages.
public struct FirmwarePackage: Sendable, Hashable {
    /// One file to download.
    public struct File: Sendable, Hashable {
        /// The name under which it is kept.
        public let name: String
        /// Where it can be had; `nil` if an administrator must supply it.
        public let url: String?
        /// Its length in bytes.
        public let size: Int
        /// Its checksum.
        public let checksum: Checksum
    }

    /// How a file is known to be the right one.
    public enum Checksum: Sendable, Hashable {
        /// SHA-1, as manufacturers and older indexes give it: it finds damage, not malice. Forty lower-case digits.
        case sha1(String)
        /// SHA-256. Sixty-four lower-case digits.
        case sha256(String)
    }

    /// What is done with the downloaded files.
    public struct Step: Sendable, Hashable {
        /// The forms of archive that can be taken apart. `tar` may be compressed; `gz` and `xz` are single files that are.
        public enum Archive: String, Sendable, Hashable, CaseIterable {
            case zip, tar, rar, gz, xz
            case sevenZip = "7z"
        }

        /// On which of the downloaded files it works, as names with `*`; empty for all.
        public let sources: [String]
        /// What the files are taken out of, the outermost archive first; empty for files that are used as they are.
        public let unpack: [Archive]
        /// Which files or directories, as names with `*`: a name alone at any depth, a path from the beginning.
        public let members: [String]
        /// The directory below `files/` into which they go, ending in a slash.
        public let destination: String
        /// The name that the one file gets there, for a phone that asks for another than the manufacturer gave it; `nil` if it keeps its own.
        public let newName: String?
    }

    /// The package's name within its plugin.
    public let id: String
    /// The manufacturer's version.
    public let version: String
    /// What it is, by language.
    public let descriptions: [String: String]
    /// The models that it is for; empty for all.
    public let models: [String]
    /// What must be downloaded.
    public let files: [File]
    /// What is done with it.
    public let steps: [Step]
}
