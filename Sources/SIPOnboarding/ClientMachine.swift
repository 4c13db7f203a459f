// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// The state machine of a client transaction of either kind.
enum ClientMachine: Sendable, Hashable {
    case invite(ClientInviteTransaction)
    case other(ClientNonInviteTransaction)

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

    private mutating func apply(
        _ invite: (inout ClientInviteTransaction) -> [TransactionAction], _ other: (inout ClientNonInviteTransaction) -> [TransactionAction]
    ) -> [TransactionAction] {
        switch self {
        case .invite(var machine):
            let actions = invite(&machine)
            self = .invite(machine)
            return actions
        case .other(var machine):
            let actions = other(&machine)
            self = .other(machine)
            return actions
        }
    }
}
