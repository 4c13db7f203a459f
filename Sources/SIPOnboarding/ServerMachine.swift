// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// The state machine of a server transaction of either kind.
enum ServerMachine: Sendable, Hashable {
    case invite(ServerInviteTransaction)
    case other(ServerNonInviteTransaction)

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

    private mutating func apply(
        _ invite: (inout ServerInviteTransaction) -> [TransactionAction], _ other: (inout ServerNonInviteTransaction) -> [TransactionAction]
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
