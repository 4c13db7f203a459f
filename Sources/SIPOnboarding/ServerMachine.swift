// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// A server transaction.
typealias ServerMachine = TransactionMachine<ServerInviteTransaction, ServerNonInviteTransaction>

extension ServerMachine {
    init(for method: SIPMethod, isReliable: Bool, timers: TransactionTimers) {
        self =
            method == .invite
            ? .invite(ServerInviteTransaction(isReliable: isReliable, timers: timers))
            : .other(ServerNonInviteTransaction(isReliable: isReliable, timers: timers))
    }

    var deadline: ContinuousClock.Instant? {
        switch self {
        case .invite(let machine): machine.deadline
        case .other(let machine): machine.deadline
        }
    }

    /// Whether an INVITE was refused, whose ACK has its branch.
    var isRefused: Bool {
        if case .invite(let machine) = self { machine.isRefused } else { false }
    }

    mutating func receiveCopy() -> [TransactionAction] {
        apply({ $0.receiveInvite() }, { $0.receiveRequest() })
    }

    mutating func respond(_ statusCode: Int, _ bytes: [UInt8], now: ContinuousClock.Instant) -> [TransactionAction] {
        apply({ $0.respond(statusCode, bytes, now: now) }, { $0.respond(statusCode, bytes, now: now) })
    }

    mutating func receiveAck(now: ContinuousClock.Instant) -> [TransactionAction] {
        apply({ $0.receiveAck(now: now) }, { _ in [] })
    }

    mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        apply({ $0.advance(to: now) }, { $0.advance(to: now) })
    }
}
