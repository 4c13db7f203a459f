// SPDX-License-Identifier: GPL-3.0-or-later

/// The identifier of an API token. It is no secret: lists and the audit log show it.
public struct APITokenID: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Takes an identifier as it is in the database or a request.
    public init(_ text: String) { description = text }

    /// The administrator's token, which is made at first start.
    public static let administrator = APITokenID("administrator")
}

/// A token of the management API, as provd keeps it: without the token itself.
public struct APIToken: Sendable, Hashable, Identifiable {
    /// The token's key.
    public let id: APITokenID
    /// The SHA-256 of the token, 32 bytes. The token has more than 200 random bits, so that a slow hash would add nothing.
    public var digest: [UInt8]
    /// The tenant for which it acts unless a request names one below it.
    public var tenant: TenantID
    /// What people call it.
    public var name: String
    /// What it allows, as patterns of permissions.
    public var permissions: [String]
    /// When it was made, in seconds since 1970.
    public var created: Double
    /// When it ends, in seconds since 1970; `nil` if it does not.
    public var expires: Double?

    /// Makes a token.
    public init(
        id: APITokenID, digest: [UInt8], tenant: TenantID, name: String, permissions: [String], created: Double, expires: Double?
    ) {
        self.id = id
        self.digest = digest
        self.tenant = tenant
        self.name = name
        self.permissions = permissions
        self.created = created
        self.expires = expires
    }

    /// Whether it counts at a time.
    public func isValid(at now: Double) -> Bool { expires.map { now < $0 } ?? true }
}

/// Patterns of permissions such as `provd.devices.#`, with the meaning that they have in wazo-auth.
///
/// `*` stands for any run of characters without a dot, `#` for any run at all. A pattern that begins with `!` takes away
/// what it matches, whatever the others give.
public struct PermissionPatterns: Sendable, Equatable {
    private let giving: [[UInt8]]
    private let taking: [[UInt8]]

    /// Takes patterns.
    public init(_ patterns: [String]) {
        giving = patterns.filter { !$0.hasPrefix("!") }.map { Array($0.utf8) }
        taking = patterns.filter { $0.hasPrefix("!") }.map { Array($0.dropFirst().utf8) }
    }

    /// Whether a permission is given.
    public func allow(_ permission: String) -> Bool {
        let text = Array(permission.utf8)
        return giving.contains { Self.matches($0, text) } && !taking.contains { Self.matches($0, text) }
    }

    /// Whether all that another pattern gives is given here too: a token makes no token that may more than itself.
    ///
    /// The other pattern is taken as text, where `*` is a character as any other and only `#` matches `#`; what matches
    /// then holds for all that the pattern stands for. It says no in doubt.
    public func cover(_ pattern: String) -> Bool {
        guard !pattern.hasPrefix("!") else { return true }
        // What is taken away might lie within the pattern: only somebody from whom nothing is taken can pass patterns on.
        guard taking.isEmpty else { return !pattern.utf8.contains { "*#".utf8.contains($0) } && allow(pattern) }
        return giving.contains { Self.matches($0, Array(pattern.utf8)) }
    }

    /// Compares in time proportional to the product of the lengths, whatever the pattern.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        // reached[i]: the pattern so far can end before text[i].
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for byte in pattern {
            switch byte {
            case UInt8(ascii: "#"), UInt8(ascii: "*"):
                for index in text.indices where reached[index] {
                    let isStopped = byte == UInt8(ascii: "*") && (text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: "#"))
                    if !isStopped { reached[index + 1] = true }
                }
            default:
                for index in text.indices.reversed() { reached[index + 1] = reached[index] && text[index] == byte }
                reached[0] = false
            }
        }
        return reached[text.count]
    }
}
