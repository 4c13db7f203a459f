// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Why an archive was not unpacked or written: what, in which entry, and what to do.
public struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may answer in different ways.
    public enum Code: Sendable {
        /// The archive cannot be opened, or is of another format.
        case unreadable
        /// It ends early, or its checksums do not fit.
        case damaged
        /// An entry would get out of the directory, or is no file.
        case hostileEntry
        /// It holds more than the limits allow.
        case tooLarge
        /// It needs a password.
        case encrypted
        /// No room is left on the disk.
        case noSpace
        /// The system refused something else.
        case failed
        /// The caller asked to stop.
        case cancelled
    }

    /// The kind of failure.
    public let code: Code
    /// The archive, as a path that a person can open.
    public let archive: String
    /// The entry that is to blame, with control characters replaced, or `nil`.
    public let entry: String?
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    init(_ code: Code, archive: String, entry: String? = nil, reason: String, remedy: String) {
        self.code = code
        self.archive = archive
        self.entry = entry
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String {
        "\(archive)\(entry.map { ", entry “\($0)”" } ?? ""): \(reason): \(remedy)"
    }

    /// The error that a failed system call means for an archive.
    static func system(_ number: Int32, archive: String, entry: String? = nil, doing: String) -> ArchiveError {
        if number == ENOSPC || number == EDQUOT {
            return ArchiveError(
                .noSpace, archive: archive, entry: entry, reason: "no room is left on the disk for unpacking it",
                remedy: "make room, then try again; nothing was changed")
        }
        return ArchiveError(
            .failed, archive: archive, entry: entry, reason: "\(doing): \(words(number))", remedy: "look at the disk and the directory's permissions")
    }

    private static func words(_ number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}
