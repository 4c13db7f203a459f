// SPDX-License-Identifier: GPL-3.0-or-later

/// The server's side of one read transfer, as a value: events go in with the time, what to do comes out.
///
/// Blocks are counted from 1 without limit here; on the wire they are 16 bits wide and roll over to 0. The file itself
/// stays outside: actions name blocks, ``byteRange(ofBlock:)`` says which bytes those are.
///
/// Times are monotonic and count from any fixed moment that the caller likes.
public struct TFTPTransfer: Sendable {
    /// What to do after an event.
    public enum Action: Hashable, Sendable {
        /// Nothing but wait for ``TFTPTransfer/deadline``.
        case wait
        /// Send this OACK packet.
        case sendOptions(TFTPPacket)
        /// Send these blocks as DATA packets.
        case sendBlocks(ClosedRange<UInt64>)
        /// The transfer is over: report the outcome, and send the client this packet if there is one.
        case finish(TFTPTransferOutcome, farewell: TFTPPacket?)
    }

    /// What was negotiated.
    public let agreement: TFTPAgreement
    /// Bytes of the whole file as it travels.
    public let contentByteCount: UInt64
    /// The number of the last block, which is shorter than the others and may be empty.
    public let lastBlock: UInt64
    /// When to call ``deadlineReached(now:)``; `nil` before the beginning and after the end.
    public private(set) var deadline: Duration?

    private let limits: TFTPTransferLimits
    private var timer: RetransmissionTimer
    private var phase = Phase.ready
    /// The last block that the client has acknowledged.
    private var acknowledged: UInt64 = 0
    /// The last block sent since then; equal to `acknowledged` only before the first block.
    private var sentThrough: UInt64 = 0
    /// The last block that was ever sent.
    private var highestSent: UInt64 = 0
    private var sentBlockCount: UInt64 = 0
    private var retransmittedBlockCount: UInt64 = 0
    private var retransmissionsWithoutProgress = 0
    private var startedAt: Duration = .zero
    private var lastHeardAt: Duration = .zero
    /// Whether the client has acknowledged anything yet, if only the options.
    private var hasAnswered = false
    /// When the packets in flight were sent, if they were sent only once.
    private var measuringSince: Duration?
    /// Whether an acknowledgment may still take the window back; see ``duplicateAcknowledged(now:)``.
    private var mayRollBack = true

    private enum Phase: Sendable {
        case ready
        /// The OACK is sent and ACK 0 awaited.
        case offering
        case sending
        case finished
    }

    /// Makes a transfer that has yet to ``begin(now:)``.
    public init(contentByteCount: UInt64, agreement: TFTPAgreement, limits: TFTPTransferLimits = TFTPTransferLimits()) {
        self.contentByteCount = contentByteCount
        self.agreement = agreement
        self.limits = limits
        lastBlock = contentByteCount / UInt64(agreement.blockSize) + 1
        timer = RetransmissionTimer(limits: limits, agreed: agreement.timeout)
    }

    /// The bytes of the file that travel in a block; empty for the last block of a file that fills all others.
    public func byteRange(ofBlock block: UInt64) -> Range<UInt64> {
        guard (1...lastBlock).contains(block) else { return contentByteCount..<contentByteCount }
        let start = (block - 1) * UInt64(agreement.blockSize)
        return start..<min(start + UInt64(agreement.blockSize), contentByteCount)
    }
}

// MARK: - Events

extension TFTPTransfer {
    /// Starts: with the OACK when there are options to acknowledge, else with the first block.
    public mutating func begin(now: Duration) -> Action {
        guard phase == .ready else { return .wait }
        startedAt = now
        lastHeardAt = now
        if agreement.acknowledgedOptions.isEmpty {
            phase = .sending
            return sendWindow(now: now)
        }
        phase = .offering
        measuringSince = now
        deadline = now + timer.timeout
        return .sendOptions(.optionAcknowledgment(agreement.acknowledgedOptions))
    }

    /// The client has sent a packet from the port that the transfer belongs to.
    ///
    /// Anything but ACK and ERROR has no place here and is ignored.
    public mutating func received(_ packet: TFTPPacket, now: Duration) -> Action {
        switch packet {
        case .acknowledgment(let block):
            return acknowledged(block, now: now)
        case .error(let code, let message):
            return finish(.stoppedByClient(code: code, message: message), now: now)
        case .request, .data, .optionAcknowledgment:
            return .wait
        }
    }

    /// The ``deadline`` has come. Calling too early changes nothing.
    public mutating func deadlineReached(now: Duration) -> Action {
        guard let deadline, now >= deadline else { return .wait }
        if tookTooLong(now: now) { return finish(.tookTooLong, now: now) }
        let allowed = hasAnswered ? limits.maximumRetransmissions : limits.maximumOpeningRetransmissions
        guard retransmissionsWithoutProgress < allowed else {
            return finish(hasAnswered && sentThrough == lastBlock ? .lastBlockUnacknowledged : .noAnswer, now: now)
        }
        retransmissionsWithoutProgress += 1
        timer.backOff()
        return sendAgain(now: now)
    }

