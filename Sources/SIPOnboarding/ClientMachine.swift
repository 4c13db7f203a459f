// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// A client transaction.
typealias ClientMachine = TransactionMachine<ClientInviteTransaction, ClientNonInviteTransaction>

extension ClientMachine {
    var deadline: ContinuousClock.Instant? {
        switch self {
        case .invite(let machine): machine.deadline
        case .other(let machine): machine.deadline
        }
    }

    mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [TransactionAction] {
        apply({ $0.receive(response, now: now) }, { $0.receive(response, now: now) })
    }

    mutating func advance(to now: ContinuousClock.Instant) -> [TransactionAction] {
        apply({ $0.advance(to: now) }, { $0.advance(to: now) })
    }

    mutating func transportFailed() -> [TransactionAction] {
        apply({ $0.transportFailed() }, { $0.transportFailed() })
    }
}
