// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
public import TFTP

/// Where a ``TFTPServer`` gets its files from, and whom it tells what became of them.
public protocol TFTPFileSource: Sendable {
    /// Decides what a client gets. The server calls this once per transfer, on no event loop, for many clients at once.
    func answer(_ request: TFTPReadRequest) async -> TFTPAnswer

    /// The options to agree to for this client, or `nil` for the server's own limits: a way to spare a phone whose
    /// boot loader asks for options and then stumbles over the answer.
    func optionLimits(for request: TFTPReadRequest) async -> TFTPOptionLimits?

    /// Learns that a client asked for a path that leads out of the served directory. Called on an event loop, and not for every such
    /// request of many.
    func refusedPath(of client: SocketAddress)

    /// Learns how a request ended. Called once for each call of ``answer(_:)``, also for refused requests.
    func finished(_ request: TFTPReadRequest, outcome: TFTPTransferOutcome) async
}

extension TFTPFileSource {
    /// The server's own limits.
    public func optionLimits(for request: TFTPReadRequest) async -> TFTPOptionLimits? { nil }

    /// Nobody needs to know.
    public func refusedPath(of client: SocketAddress) {}

    /// Nobody needs to know.
    public func finished(_ request: TFTPReadRequest, outcome: TFTPTransferOutcome) async {}
}
