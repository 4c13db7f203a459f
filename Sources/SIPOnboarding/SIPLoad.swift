// SPDX-License-Identifier: GPL-3.0-or-later

/// What the SIP endpoint has under way at one moment.
struct SIPLoad: Sendable, Equatable {
    let serverTransactions: Int
    let clientTransactions: Int
    /// Accounts that are registered.
    let accounts: Int
    /// Calls that are up or passed on.
    let calls: Int
    /// TCP and TLS connections.
    let connections: Int
    /// Questions that the use cases have not answered.
    let jobs: Int
}
