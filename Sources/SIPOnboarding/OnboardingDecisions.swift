// SPDX-License-Identifier: GPL-3.0-or-later

/// What the SIP endpoint asks and tells the rest of provd.
///
/// The endpoint speaks SIP and decides nothing else: whether a name is an account, what
/// dialled digits mean, and what follows from a registration is decided behind this protocol.
/// Every function may take its time; the endpoint goes on serving others meanwhile.
public protocol OnboardingDecisions: Sendable {
    /// Finds an account by its name.
    ///
    /// - Returns: the account; `nil` if there is none. The caller is told the same either way.
    /// - Throws: if it cannot be found out now. The caller is asked to try again later: a phone
    ///   that is told 403 instead may give up for good.
    func account(named username: String) async throws -> SIPAccount?

    /// Decides what dialled digits mean for an account. Called once for each call.
    func dialled(_ call: DialledCall) async -> DialOutcome

    /// Decides what follows from the keys with which a caller answered a question; there are none if the caller let the
    /// time pass.
    func entered(_ digits: String, to question: CallQuestion, in call: DialledCall) async -> DialOutcome

    /// A phone registered, refreshed its registration, or is gone.
    func registered(_ report: SIPRegistrationReport) async

    /// A call that ``dialled(_:)`` accepted is over, whoever ended it. What must not disturb
    /// the call, such as restarting the phone, is done now.
    func callEnded(_ end: CallEnd) async

    /// A request was sent with wrong credentials.
    func authenticationFailed(_ failure: SIPAuthenticationFailure) async

    /// A request showed who sent it. Nothing in it is proved.
    func sighted(_ sighting: SIPSighting) async

    /// Calls between lines were refused because there are too many. Told once a minute, not with each call.
    func outgrown(_ bound: RelayBound) async
}

/// What of the proxy a site has outgrown.
public enum RelayBound: Sendable, Hashable {
    /// So many lines are registered, and this is the most for which calls are connected.
    case lines(Int, most: Int)
    /// So many calls ring at the same time.
    case calls(most: Int)
}

/// An account that phones register with.
public struct SIPAccount: Sendable, Hashable {
    /// Whose account it is.
    public enum Owner: Sendable, Hashable {
        /// A device that has no line yet: the account can dial codes and nothing else.
        case autoprov(deviceID: String)
        /// A person's line, on a device if that is known.
        case line(lineID: String, deviceID: String?)
    }

    /// The name, which is also the user part of the address.
    public let username: String

    /// The password in plain text.
    public let password: String

    /// Whose account it is.
    public let owner: Owner

    /// Creates an account.
    public init(username: String, password: String, owner: Owner) {
        self.username = username
        self.password = password
        self.owner = owner
    }
}

/// A call that waits for a decision.
public struct DialledCall: Sendable, Hashable {
    /// Identifies the call within this process.
    public let id: UInt64

    /// What was dialled: the user part of the Request-URI, escapes undone.
    public let digits: String

    /// Who dialled it, proved by its password.
    public let account: SIPAccount

    /// Where the call came from.
    public let remote: SIPAddress

    /// The phone's User-Agent header field.
    public let userAgent: String?

    /// Creates a call.
    public init(id: UInt64, digits: String, account: SIPAccount, remote: SIPAddress, userAgent: String? = nil) {
        self.id = id
        self.digits = digits
        self.account = account
        self.remote = remote
        self.userAgent = userAgent
    }
}

/// What dialled digits mean.
public enum DialOutcome: Sendable, Hashable {
    /// The digits did something: the call is answered.
    case accepted(CallAnswer)
    /// The digits are refused for a reason that the caller should hear.
    case refused(DialRefusal, speech: CallSpeech? = nil)
    /// The caller is to answer with keys. Such a call is always answered, because phones send no keys before.
    case question(CallQuestion)
    /// The digits are somebody's number: all phones that are registered with these accounts ring.
    case forward([String])
    /// The digits mean nothing here.
    case notHandled
}

/// How a call is answered.
public struct CallAnswer: Sendable, Hashable {
    /// What the caller hears; `nil` for silence.
    public let speech: CallSpeech?

    /// How long after the caller's ACK the server hangs up a silent call; `nil` for the configured time.
    public let hangUpAfter: Duration?

