// SPDX-License-Identifier: GPL-3.0-or-later

public import PhonePlugins

/// Why something that an author asked for was not done, in words for the person at the terminal: what, where, and what to do.
public struct AuthoringError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
    /// The place in a template that is to blame, if it is one.
    public let place: PluginProblem.Place?

    /// Says what is wrong and what to do.
    public init(_ description: String, at place: PluginProblem.Place? = nil) {
        self.description = description
        self.place = place
    }
}
