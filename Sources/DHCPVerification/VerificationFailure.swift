// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a verification could not be carried out, in words for the person who asked for it.
public struct VerificationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
