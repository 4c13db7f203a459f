// SPDX-License-Identifier: GPL-3.0-or-later

/// The SIP account that a phone's configuration holds.
public struct PhoneAccount: Sendable, Hashable {
    /// The registrar's host name or address.
    public var host: String
    /// The registrar's port.
    public var port: UInt16
    /// The user part of the phone's address of record.
    public var user: String
    /// The name that the phone proves to be.
    public var authUser: String
    /// The password.
    public var password: String

    /// Makes an account.
    public init(host: String, port: UInt16 = 5060, user: String, authUser: String, password: String) {
        self.host = host
        self.port = port
        self.user = user
        self.authUser = authUser
        self.password = password
    }
}

/// A configuration cannot be made use of: why, in words for an administrator.
public struct AccountProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why.
    public let reason: String

    init(_ reason: String) { self.reason = reason }

    public var description: String { reason }
}
