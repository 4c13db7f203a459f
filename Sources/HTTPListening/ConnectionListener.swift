// SPDX-License-Identifier: GPL-3.0-or-later

import ConnectionAccepting
import Glibc
public import HummingbirdCore
public import Logging
import NIOCore
import NIOExtras
import NIOPosix
public import ServiceLifecycle
import SocketActivation

/// Accepts the connections of one port until graceful shutdown, and then lets those end that are at work.
///
/// The socket can be one that outlives the daemon: then nobody who connects while the daemon is started anew is refused.
public struct ConnectionListener<Connection: ServerChildChannel>: Service {
    private let connection: Connection
    private let place: ListeningPlace
    private let backlog: Int32
    private let maximumConnections: Int
    private let logger: Logger
    private let onListening: @Sendable () async -> Void

    /// Makes a listener that listens once it is run.
    ///
    /// - Parameters:
    ///   - connection: What is done with each connection.
    ///   - backlog: How many connections may wait to be accepted.
    ///   - maximumConnections: How many may be open; more wait.
    ///   - onListening: Called once connections are accepted.
    public init(
        _ connection: Connection, at place: ListeningPlace, backlog: Int32, maximumConnections: Int, logger: Logger,
        onListening: @escaping @Sendable () async -> Void
    ) {
        self.connection = connection
        self.place = place
        self.backlog = backlog
        self.maximumConnections = maximumConnections
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves.
    ///
    /// - Throws: `IOError` if the address cannot be listened on, or not any more.
    public func run() async throws {
        let quiescing = ServerQuiescingHelper(group: MultiThreadedEventLoopGroup.singleton)
        let server = try await open(quiescing)
        await onListening()
        let local = server.channel.localAddress
        logger.info("HTTP is listening", metadata: ["address": "TCP \(Self.words(local))"])
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                do {
                    try await server.executeThenClose { connections in
                        for try await accepted in connections {
                            group.addTask { await serve(accepted) }
                        }
                    }
                    if !Task.isCancelled, !Task.isShuttingDownGracefully { throw IOError(errnoCode: EBADF, reason: "accept") }
                } catch is CancellationError {
                    // Another server of this daemon failed, which says so.
                } catch {
                    logger.error("the server takes no more connections", metadata: ["error": "\(error)"])
                    guard !Task.isShuttingDownGracefully else { return }
                    // Nobody who is connected holds up the end: a daemon that is started anew can listen again.
                    quiescing.initiateShutdown(promise: nil)
                    throw error
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    /// Serves one connection. What goes wrong with it ends it and nothing else.
    private func serve(_ accepted: AcceptedConnection<Connection.Value>) async {
        // The word that the server stops may have come before there was anybody to hear it.
        if Task.isShuttingDownGracefully { accepted.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        await connection.handle(value: accepted.take(), logger: logger)
    }

    /// An address as people write it.
    private static func words(_ address: SocketAddress?) -> String {
        let host = address?.ipAddress ?? "?"
        return "\(host.contains(":") ? "[\(host)]" : host):\(address?.port ?? 0)"
    }

    private func open(_ quiescing: ServerQuiescingHelper) async throws -> NIOAsyncChannel<AcceptedConnection<Connection.Value>, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { [maximumConnections, logger] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger))
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(delegate: MaximumAvailableConnections(maximumConnections)))
                    try channel.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
        let initialize: @Sendable (any Channel) -> EventLoopFuture<AcceptedConnection<Connection.Value>> = { [connection, logger] channel in
            connection.setup(channel: channel, logger: logger).map { value in
                AcceptedConnection(channel, value) { await connection.handle(value: $0, logger: logger) }
            }
        }
        switch place {
        case .address(let host, let port, let onlyIPv6):
            let option = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            return try await (onlyIPv6 ? bootstrap.serverChannelOption(option, value: 1) : bootstrap)
                .bind(host: host, port: port, childChannelInitializer: initialize)
        case .inherited(let socket):
            let descriptor = try socket.duplicate()
            let server = try await bootstrap.bind(descriptor, childChannelInitializer: initialize)
            // A socket that is taken over gets NIO's own backlog, which is short.
            listen(descriptor, backlog)
            return server
        }
    }
}
