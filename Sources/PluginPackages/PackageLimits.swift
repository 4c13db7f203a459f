// SPDX-License-Identifier: GPL-3.0-or-later

/// What is read of packages and repositories, so that none can exhaust who reads it.
public enum PackageLimits {
    /// The largest package in bytes. Firmware is not part of it; the largest known has some 300 kB.
    public static let packageBytes = 64 << 20
    /// The largest list of sums in bytes: 10,000 files need 2 MB.
    public static let manifestBytes = 4 << 20
    /// The largest index in bytes: a version with fifty models needs 8 kB.
    public static let indexBytes = 32 << 20
    /// The largest file of signatures in bytes; one signature needs 200.
    public static let signatureBytes = 64 << 10
    /// The most versions in one index.
    public static let indexEntries = 20_000
    /// The most signatures of one file, and the most keys of one repository: the old and the new during a change.
    public static let keys = 16
    /// The most repositories.
    public static let repositories = 50
    /// The longest version in bytes; it is part of a file's name.
    public static let versionBytes = 64
}
