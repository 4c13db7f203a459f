// SPDX-License-Identifier: GPL-3.0-or-later

/// How a transfer went, for the log and the device's timeline.
public struct TFTPTransferOutcome: Hashable, Sendable {
    /// How it ended.
    public var ending: Ending
    /// Bytes of the file that the client has acknowledged.
    public var acknowledgedByteCount: UInt64
    /// DATA packets sent, the repeated ones included.
    public var sentBlockCount: UInt64
    /// DATA packets sent again.
    public var retransmittedBlockCount: UInt64
    /// The time from the first packet to the end.
    public var duration: Duration
    /// What was negotiated.
    public var agreement: TFTPAgreement

    /// Makes an outcome, for transfers that never began.
    public init(
        ending: Ending,
        acknowledgedByteCount: UInt64 = 0,
        sentBlockCount: UInt64 = 0,
        retransmittedBlockCount: UInt64 = 0,
        duration: Duration = .zero,
        agreement: TFTPAgreement = TFTPAgreement()
    ) {
        self.ending = ending
        self.acknowledgedByteCount = acknowledgedByteCount
        self.sentBlockCount = sentBlockCount
        self.retransmittedBlockCount = retransmittedBlockCount
        self.duration = duration
        self.agreement = agreement
    }

    /// How a transfer ended.
    public enum Ending: Hashable, Sendable {
        /// The client has acknowledged everything.
        case completed
        /// Everything was sent and only the last window's acknowledgment is missing. Some boot loaders never send it,
        /// so the client most likely has the file.
        case lastBlockUnacknowledged
        /// The client sent an ERROR packet: it does not want the file, or wanted only its size.
        case stoppedByClient(code: TFTPErrorCode, message: String)
        /// The client did not answer any more.
        case noAnswer
        /// The transfer took longer than ``TFTPTransferLimits/maximumDuration``.
        case tookTooLong
        /// The client asked for something else from the same port, so it has forgotten this transfer.
        case superseded
        /// The server gave up, for this reason.
        case stoppedByServer(reason: String)
        /// The request was refused; nothing was sent but this ERROR packet.
        case refused(code: TFTPErrorCode, message: String)
    }

    /// Whether the client has the file, as far as a server can know.
    public var isDelivered: Bool {
        switch ending {
        case .completed, .lastBlockUnacknowledged: true
        default: false
        }
    }
}
