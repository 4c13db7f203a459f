// SPDX-License-Identifier: GPL-3.0-or-later

public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle
import TFTP
import Telemetry

/// A read-only TFTP server (RFC 1350, 2347, 2348, 2349, 7440) that gets its files from a ``TFTPFileSource``.
///
/// Each address is listened on by one socket per event loop, among which the system shares the clients. A transfer runs
/// wholly on the event loop of the socket that its request came in by; only the file source runs elsewhere.
public struct TFTPServer<Source: TFTPFileSource>: Service {
    private let configuration: TFTPServerConfiguration
    private let source: Source
    private let logger: Logger
    private let metrics: TFTPMetrics
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let threadPool: NIOThreadPool
    private let onListening: @Sendable ([SocketAddress]) async -> Void

    /// Makes a server that listens once it is run.
    ///
    /// - Parameters:
    ///   - metrics: where transfers are counted.
    ///   - eventLoopGroup: where the packets are handled.
    ///   - threadPool: where files are read.
    ///   - onListening: told the addresses with their ports when requests are being answered.
    public init(
        configuration: TFTPServerConfiguration,
        source: Source,
        logger: Logger,
        metrics: TFTPMetrics = TFTPMetrics(),
        eventLoopGroup: MultiThreadedEventLoopGroup = .singleton,
        threadPool: NIOThreadPool = .singleton,
        onListening: @escaping @Sendable ([SocketAddress]) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.source = source
        self.logger = logger
        self.metrics = metrics
        self.eventLoopGroup = eventLoopGroup
        self.threadPool = threadPool
        self.onListening = onListening
    }

    /// Serves until graceful shutdown, then lets the transfers finish for the time that the configuration allows.
    ///
    /// - Throws: ``TFTPServerError`` when an address cannot be listened on, or its socket is lost later.
    public func run() async throws {
        let (tickets, continuation) = AsyncStream<TransferTicket>.makeStream()
        let sockets = try await openSockets { ticket in
            if case .enqueued = continuation.yield(ticket) { true } else { false }
        }
        // All sockets idle, or one lost: either way there is nothing more to wait for.
        let drained = EventLoopFuture.andAllSucceed(sockets.map(\.drained), on: eventLoopGroup.any())
        drained.whenComplete { _ in continuation.finish() }
        logger.info("TFTP server is listening", metadata: ["addresses": "\(Set(sockets.map { Self.words($0.address) }).sorted().joined(separator: ", "))"])
        await onListening(sockets.map(\.address))

        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withDiscardingTaskGroup { group in
                    // The register admits only so many requests, which bounds both the stream and the group.
                    for await ticket in tickets {
                        group.addTask { await serve(ticket) }
                    }
                }
            } onGracefulShutdown: {
                drain(sockets, grace: configuration.shutdownGrace)
            }
        } onCancel: {
            drain(sockets, grace: .zero)
        }
        try await close(sockets)
    }

    /// An address as people write it.
    private static func words(_ address: SocketAddress) -> String {
        let host = address.ipAddress ?? "?"
        return "UDP \(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
    }

    private func serve(_ ticket: TransferTicket) async {
        let request = ticket.request
        metrics.active.add(1)
        defer { metrics.active.add(-1) }
        let answer = await source.answer(request)
        let limits = await source.optionLimits(for: request) ?? configuration.optionLimits
        var content: Result<TransferContent, TransferContent.Refusal>
        do throws(TransferContent.Refusal) {
            content = .success(
                try await TransferContent.prepare(
                    answer, mode: request.mode, maximumNetasciiByteCount: configuration.maximumNetasciiByteCount, threadPool: threadPool))
        } catch {
            content = .failure(error)
        }
        let outcome = await ticket.perform(content, limits: limits)
        metrics.count(outcome)
        await source.finished(request, outcome: outcome)
    }
}

// MARK: - Sockets

extension TFTPServer {
    private func openSockets(submit: @escaping @Sendable (TransferTicket) -> Bool) async throws -> [ListeningSocket] {
        let admission = Admission(
            maximum: configuration.maximumTransfers, maximumPerClient: configuration.maximumTransfersPerClient)
        var sockets: [ListeningSocket] = []
        do throws(TFTPServerError) {
            for address in configuration.addresses {
                sockets += try await ListeningSocket.open(
                    address, configuration: configuration, admission: admission, threadPool: threadPool,
                    eventLoopGroup: eventLoopGroup, logger: logger, refusedPath: { [source] in source.refusedPath(of: $0) }, submit: submit)
            }
        } catch {
            for socket in sockets { socket.abandon() }
            throw error
        }
        return sockets
    }

    private func drain(_ sockets: [ListeningSocket], grace: Duration) {
        for socket in sockets { socket.drain(grace: grace) }
    }

    private func close(_ sockets: [ListeningSocket]) async throws(TFTPServerError) {
        var failure: TFTPServerError?
        for socket in sockets {
            do throws(TFTPServerError) {
                try await socket.close()
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}
