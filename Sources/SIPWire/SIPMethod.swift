// SPDX-License-Identifier: GPL-3.0-or-later

/// A request method. Methods are tokens and their case matters (RFC 3261 section 7.1).
public struct SIPMethod: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }

    public static let ack = SIPMethod(rawValue: "ACK")
    public static let bye = SIPMethod(rawValue: "BYE")
    public static let cancel = SIPMethod(rawValue: "CANCEL")
    public static let info = SIPMethod(rawValue: "INFO")
    public static let invite = SIPMethod(rawValue: "INVITE")
    public static let message = SIPMethod(rawValue: "MESSAGE")
    public static let notify = SIPMethod(rawValue: "NOTIFY")
    public static let options = SIPMethod(rawValue: "OPTIONS")
    public static let prack = SIPMethod(rawValue: "PRACK")
    public static let publish = SIPMethod(rawValue: "PUBLISH")
    public static let refer = SIPMethod(rawValue: "REFER")
    public static let register = SIPMethod(rawValue: "REGISTER")
    public static let subscribe = SIPMethod(rawValue: "SUBSCRIBE")
    public static let update = SIPMethod(rawValue: "UPDATE")

    /// Whether the method is registered with IANA: an element that knows it but does not
    /// serve it answers 405, and 501 otherwise.
    public var isRegistered: Bool {
        Self.registered.contains(self)
    }

    private static let registered: Set<SIPMethod> = [
        .ack, .bye, .cancel, .info, .invite, .message, .notify, .options, .prack, .publish, .refer, .register, .subscribe, .update,
    ]
}
