// SPDX-License-Identifier: GPL-3.0-or-later

/// What is wrong with an answer or a file of the set-up, and what to do about it.
public struct SetupProblem: Error, Equatable, CustomStringConvertible {
    /// The words for a person.
    public let description: String

    /// Says what is wrong.
    public init(_ description: String) { self.description = description }
}
