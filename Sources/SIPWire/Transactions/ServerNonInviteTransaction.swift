// SPDX-License-Identifier: GPL-3.0-or-later

/// The server's side of a request that is not INVITE (RFC 3261 section 17.2.2).
public struct ServerNonInviteTransaction: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case trying
        case proceeding(response: [UInt8])
        case completed(response: [UInt8], timerJ: ContinuousClock.Instant)
        case terminated
    }

    private var state = State.trying
    private let timers: TransactionTimers
    private let isReliable: Bool

    /// Begins with the arrival of a request.
    ///
    /// - Parameter isReliable: whether the transport is a stream.
    public init(isReliable: Bool, timers: TransactionTimers = .standard) {
        self.isReliable = isReliable
        self.timers = timers
    }

    /// Whether a final answer was given.
    public var isAnswered: Bool {
        switch state {
        case .completed, .terminated: true
        case .trying, .proceeding: false
        }
    }

    /// When to call ``advance(to:)``.
    public var deadline: ContinuousClock.Instant? {
        if case .completed(_, let timerJ) = state { timerJ } else { nil }
    }

    /// The request came once more.
    public mutating func receiveRequest() -> [TransactionAction] {
        switch state {
        case .trying, .terminated: []
        case .proceeding(let response), .completed(let response, _): [.send(response)]
        }
    }

    /// The server answers. A second final answer is not sent.
    public mutating func respond(_ statusCode: Int, _ response: [UInt8], now: ContinuousClock.Instant) -> [TransactionAction] {
        guard !isAnswered else { return [] }
        if statusCode < 200 {
            state = .proceeding(response: response)
            return [.send(response)]
        }
        // Timer J: on a stream the request cannot come once more.
        if isReliable {
            state = .terminated
            return [.send(response), .terminated]
        }
        state = .completed(response: response, timerJ: now + timers.giveUp)
        return [.send(response)]
    }

    /// Time has passed.
    public mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        guard case .completed(_, let timerJ) = state, timerJ <= now else { return [] }
        state = .terminated
        return [.terminated]
    }
}
