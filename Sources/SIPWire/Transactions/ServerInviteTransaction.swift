// SPDX-License-Identifier: GPL-3.0-or-later

/// The server's side of an INVITE (RFC 3261 section 17.2.1 with the Accepted state of RFC 6026).
///
/// A 2xx is not retransmitted here: that is the dialog's, which alone sees its ACK.
public struct ServerInviteTransaction: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case proceeding(response: [UInt8]?)
        case accepted(timerL: ContinuousClock.Instant)
        case completed(response: [UInt8], timerG: ContinuousClock.Instant?, interval: Duration, timerH: ContinuousClock.Instant)
        case confirmed(timerI: ContinuousClock.Instant)
        case terminated
    }

    private var state = State.proceeding(response: nil)
    private let timers: TransactionTimers
    private let isReliable: Bool

    /// Begins with the arrival of an INVITE.
    ///
    /// - Parameter isReliable: whether the transport is a stream.
    public init(isReliable: Bool, timers: TransactionTimers = .standard) {
        self.isReliable = isReliable
        self.timers = timers
    }

    /// Whether a final answer was given.
    public var isAnswered: Bool {
        if case .proceeding = state { false } else { true }
    }

    /// Whether it was answered with 300 or more: the ACK of that, and each copy of it, is this transaction's (RFC 3261 section 17.2.1).
    public var isRefused: Bool {
        switch state {
        case .completed, .confirmed: true
        case .proceeding, .accepted, .terminated: false
        }
    }

    /// When to call ``advance(to:)``.
    public var deadline: ContinuousClock.Instant? {
        switch state {
        case .proceeding, .terminated: nil
        case .accepted(let timerL): timerL
        case .completed(_, let timerG, _, let timerH): timerG.map { min($0, timerH) } ?? timerH
        case .confirmed(let timerI): timerI
        }
    }

    /// The INVITE came once more.
    public mutating func receiveInvite() -> [TransactionAction] {
        switch state {
        case .proceeding(let response?), .completed(let response, _, _, _): [.send(response)]
        case .proceeding, .accepted, .confirmed, .terminated: []
        }
    }

    /// An ACK with the INVITE's branch came: it is for an answer that refuses.
    public mutating func receiveAck(now: ContinuousClock.Instant) -> [TransactionAction] {
        guard case .completed = state else { return [] }
        if isReliable {
            state = .terminated
            return [.acknowledged, .terminated]
        }
        state = .confirmed(timerI: now + timers.t4)
        return [.acknowledged]
    }

    /// The server answers. A second final answer is not sent.
    public mutating func respond(_ statusCode: Int, _ response: [UInt8], now: ContinuousClock.Instant) -> [TransactionAction] {
        guard case .proceeding = state else { return [] }
        switch statusCode {
        case ..<200:
            state = .proceeding(response: response)
        case ..<300:
            state = .accepted(timerL: now + timers.giveUp)
        default:
            state = .completed(
                response: response, timerG: isReliable ? nil : now + timers.t1, interval: timers.t1, timerH: now + timers.giveUp)
        }
        return [.send(response)]
    }

    /// Time has passed.
    public mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .accepted(let end) where end <= now, .confirmed(let end) where end <= now:
            state = .terminated
            return [.terminated]
        case .completed(_, _, _, let timerH) where timerH <= now:
            state = .terminated
            return [.timedOut, .terminated]
        case .completed(let response, let timerG?, let interval, let timerH) where timerG <= now:
            let next = min(interval * 2, timers.t2)
            state = .completed(response: response, timerG: now + next, interval: next, timerH: timerH)
            return [.send(response)]
        default:
            return []
        }
    }
}
