// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Sends phones a SIP NOTIFY. The SIP endpoint implements it.
public protocol PhoneNotifier: Sendable {
    /// Sends a NOTIFY with an event to a phone and waits for its answer.
    ///
    /// - Parameters:
    ///   - target: Which phone.
    ///   - event: The value of the Event header, such as `check-sync;reboot=true`.
    func notify(_ target: NotifyTarget, event: String) async -> NotifyResult
}

/// By what a phone is reached.
public enum NotifyTarget: Sendable, Hashable {
    /// The flow on which an account registered, which works behind NAT.
    case account(String)
    /// An address at which a phone listens on the default port.
    case address(IPAddress)
}

/// What became of a NOTIFY.
public enum NotifyResult: Sendable, Equatable {
    /// The phone answered with a final status.
    case answered(status: Int)
    /// The phone did not answer in time.
    case noAnswer
    /// The account is not registered.
    case notRegistered
    /// It could not be sent.
    case failed(String)
}
