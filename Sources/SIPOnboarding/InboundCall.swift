// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// An answered call: the server's side of its dialog (RFC 3261 sections 13.3.1.4 and 15).
///
/// The 200 is sent again until the ACK comes; a while after the ACK the server hangs up.
struct InboundCall: Sendable {
    /// What the call asks of its surroundings.
    enum Action: Sendable, Hashable {
        /// Send the 200 again.
        case sendAnswer
        /// Send a BYE and forget the dialog when it is answered.
        case hangUp(CallEnd.Reason)
    }

    /// Whether the call did something that is followed up when it ends.
    var isAccepted = true
    /// The Reason header field of the server's BYE.
    var reason: String?
    /// What is said once the caller has acknowledged the answer.
    var waitingAnnouncement: Announcement?
    /// The question that the caller is to answer.
    var gathering: DigitGathering?
    /// By which way this call's keys come.
    var keyWay: DigitGathering.Way?

    private enum State: Sendable, Hashable {
        case answered(again: ContinuousClock.Instant, interval: Duration, giveUp: ContinuousClock.Instant)
        case established(hangUp: ContinuousClock.Instant)
        case hangingUp(CallEnd.Reason)
    }

    /// The call as it was dialled.
    let call: DialledCall
    /// The 200 as it goes over the wire.
    let answer: [UInt8]
    /// The way back to the phone.
    let flow: SIPFlow
    /// The parts of the server's requests in this dialog.
    let dialog: Dialog

    private let lasting: Duration
    private let timers: TransactionTimers
    private var state: State

    init(
        call: DialledCall, answer: [UInt8], flow: SIPFlow, dialog: Dialog, lasting: Duration, timers: TransactionTimers,
        now: ContinuousClock.Instant
    ) {
        self.call = call
        self.answer = answer
        self.flow = flow
        self.dialog = dialog
        self.lasting = lasting
        self.timers = timers
        state = .answered(again: now + timers.t1, interval: timers.t1, giveUp: now + timers.giveUp)
    }

    /// When to call ``advance(to:)``.
    var deadline: ContinuousClock.Instant? {
        switch state {
        case .answered(let again, _, let giveUp): min(again, giveUp)
        case .established(let hangUp): hangUp
        case .hangingUp: nil
        }
    }

    /// Why the server hangs up, if it does.
    var hangUpReason: CallEnd.Reason? {
        if case .hangingUp(let reason) = state { reason } else { nil }
    }

    /// The ACK of the 200 came.
    mutating func acknowledge(now: ContinuousClock.Instant) {
        guard case .answered = state else { return }
        state = .established(hangUp: now + lasting)
    }

    /// The call is to end at a time, earlier or later than it would.
    mutating func end(at time: ContinuousClock.Instant) {
        guard case .established = state else { return }
        state = .established(hangUp: time)
    }

    /// Whether the time of an established call is over.
    func isOver(_ now: ContinuousClock.Instant) -> Bool {
        if case .established(let end) = state { end <= now } else { false }
    }

    /// Time has passed.
    mutating func advance(to now: ContinuousClock.Instant) -> [Action] {
        switch state {
        case .answered(_, _, let giveUp) where giveUp <= now:
            state = .hangingUp(.notAcknowledged)
            return [.hangUp(.notAcknowledged)]
        case .answered(let again, let interval, let giveUp) where again <= now:
            let next = min(interval * 2, timers.t2)
            state = .answered(again: now + next, interval: next, giveUp: giveUp)
            return [.sendAnswer]
        case .established(let end) where end <= now:
            state = .hangingUp(.hungUpByServer)
            return [.hangUp(.hungUpByServer)]
        default:
            return []
        }
    }
}

/// What identifies a dialog, from the server's side (RFC 3261 section 12.1.1).
struct DialogID: Sendable, Hashable {
    let callID: String
    let localTag: String
    let remoteTag: String
}

/// What requests within a dialog are made of.
struct Dialog: Sendable, Hashable {
    let id: DialogID
    /// The From and To of this side's requests.
    let localAddress: String
    let remoteAddress: String
    /// The phone's Contact: the Request-URI.
    let target: AddrSpec
    /// The Record-Route values of the INVITE, in their order.
    let routes: [SIPHeader]
    /// The highest CSeq number that the phone has used.
    var remoteSequence: UInt32
}
