// SPDX-License-Identifier: GPL-3.0-or-later

import ConnectionAccepting
import Foundation
public import Logging
import NetworkFailures
import NIOCore
import NIOPosix
import ProvModel
public import Provisioning
public import ServiceLifecycle

/// Takes DHCP observations and problems from the sniffer and from hooks over a Unix socket.
///
/// Each is one line of JSON. provd answers `ok n`, where n counts the lines of the connection that were taken,
/// so that an observer knows what it must bring again after a restart.
public struct SightingServer: Service {
    private let path: String
    private let sightings: DHCPSightings
    private let logger: Logger
    private let onListening: @Sendable () -> Void

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - path: Where the socket is made. A socket that an earlier run left is replaced.
    ///   - sightings: The use case.
    ///   - logger: The log.
    ///   - onListening: Called once when the socket is there.
    public init(path: String, sightings: DHCPSightings, logger: Logger, onListening: @escaping @Sendable () -> Void = {}) {
        self.path = path
        self.sightings = sightings
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: `SightingServerError` if the socket cannot be made.
    public func run() async throws {
        let server = try await bind()
        onListening()
        try await withGracefulShutdownHandler {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await accepted in connections {
                        group.addTask { await serve(accepted.take()) }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private func bind() async throws -> NIOAsyncChannel<AcceptedConnection<Connection>, Never> {
        do {
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelInitializer { [logger] channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger)) }
                }
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ObservationLineDecoder()))
                        return AcceptedConnection(try Connection(wrappingChannelSynchronously: channel))
                    }
                }
            // The sniffer has a user of its own and shares only the group.
            try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
            return server
        } catch {
            throw SightingServerError(path: path, reason: "\(NetworkFailure(error))")
        }
    }

    /// Serves one observer. What goes wrong with it ends its connection and nothing else.
    private func serve(_ connection: Connection) async {
        do {
            try await withGracefulShutdownHandler {
                try await connection.executeThenClose { lines, answers in
                    var count = 0
                    for try await line in lines {
                        try await take(line)
                        count += 1
                        try await answers.write(ByteBuffer(string: "ok \(count)\n"))
                    }
                }
            } onGracefulShutdown: {
                // An observer stays connected for as long as it can; it brings what was not answered to the next provd.
                connection.channel.close(promise: nil)
            }
        } catch {
            logger.warning("the connection of a DHCP observer ended", metadata: ["reason": "\(NetworkFailure(error))"])
        }
    }

    private func take(_ line: ByteBuffer) async throws {
        let report: DHCPReport
        do {
            report = try JSONDecoder().decode(DHCPReport.self, from: Data(line.readableBytesView))
        } catch {
            // It would be no better when it is brought again.
            logger.warning("a report of a DHCP observer could not be read", metadata: ["reason": "\(error)"])
            return
        }
        try await RequestID.$current.withValue(RequestID()) { try await sightings.take(report) }
    }
}

/// Why the socket for DHCP observations cannot be made.
public struct SightingServerError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    public var description: String {
        "the socket \(path) for DHCP sightings cannot be made (\(reason)): see that its folder exists and is provd's, and that no other provd runs"
    }
}
