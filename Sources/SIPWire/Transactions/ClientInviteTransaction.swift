// SPDX-License-Identifier: GPL-3.0-or-later

/// The client's side of an INVITE (RFC 3261 section 17.1.1 with the Accepted state of RFC 6026), as a proxy uses it.
///
/// The ACK of an answer that refuses is sent from here; that of a 2xx is the caller's.
public struct ClientInviteTransaction: Sendable, Hashable {
    private enum State: Sendable, Hashable {
        case calling(timerA: ContinuousClock.Instant?, interval: Duration, timerB: ContinuousClock.Instant)
        case proceeding(timerC: ContinuousClock.Instant)
        /// Nobody answered in time: the end is awaited, and bounded.
        case givenUp(end: ContinuousClock.Instant)
        case accepted(timerM: ContinuousClock.Instant)
        case completed(ack: [UInt8], timerD: ContinuousClock.Instant)
        case terminated
    }

    private let request: SIPRequest
    private let timers: TransactionTimers
    private let isReliable: Bool
    private let ringing: Duration
    private var state: State

    /// Begins a transaction. The caller sends the request once; retransmissions come from ``advance(to:)``.
    ///
    /// - Parameters:
    ///   - request: the request with its Via.
    ///   - isReliable: whether the transport is a stream.
    ///   - ringing: how long provisional responses are good for: Timer C, more than three minutes (RFC 3261 section 16.6, step 11).
    ///   - now: the time.
    public init(
        _ request: SIPRequest, isReliable: Bool, ringing: Duration = .seconds(181), timers: TransactionTimers = .standard,
        now: ContinuousClock.Instant
    ) {
        self.request = request
        self.isReliable = isReliable
        self.ringing = ringing
        self.timers = timers
        state = .calling(timerA: isReliable ? nil : now + timers.t1, interval: timers.t1, timerB: now + timers.giveUp)
    }

    /// Whether a provisional response came and no final one: only then may a CANCEL be sent (RFC 3261 section 9.1).
    public var canBeCancelled: Bool {
        switch state {
        case .proceeding, .givenUp: true
        case .calling, .accepted, .completed, .terminated: false
        }
    }

    /// When to call ``advance(to:)``.
    public var deadline: ContinuousClock.Instant? {
        switch state {
        case .calling(let timerA, _, let timerB): timerA.map { min($0, timerB) } ?? timerB
        case .proceeding(let end), .givenUp(let end), .accepted(let end), .completed(_, let end): end
        case .terminated: nil
        }
    }

    /// A response came.
    public mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .calling, .proceeding, .givenUp:
            if response.statusCode < 200 {
                if case .givenUp = state { return [] }
                // Each provisional response but 100 begins Timer C anew.
                if response.statusCode > 100 || !canBeCancelled { state = .proceeding(timerC: now + ringing) }
                return [.deliver(response)]
            }
            if response.statusCode < 300 {
                state = .accepted(timerM: now + timers.giveUp)
                return [.deliver(response)]
            }
            let ack = acknowledgement(of: response)
            if isReliable {
                state = .terminated
                return [.send(ack), .deliver(response), .terminated]
            }
            state = .completed(ack: ack, timerD: now + timers.giveUp)
            return [.send(ack), .deliver(response)]
        case .accepted:
            // A copy, or the 2xx of another branch behind a proxy: all are the caller's.
            return (200..<300).contains(response.statusCode) ? [.deliver(response)] : []
        case .completed(let ack, _):
            return response.statusCode >= 300 ? [.send(ack)] : []
        case .terminated:
            return []
        }
    }

    /// The request could not be sent.
    public mutating func transportFailed() -> [TransactionAction] {
        switch state {
        case .calling, .proceeding:
            state = .terminated
            return [.timedOut, .terminated]
        case .givenUp, .accepted, .completed, .terminated:
            return []
        }
    }

    /// Time has passed.
    public mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        switch state {
        case .calling(_, _, let timerB) where timerB <= now:
            state = .terminated
            return [.timedOut, .terminated]
        case .calling(let timerA?, let interval, let timerB) where timerA <= now:
            state = .calling(timerA: now + interval * 2, interval: interval * 2, timerB: timerB)
            return [.send(request.encoded)]
        case .proceeding(let timerC) where timerC <= now:
            state = .givenUp(end: now + timers.giveUp)
            return [.timedOut]
        case .givenUp(let end) where end <= now, .accepted(let end) where end <= now, .completed(_, let end) where end <= now:
            state = .terminated
            return [.terminated]
        default:
            return []
        }
    }

    /// The CANCEL of the request: its own Via, URI, Route, From, To and Call-ID (RFC 3261 section 9.1).
    public var cancellation: SIPRequest {
        follower(.cancel, to: request.headers.first("To"))
    }

    /// The ACK has the To of the response, for its tag (RFC 3261 section 17.1.1.3).
    private func acknowledgement(of response: SIPResponse) -> [UInt8] {
        follower(.ack, to: response.headers.first("To")).encoded
    }

    private func follower(_ method: SIPMethod, to: SIPHeader?) -> SIPRequest {
        var headers = SIPHeaders()
        if let via = request.headers.first("Via") { headers.append(via) }
        headers.append("Max-Forwards", "70")
        for field in request.headers.all("Route") { headers.append(field) }
        for field in [request.headers.first("From"), to, request.headers.first("Call-ID")].compactMap(\.self) { headers.append(field) }
        if let field = request.headers.first("CSeq"), let cseq = try? CSeq(field) { headers.append("CSeq", CSeq(cseq.number, method).description) }
        return SIPRequest(method, request.uri, headers: headers)
    }
}
