// SPDX-License-Identifier: GPL-3.0-or-later

import ProvModel

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
        // An address can hold the password of its server, and errors are read by many.
        self.subject = SecretMask.mask(address: subject)
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String { "\(subject): \(reason): \(remedy)" }
}
