// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a call of the hook cannot be understood.
public struct HookInputError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    public let description: String

    static func missing(_ what: String) -> HookInputError { HookInputError(description: "the DHCP server gave no \(what)") }

    static func malformed(_ what: String, _ value: String) -> HookInputError {
        let excerpt = value.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }.joined()
        return HookInputError(description: "“\(excerpt)” is no \(what)")
    }
}
