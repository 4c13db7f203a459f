// SPDX-License-Identifier: GPL-3.0-or-later

/// Why something that an author asked for was not done, in words for the person at the terminal: what, where, and what to do.
public struct AuthoringError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Says what is wrong and what to do.
    public init(_ description: String) { self.description = description }
}