    /// The client's request has arrived once more, from the same address and port.
    ///
    /// - Parameter isIdentical: whether it asks for just the same.
    /// - Returns: `.finish` when the client must have started anew, so that the new request is to be served instead.
    public mutating func requestRepeated(isIdentical: Bool, now: Duration) -> Action {
        guard phase == .offering || phase == .sending else { return .wait }
        if isIdentical && now - lastHeardAt < limits.restartSilence { return .wait }
        guard isIdentical && !hasAnswered else { return finish(.superseded, now: now) }
        // The first packet was lost, and the client has just shown that it is listening. The deadline stays where it
        // was: requests alone must not keep a transfer alive.
        lastHeardAt = now
        let unmoved = deadline
        defer { deadline = unmoved }
        return sendAgain(now: now)
    }

    /// Ends the transfer from the server's side: the file could not be read, or the server is stopping.
    ///
    /// - Parameter reason: a sentence for the client and the outcome.
    public mutating func stop(reason: String, now: Duration) -> Action {
        finish(.stoppedByServer(reason: reason), now: now)
    }
}

// MARK: - Acknowledgments

extension TFTPTransfer {
    private mutating func acknowledged(_ wireBlock: UInt16, now: Duration) -> Action {
        switch phase {
        case .ready, .finished:
            return .wait
        case .offering:
            guard wireBlock == 0 else { return .wait }
            progress(to: 0, now: now)
            phase = .sending
            return sendWindow(now: now)
        case .sending:
            break
        }
        // The only block it can mean is the one at this distance from what was acknowledged before.
        let distance = UInt64(wireBlock &- UInt16(truncatingIfNeeded: acknowledged))
        guard distance <= sentThrough - acknowledged else { return .wait }
        guard distance > 0 else { return duplicateAcknowledged(now: now) }
        let isWholeWindow = acknowledged + distance == sentThrough
        progress(to: acknowledged + distance, now: now)
        if acknowledged == lastBlock { return finish(.completed, now: now) }
        if tookTooLong(now: now) { return finish(.tookTooLong, now: now) }
        // An acknowledgment inside the window means that the next block was lost: the window starts anew after it
        // (RFC 7440 section 4). Copies of that acknowledgment may follow and must not each do the same.
        mayRollBack = isWholeWindow
        return sendWindow(now: now)
    }

    /// The same block was acknowledged again.
    ///
    /// In lock-step this is never answered, or every block would be sent twice from then on (the Sorcerer's Apprentice,
    /// RFC 1123 section 4.2.3.1). With a window it says that the first block of the window was lost, and the window is
    /// sent again; but only once until a whole window has gone through, since the copies cause further duplicates.
    private mutating func duplicateAcknowledged(now: Duration) -> Action {
        lastHeardAt = now
        guard agreement.windowSize > 1, mayRollBack, sentThrough > acknowledged else { return .wait }
        mayRollBack = false
        return sendWindow(now: now)
    }

    private mutating func progress(to block: UInt64, now: Duration) {
        if let sentAt = measuringSince { timer.measured(now - sentAt) }
        measuringSince = nil
        hasAnswered = true
        acknowledged = block
        lastHeardAt = now
        retransmissionsWithoutProgress = 0
    }
}

// MARK: - Sending and ending

extension TFTPTransfer {
    private mutating func sendWindow(now: Duration) -> Action {
        let first = acknowledged + 1
        let last = min(acknowledged + UInt64(agreement.windowSize), lastBlock)
        let repeated = highestSent >= first ? min(highestSent, last) - first + 1 : 0
        sentBlockCount += last - first + 1
        retransmittedBlockCount += repeated
        measuringSince = repeated == 0 ? now : nil
        sentThrough = last
        highestSent = max(highestSent, last)
        deadline = now + timer.timeout
        return .sendBlocks(first...last)
    }

    private mutating func sendAgain(now: Duration) -> Action {
        guard phase == .offering else { return sendWindow(now: now) }
        measuringSince = nil
        deadline = now + timer.timeout
        return .sendOptions(.optionAcknowledgment(agreement.acknowledgedOptions))
    }

    private func tookTooLong(now: Duration) -> Bool {
        now - startedAt > limits.maximumDuration
    }

    private mutating func finish(_ ending: TFTPTransferOutcome.Ending, now: Duration) -> Action {
        guard phase != .finished else { return .wait }
        let duration = phase == .ready ? .zero : now - startedAt
        phase = .finished
        deadline = nil
        let outcome = TFTPTransferOutcome(
            ending: ending,
            acknowledgedByteCount: acknowledged == 0 ? 0 : byteRange(ofBlock: acknowledged).upperBound,
            sentBlockCount: sentBlockCount,
            retransmittedBlockCount: retransmittedBlockCount,
            duration: duration,
            agreement: agreement)
        return .finish(outcome, farewell: Self.farewell(ending))
    }

    /// A client is told only what it cannot know: that the server has ended a transfer that was alive.
    private static func farewell(_ ending: TFTPTransferOutcome.Ending) -> TFTPPacket? {
        switch ending {
        case .stoppedByServer(let reason): .error(code: .notDefined, message: reason)
        case .tookTooLong: .error(code: .notDefined, message: "The transfer took too long.")
        default: nil
        }
    }
}
