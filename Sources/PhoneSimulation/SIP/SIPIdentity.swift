// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// What a phone writes of itself into its requests.
struct SIPIdentity: Sendable, Hashable {
    /// Which of all simulated phones it is: replies and requests find it by this.
    let phone: Int
    /// The socket's address, as the registrar sees it.
    let host: String
    /// The socket's port.
    let port: UInt16
    /// What the phone calls itself.
    let userAgent: String?

    /// The user part of the phone's Contact, by which requests reach it.
    var contactUser: String { Self.mark + String(phone) }

    var contact: String { "<sip:\(contactUser)@\(authority)>" }

    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// A Via with a new branch that leads to the phone.
    func via() -> String {
        "SIP/2.0/UDP \(authority);rport;branch=\(Via.magicCookie)\(Self.mark)\(phone)-\(token())"
    }

    func callID() -> String { "\(Self.mark)\(phone)-\(token())" }

    func token() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    private static let mark = "ps"

    /// The phone that a Contact's user part means.
    static func phone(contactUser: String) -> Int? {
        contactUser.hasPrefix(mark) ? Int(contactUser.dropFirst(mark.count)) : nil
    }

    /// The phone that a branch was made for.
    static func phone(branch: String) -> Int? {
        guard branch.hasPrefix(Via.magicCookie + mark) else { return nil }
        return Int(branch.dropFirst(Via.magicCookie.count + mark.count).prefix { $0 != "-" })
    }
}
