// SPDX-License-Identifier: GPL-3.0-or-later

/// What a server said to a request for a file.
public enum FetchAnswer: Sendable, Hashable {
    /// The file.
    case file([UInt8])
    /// No file, for this reason: `404` of HTTP, `TFTP error 1`.
    case refused(String, isMissing: Bool)
}

/// A server could not be asked, or did not answer.
public struct FetchFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why; short, so that equal failures can be counted together.
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}

/// Limits of what is fetched.
enum FetchLimits {
    /// Bytes of a file. A phone's configuration has 50 kB, and the largest that a plugin may render 4 MB.
    static let fileBytes = 8 << 20
    /// How long a server may take for one file. A phone gives up sooner; a server under load should be seen to be slow and not to fail.
    static let patience = Duration.seconds(60)
}
