// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are not the DHCP message, or the frame around one, that they were taken for.
///
/// Fields have the names of the documents that define them: `chaddr` (RFC 2131), `total length` (RFC 791),
/// `option 60` (RFC 2132).
public enum DHCPWireError: Error, Hashable, Sendable {
    /// The bytes end inside `field`, which needs `needed` octets where `available` are left.
    case truncated(field: String, needed: Int, available: Int)
    /// `field` holds a value that its definition does not allow.
    case invalid(field: String, reason: String)
    /// `field` has `count` octets, more than the `limit` that fit.
    case tooLong(field: String, count: Int, limit: Int)

    /// The field at which reading or writing stopped.
    public var field: String {
        switch self {
        case .truncated(let field, _, _), .invalid(let field, _), .tooLong(let field, _, _): field
        }
    }
}

extension DHCPWireError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let field, let needed, let available):
            "cut short in \(field): \(needed) octets are needed and \(available) are left"
        case .invalid(let field, let reason):
            "bad \(field): \(reason)"
        case .tooLong(let field, let count, let limit):
            "\(field) has \(count) octets, and at most \(limit) fit"
        }
    }
}
