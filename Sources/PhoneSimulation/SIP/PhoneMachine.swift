// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// Something that a phone does at its SIP server, until it knows what came of it. A pure value: answers and time in, datagrams and an outcome out.
protocol PhoneMachine: Sendable {
    /// What comes of it.
    associatedtype Outcome: Sendable

    /// When to call ``advance(to:)``; `nil` if time changes nothing.
    var deadline: ContinuousClock.Instant? { get }

    /// Begins; is called once.
    mutating func begin(now: ContinuousClock.Instant) -> [PhoneAction<Outcome>]

    /// Takes an answer of the server.
    mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [PhoneAction<Outcome>]

    /// Does what is due.
    mutating func advance(to now: ContinuousClock.Instant) -> [PhoneAction<Outcome>]
}

/// What a ``PhoneMachine`` wants done.
enum PhoneAction<Outcome: Sendable>: Sendable {
    /// A datagram for the server.
    case send([UInt8])
    /// It is over.
    case finished(Result<Outcome, SIPFailure>)
}