    /// Creates an answer.
    public init(speech: CallSpeech? = nil, hangUpAfter: Duration? = nil) {
        self.speech = speech
        self.hangUpAfter = hangUpAfter
    }
}

/// Why dialled digits are refused.
public enum DialRefusal: Sendable, Hashable {
    /// No line has this code.
    case unknownCode
    /// The code was good once, and was used.
    case usedCode
    /// The code was good once, and grew old.
    case expiredCode
    /// The code is good, but not for this device or this account.
    case notAllowed
    /// A PIN is wrong.
    case wrongPIN
    /// What was asked for cannot be done on this device.
    case notPossible
    /// Too many wrong codes: try again after this time.
    case locked(retryAfter: Duration)
    /// Something is wrong on the server's side.
    case trouble
}

/// A change of a phone's registration.
public struct SIPRegistrationReport: Sendable, Hashable {
    /// What changed.
    public enum Change: Sendable, Hashable {
        /// A contact that was not there before.
        case first
        /// A contact that was there already.
        case refresh
        /// The contact was removed by the phone.
        case removed
        /// The contact ran out, or made place for newer ones.
        case expired
    }

    /// The account.
    public let account: SIPAccount

    /// The contact's URI.
    public let contact: String

    /// Where the phone is, as seen from here.
    public let remote: SIPAddress

    /// The transport.
    public let transport: SIPTransport

    /// The phone's User-Agent header field.
    public let userAgent: String?

    /// Seconds until the registration runs out; 0 if it is gone.
    public let expires: UInt32

    /// What changed.
    public let change: Change

    /// Creates a report.
    public init(
        account: SIPAccount, contact: String, remote: SIPAddress, transport: SIPTransport, userAgent: String? = nil, expires: UInt32, change: Change
    ) {
        self.account = account
        self.contact = contact
        self.remote = remote
        self.transport = transport
        self.userAgent = userAgent
        self.expires = expires
        self.change = change
    }
}

/// The end of an accepted call.
public struct CallEnd: Sendable, Hashable {
    /// How a call ended.
    public enum Reason: Sendable, Hashable {
        /// The server hung up, and the phone agreed or did not answer.
        case hungUpByServer
        /// The phone hung up.
        case hungUpByPhone
        /// The phone gave up before the call was answered.
        case cancelled
        /// The phone never acknowledged the answer.
        case notAcknowledged
        /// The endpoint stopped.
        case stopped
    }

    /// The call.
    public let call: DialledCall

    /// How it ended.
    public let reason: Reason

    /// Creates an end.
    public init(call: DialledCall, reason: Reason) {
        self.call = call
        self.reason = reason
    }
}

/// A request with wrong credentials, for the security log.
public struct SIPAuthenticationFailure: Sendable, Hashable {
    /// What was wrong.
    public enum Reason: Sendable, Hashable {
        /// There is no such account.
        case unknownAccount
        /// The password is wrong.
        case wrongPassword
        /// The password is right, but for another account than the one that is registered.
        case otherAccount
    }

    /// The name that was claimed.
    public let username: String

    /// Where the request came from.
    public let remote: SIPAddress

    /// What was wrong.
    public let reason: Reason

    /// How many requests from this address failed in a row, this one included.
    public let failureCount: Int

    /// Creates a failure.
    public init(username: String, remote: SIPAddress, reason: Reason, failureCount: Int) {
        self.username = username
        self.remote = remote
        self.reason = reason
        self.failureCount = failureCount
    }
}

/// What an unauthenticated request shows of its sender.
public struct SIPSighting: Sendable, Hashable {
    /// The User-Agent header field.
    public let userAgent: String

    /// Where the request came from.
    public let remote: SIPAddress

    /// The user part of From: the account's name, if the phone has one.
    public let username: String?

    /// Creates a sighting.
    public init(userAgent: String, remote: SIPAddress, username: String? = nil) {
        self.userAgent = userAgent
        self.remote = remote
        self.username = username
    }
}

/// What became of a NOTIFY.
public enum NotifyOutcome: Sendable, Hashable {
    /// The phone answered with a final status code.
    case answered(statusCode: Int, reason: String)
    /// The phone did not answer within 32 seconds.
    case timedOut
    /// Nothing is known of where the phone is.
    case notRegistered
    /// The phone's connection is closed, and there is no other way to it.
    case unreachable
    /// Too many NOTIFY requests wait for their answers: try again later.
    case overloaded
}
