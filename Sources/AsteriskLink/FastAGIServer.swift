// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import ConnectionAccepting
public import Logging
public import NetTypes
import NIOCore
import NIOPosix
public import ProvModel
public import Provisioning
public import ServiceLifecycle
import Synchronization

/// Answers Asterisk's dialplan, which asks by FastAGI what a phone's dialled code means.
///
/// The script `provision` takes what wazo-agid's takes, a code and the phone's address, and sets the same variable. There are others for
/// logging in and out on somebody else's phone.
public struct FastAGIServer: Service {
    /// How it listens.
    public struct Configuration: Sendable {
        /// The address of this machine.
        public var host: String
        /// The port; 0 takes any that is free.
        public var port: Int
        /// Whose connections are served. AGI has no password: whoever connects says which phone has dialled.
        public var peers: Set<IPAddress>
        /// How long after the script's end phones are told of their new configuration: the dialplan still says something then.
        public var announcementTime = Duration.seconds(5)

        /// Makes a configuration.
        public init(host: String, port: Int, peers: Set<IPAddress>) {
            self.host = host
            self.port = port
            self.peers = peers
        }
    }

    /// How many sessions there can be at once. Each is one dialled code, and takes milliseconds.
    private static let maximumSessions = 256
    /// How long a session may take, whatever the other side does.
    private static let sessionTime = TimeAmount.seconds(30)
    /// How long one may still take when provd stops.
    private static let lastSessionTime = TimeAmount.seconds(3)

    private let configuration: Configuration
    private let scripts: PhoneScripts
    private let becameSomebodys: @Sendable (DeviceID) -> Void
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let sessions = Sessions()

    private final class Sessions: Sendable {
        let count = Mutex(0)
    }

    /// Makes a server; ``run()`` starts it.
    ///
    /// - Parameters:
    ///   - sounds: What names the sound files for what a caller is told.
    ///   - becameSomebodys: Called with each device that has a new configuration to fetch.
    ///   - onListening: Called with the port once it listens.
    public init(
        _ configuration: Configuration, dialling: PBXDialling, sounds: @escaping PhoneSounds = { _, _ in [] }, logger: Logger,
        becameSomebodys: @escaping @Sendable (DeviceID) -> Void,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        scripts = PhoneScripts(dialling, sounds: sounds)
        self.becameSomebodys = becameSomebodys
        self.logger = logger
        self.onListening = onListening
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    public func run() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { [logger] channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger)) }
            }
            .bind(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture { AcceptedConnection(try Connection(wrappingChannelSynchronously: channel)) }
            }
        onListening(server.channel.localAddress?.port ?? configuration.port)
        try await withGracefulShutdownHandler {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await accepted in connections {
                        group.addTask { await serve(accepted) }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
        }
    }

    /// Serves one session. What goes wrong in it ends it and nothing else.
    private func serve(_ accepted: AcceptedConnection<Connection>) async {
        let channel = accepted.channel
        let peer = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        guard let peer, configuration.peers.contains(peer) else {
            logger.warning(
                "a FastAGI connection was refused: its address is none of asterisk.fastagi_peers", metadata: ["ip": "\(peer?.description ?? "-")"])
            return
        }
        guard sessions.count.withLock({ count in
            guard count < Self.maximumSessions else { return false }
            count += 1
            return true
        }) else {
            logger.warning("a FastAGI session was refused: there are too many", metadata: ["limit": "\(Self.maximumSessions)"])
            return
        }
        let end = channel.eventLoop.scheduleTask(in: Self.sessionTime) { channel.close(promise: nil) }
        var changed: Set<DeviceID> = []
        do {
            let connection = accepted.take()
            changed = try await withGracefulShutdownHandler {
                try await connection.executeThenClose { inbound, outbound in
                    var session = Session(inbound.makeAsyncIterator(), outbound)
                    return try await converse(&session)
                }
            } onGracefulShutdown: {
                channel.eventLoop.scheduleTask(in: Self.lastSessionTime) { channel.close(promise: nil) }
            }
        } catch {
            logger.warning("a FastAGI session ended early", metadata: ["ip": "\(peer)", "reason": "\(error)"])
        }
        end.cancel()
        sessions.count.withLock { $0 -= 1 }
        guard !changed.isEmpty else { return }
        // Cut short when provd stops; the phones are told then too.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: configuration.announcementTime) }
        for device in changed { becameSomebodys(device) }
    }

    private func converse(_ session: inout Session) async throws -> Set<DeviceID> {
        let request = try await session.request()
        guard let script = PhoneScripts.Name(rawValue: request.script) else {
            logger.warning("FastAGI asked for a script that there is not", metadata: ["script": "\(request.script.prefix(64))"])
            _ = try await session.tell(.setVariable(PhoneScripts.reasonVariable, "unknown_script"))
            let names = PhoneScripts.Name.allCases.map(\.rawValue).joined(separator: ", ")
            _ = try await session.tell(.verbose("provd has no such script; it has \(names)", level: 1))
            return []
        }
        let result = await scripts.run(script, request)
        do {
            for command in result.commands where try await !session.tell(command) {
                logger.warning("Asterisk did not take a result", metadata: ["channel": "\(request.channel.prefix(64))"])
            }
        } catch {
            // The phone is somebody's now whether or not the dialplan hears of it.
            logger.warning("a FastAGI session ended before its result", metadata: ["reason": "\(error)"])
        }
        return result.changed
    }
}

/// One AGI session, as questions and answers.
private struct Session {
    private var bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var reader = AGIReader()

    init(_ bytes: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.bytes = bytes
        self.outbound = outbound
    }

    mutating func request() async throws -> AGIRequest {
        guard case .request(let request) = try await next() else { throw SessionEnd() }
        return request
    }

    /// Gives a command.
    ///
    /// - Returns: Whether Asterisk did it.
    mutating func tell(_ command: AGICommand) async throws -> Bool {
        try await outbound.write(ByteBuffer(string: command.encoded))
        while true {
            if case .response(let response) = try await next() { return response.isSuccess }
        }
    }

    private mutating func next() async throws -> AGIReader.Element {
        while true {
            if let element = try reader.next() { return element }
            guard let more = try await bytes.next(isolation: #isolation) else { throw SessionEnd() }
            reader.append(more.readableBytesView)
        }
    }
}

/// The other side closed the connection, or took too long.
private struct SessionEnd: Error, CustomStringConvertible {
    let description = "the connection was closed"
}
