// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// The state machine of a transaction of either kind: RFC 3261 has one for INVITE and one for all other methods (section 17).
enum TransactionMachine<Invite: Sendable & Hashable, Other: Sendable & Hashable>: Sendable, Hashable {
    case invite(Invite)
    case other(Other)

    /// Lets the machine that there is take an event.
    mutating func apply(
        _ invite: (inout Invite) -> [TransactionAction], _ other: (inout Other) -> [TransactionAction]
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
