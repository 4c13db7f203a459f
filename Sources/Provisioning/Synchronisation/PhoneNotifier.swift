// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// Sends phones a SIP NOTIFY. The SIP endpoint implements it.
public protocol PhoneNotifier: Sendable {
    /// Sends a NOTIFY to a phone and waits for its answer.
    ///
    /// - Parameters:
    ///   - target: Which phone.
    ///   - instruction: What it says.
    func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult
}

/// What a NOTIFY says to a phone.
public struct NotifyInstruction: Sendable, Hashable {
    /// In a body, what stands for the Call-ID with which the phone registered.
    public static let callIDMark = "$call_id"

    /// The value of the Event header, such as `check-sync;reboot=true`.
    public let event: String
    /// The lines of its body, which may hold ``callIDMark``; none if it has no body.
    public let lines: [String]
    /// The body's media type.
    public let contentType: String

    /// Makes an instruction.
    public init(event: String, lines: [String] = [], contentType: String = "text/plain") {
        self.event = event
        self.lines = lines
        self.contentType = contentType
    }
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
    /// It was given to a PBX that knows the phone and does not tell its answer.
    case sent
    /// The phone did not answer in time.
    case noAnswer
    /// The account is not registered.
    case notRegistered
    /// It could not be sent.
    case failed(String)
}

/// Several ways to phones: each is asked in turn until one knows the phone.
public struct PhoneNotifiers: PhoneNotifier {
    private let notifiers: [any PhoneNotifier]

    /// Puts ways together, the surest first.
    public init(_ notifiers: [any PhoneNotifier]) { self.notifiers = notifiers }

    public func notify(_ target: NotifyTarget, _ instruction: NotifyInstruction) async -> NotifyResult {
        var first: NotifyResult?
        for notifier in notifiers {
            let result = await notifier.notify(target, instruction)
            if result.isDone { return result }
            // What is said of a phone by the way that knows it says more than that others do not.
            if first == nil || first == .notRegistered { first = result }
        }
        return first ?? .notRegistered
    }
}

extension NotifyResult {
    fileprivate var isDone: Bool {
        switch self {
        case .answered(let status): (200..<300).contains(status)
        case .sent: true
        case .noAnswer, .notRegistered, .failed: false
        }
    }
}
