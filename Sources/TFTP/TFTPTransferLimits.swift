// SPDX-License-Identifier: GPL-3.0-or-later

/// How patient a transfer is. The defaults suit phones that stop for seconds while they write to flash.
public struct TFTPTransferLimits: Hashable, Sendable {
    /// The wait for the first answer, before anything is known about the client's speed.
    public var initialTimeout: Duration = .seconds(1)
    /// The shortest wait before a retransmission. Below it, a phone that is merely busy would be sent everything twice.
    public var minimumTimeout: Duration = .milliseconds(200)
    /// The longest wait before a retransmission, where the client has not set one.
    public var maximumTimeout: Duration = .seconds(8)
    /// Retransmissions without progress before the client is given up: with the waits above, more than 30 s of silence.
    public var maximumRetransmissions = 8
    /// Retransmissions before the first answer. Fewer, since the client's address may be forged and someone else is
    /// receiving these packets.
    public var maximumOpeningRetransmissions = 5
    /// The longest that a transfer may take. A client that answers just often enough must not hold on forever.
    public var maximumDuration: Duration = .seconds(4 * 3600)
    /// How long a client must have been silent before the same request again means that it has restarted.
    public var restartSilence: Duration = .seconds(1)

    /// Makes the default limits.
    public init() {}
}
