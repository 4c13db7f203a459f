// SPDX-License-Identifier: GPL-3.0-or-later

/// How much an archive may hold, so that a small file cannot fill the disk or keep a thread for hours.
public struct ArchiveLimits: Sendable, Hashable {
    /// The most entries, directories too.
    public var entries: Int
    /// The largest file in bytes.
    public var entryBytes: Int
    /// The most bytes of all files together.
    public var totalBytes: Int
    /// How many times the archive's own length all files may have together.
    ///
    /// Deflate reaches 1030 and xz far more, but only with what is all the same.
    public var ratio: Int
    /// Up to this many bytes the ratio is not looked at: small texts may compress well.
    public var ratioFloor: Int

    /// Names the limits.
    public init(entries: Int, entryBytes: Int, totalBytes: Int, ratio: Int = 200, ratioFloor: Int = 16 << 20) {
        self.entries = entries
        self.entryBytes = entryBytes
        self.totalBytes = totalBytes
        self.ratio = ratio
        self.ratioFloor = ratioFloor
    }

    /// For packages of plugins: templates and texts, some hundred files of a few kilobytes.
    public static let pluginPackage = ArchiveLimits(entries: 10_000, entryBytes: 64 << 20, totalBytes: 256 << 20)
    /// For manufacturers' firmware: the largest known archive, for all phones of a maker, unpacks to 2 GB.
    public static let firmware = ArchiveLimits(entries: 20_000, entryBytes: 4 << 30, totalBytes: 16 << 30)
}
