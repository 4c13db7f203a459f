// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore
import TFTP

/// A request that was let in, on its way through the file source and back to its event loop.
struct TransferTicket: Sendable {
    /// The request as the file source sees it.
    let request: TFTPReadRequest
    /// Where the answer goes.
    let destination: DatagramDestination
    /// The number that tells this request from an earlier or later one of the same client port.
    let id: UInt64
    let register: NIOLoopBound<TransferRegister>
    let eventLoop: any EventLoop

    /// Sends the content, or refuses, and returns how it went.
    func perform(_ content: Result<TransferContent, TransferContent.Refusal>, limits: TFTPOptionLimits) async -> TFTPTransferOutcome {
        let outcome = eventLoop.makePromise(of: TFTPTransferOutcome.self)
        eventLoop.execute {
            register.value.answered(self, with: content, limits: limits, outcome: outcome)
        }
        do {
            return try await outcome.futureResult.get()
        } catch {
            return .serverStopped
        }
    }
}
