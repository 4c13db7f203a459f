// SPDX-License-Identifier: GPL-3.0-or-later

/// The client's side of a request that is not INVITE: NOTIFY, BYE (RFC 3261 section 17.1.2).
public struct ClientNonInviteTransaction: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case trying(timerE: ContinuousClock.Instant?, interval: Duration)
        case proceeding(timerE: ContinuousClock.Instant?)
        case completed(timerK: ContinuousClock.Instant)
        case terminated
    }

    private let request: [UInt8]
    private let timers: TransactionTimers
    private let isReliable: Bool
    private let timerF: ContinuousClock.Instant
    private var state: State

    /// Begins a transaction. The caller sends the request once; retransmissions come from ``advance(to:)``.
    ///
    /// - Parameters:
    ///   - request: the request as it goes over the wire.
    ///   - isReliable: whether the transport is a stream.
    ///   - now: the time.
    public init(_ request: [UInt8], isReliable: Bool, timers: TransactionTimers = .standard, now: ContinuousClock.Instant) {
        self.request = request
        self.isReliable = isReliable
        self.timers = timers
        timerF = now + timers.giveUp
        state = .trying(timerE: isReliable ? nil : now + timers.t1, interval: timers.t1)
    }

    /// When to call ``advance(to:)``.
    public var deadline: ContinuousClock.Instant? {
        switch state {
        case .trying(let timerE, _), .proceeding(let timerE): timerE.map { min($0, timerF) } ?? timerF
        case .completed(let timerK): timerK
        case .terminated: nil
        }
    }

    /// A response came.
    public mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .completed, .terminated:
            return []
        case .trying, .proceeding:
            if response.statusCode < 200 {
                state = .proceeding(timerE: isReliable ? nil : now + timers.t2)
                return [.deliver(response)]
            }
            // Timer K waits for copies of the answer; on a stream there are none.
            if isReliable {
                state = .terminated
                return [.deliver(response), .terminated]
            }
            state = .completed(timerK: now + timers.t4)
            return [.deliver(response)]
        }
    }

    /// The request could not be sent.
    public mutating func transportFailed() -> [TransactionAction] {
        switch state {
        case .trying, .proceeding:
            state = .terminated
            return [.timedOut, .terminated]
        case .completed, .terminated:
            return []
        }
    }

    /// Time has passed.
    public mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .trying, .proceeding:
            guard now < timerF else {
                state = .terminated
                return [.timedOut, .terminated]
            }
            return retransmit(now)
        case .completed(let timerK) where timerK <= now:
            state = .terminated
            return [.terminated]
        case .completed, .terminated:
            return []
        }
    }

    private mutating func retransmit(_ now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .trying(let timerE?, let interval) where timerE <= now:
            let next = min(interval * 2, timers.t2)
            state = .trying(timerE: now + next, interval: next)
            return [.send(request)]
        case .proceeding(let timerE?) where timerE <= now:
            state = .proceeding(timerE: now + timers.t2)
            return [.send(request)]
        default:
            return []
        }
    }
}
