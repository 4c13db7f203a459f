// SPDX-License-Identifier: GPL-3.0-or-later

/// A phone's SIP request came to nothing.
public struct SIPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why; short, so that equal failures can be counted together.
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}
