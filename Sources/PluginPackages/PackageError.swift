// SPDX-License-Identifier: GPL-3.0-or-later

public import Archives
import Glibc

/// Why a package, an index or a key is not used: what, why, and what to do.
public struct PackageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may answer in different ways.
    public enum Code: Sendable {
        /// The bytes are not what their kind asks for.
        case malformed
        /// A checksum, a length or a name is another than was promised.
        case mismatch
        /// No signature, or none by a key that is trusted.
        case untrusted
        /// An index older than the one that is known, or one that has expired.
        case outdated
        /// There is no such thing.
        case notFound
        /// It is there already, or something else is being done with it.
        case conflict
        /// No room is left on the disk.
        case noSpace
        /// The network or a server did not do its part.
        case unreachable
        /// The caller asked to stop.
        case cancelled
        /// The system refused something.
        case failed
    }

    /// The kind of failure.
    public let code: Code
    /// The file, package or repository.
    public let subject: String
    /// What is wrong.
    public let reason: String
    /// What to do.
    public let remedy: String

    /// Describes an error.
    public init(_ code: Code, _ subject: String, _ reason: String, remedy: String) {
        self.code = code
        self.subject = subject
        self.reason = reason
        self.remedy = remedy
    }

    /// What an archive's error means for a package.
    public init(_ error: ArchiveError) {
        let code: Code =
            switch error.code {
            case .noSpace: .noSpace
            case .cancelled: .cancelled
            case .failed: .failed
            case .unreadable, .damaged, .hostileEntry, .tooLarge, .encrypted: .malformed
            }
        self.init(code, error.archive + (error.entry.map { ", entry “\($0)”" } ?? ""), error.reason, remedy: error.remedy)
    }

    public var description: String { "\(subject): \(reason): \(remedy)" }

    /// The error that a failed system call means.
    package static func system(_ number: Int32, _ subject: String, _ doing: String) -> PackageError {
        if number == ENOSPC || number == EDQUOT {
            return PackageError(.noSpace, subject, "no room is left on the disk", remedy: "make room, then try again; nothing was changed")
        }
        let words = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        return PackageError(.failed, subject, "it \(doing): \(words)", remedy: "see that the disk is sound and that provd's user may write there")
    }
}
