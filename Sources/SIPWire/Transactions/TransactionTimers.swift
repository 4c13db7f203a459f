// SPDX-License-Identifier: GPL-3.0-or-later

/// The times of the transaction layer (RFC 3261 section 17.1.1.1, table 4).
public struct TransactionTimers: Sendable, Hashable {
    /// An estimate of the round trip: the first retransmission comes after it. 500 ms.
    public var t1: Duration
    /// The longest interval between retransmissions. 4 s.
    public var t2: Duration
    /// How long a message can stay in the network. 5 s.
    public var t4: Duration

    /// The values of the RFC.
    public static let standard = TransactionTimers(t1: .milliseconds(500), t2: .seconds(4), t4: .seconds(5))

    /// Creates a set of times.
    public init(t1: Duration, t2: Duration, t4: Duration) {
        self.t1 = t1
        self.t2 = t2
        self.t4 = t4
    }

    /// How long a transaction is tried, and a final answer kept: Timers B, F, H, J, L.
    public var giveUp: Duration { t1 * 64 }
}

/// What a transaction asks of its surroundings.
///
/// There is no action to set a timer: a transaction says in `deadline` when it wants to be
/// woken with `advance(to:)`, so that a timer can never be one too many or out of date.
public enum TransactionAction: Sendable, Hashable {
    /// Send these bytes.
    case send([UInt8])
    /// A response for the user of a client transaction.
    case deliver(SIPResponse)
    /// No final answer came (Timer B, F) or no ACK (Timer H).
    case timedOut
    /// The ACK of a final answer that refuses came.
    case acknowledged
    /// The transaction is over and can be forgotten.
    case terminated
}
