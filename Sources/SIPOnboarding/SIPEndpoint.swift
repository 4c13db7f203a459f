// SPDX-License-Identifier: GPL-3.0-or-later

public import Certificates
import ConnectionAccepting
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import SIPWire

/// The embedded SIP endpoint: a registrar for phones, the callee of provisioning codes, and a proxy between lines.
///
/// It listens on UDP, TCP and TLS, takes registrations and calls of the accounts that
/// ``OnboardingDecisions`` knows, and sends NOTIFY to registered phones. It is no PBX: it passes
/// calls on between phones that are registered here, and nobody reaches anybody else through it.
public struct SIPEndpoint: Service {
    /// An address that the endpoint listens on.
    public struct BoundListener: Sendable, Hashable {
        /// The address with its real port.
        public let address: SIPAddress
        /// The transport.
        public let transport: SIPTransport
    }

    private let configuration: SIPEndpointConfiguration
    private let decisions: any OnboardingDecisions
    private let logger: Logger
    private let onListening: @Sendable ([BoundListener]) async -> Void
    private let core: SIPCore
    private let certificate: ServerCertificate?
    let metrics: SIPMetrics

    /// Creates an endpoint; ``run()`` starts it.
    ///
    /// - Parameters:
    ///   - configuration: where to listen, and limits.
    ///   - decisions: the use cases.
    ///   - prompts: what calls hear; without any they are silent.
    ///   - certificate: what TLS connections are served with; without one a listener for TLS is an error.
    ///   - logger: where to log.
    ///   - onListening: called once all listeners are open, before the first message is read.
    public init(
        configuration: SIPEndpointConfiguration, decisions: any OnboardingDecisions, prompts: PromptShelf = PromptShelf(),
        certificate: ServerCertificate? = nil, logger: Logger,
        onListening: @escaping @Sendable ([BoundListener]) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.decisions = decisions
        self.logger = logger
        self.certificate = certificate
        self.onListening = onListening
        metrics = SIPMetrics()
        core = SIPCore(configuration, prompts: prompts, metrics: metrics, logger: logger)
    }

    /// Listens and serves until graceful shutdown.
    ///
    /// - Throws: ``SIPEndpointError`` if an address cannot be listened on.
    public func run() async throws {
        let listeners = try await SIPListeners.open(configuration, certificate, logger)
        logger.info("SIP endpoint listens", metadata: ["addresses": "\(listeners.bound.map { "\($0.transport.rawValue) \($0.address)" }.joined(separator: ", "))"])
        await onListening(listeners.bound)
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingDiscardingTaskGroup { group in
                    for socket in listeners.udp { group.addTask { try await serve(datagrams: socket) } }
                    for stream in listeners.streams { group.addTask { try await serve(stream) } }
                    group.addTask { try await core.serveTimers() }
                    group.addTask { await core.serveJobs(decisions: decisions) }
                    group.addTask { await core.serveMedia() }
                }
            }
        } catch is CancellationError {
            // The way in which a service is asked to stop.
        } catch {
            await stop()
            throw error
        }
        await stop()
    }

    /// Sends a NOTIFY to the phone that is registered with an account, over the flow on which
    /// it registered, and waits for its answer for 32 seconds at the most.
    public func notify(account: String, _ notification: SIPNotification) async -> NotifyOutcome {
        await core.notify { server, id, now in server.notify(id, account: account, notification, now: now) }
    }

    /// Sends a NOTIFY over UDP to an address, whoever is registered there.
    ///
    /// - Parameters:
    ///   - address: the phone's IP address and port.
    ///   - user: the user part of the Request-URI; `nil` for `anonymous`.
    ///   - notification: the event.
    public func notify(address: SIPAddress, user: String? = nil, _ notification: SIPNotification) async -> NotifyOutcome {
        await core.notify { server, id, now in server.notify(id, address: address, user: user, notification, now: now) }
    }

    /// The contacts that an account is registered with, the newest first.
    public func registrations(of account: String) async -> [SIPRegistrationReport] {
        await core.registrations(of: account)
    }

    /// What is under way.
    var load: SIPLoad { get async { await core.load } }

    private func stop() async {
        for end in await core.stop() { await decisions.callEnded(end) }
    }

    // MARK: - Sockets

    /// Serves a UDP address until the endpoint stops.
    ///
    /// A datagram that the system refuses to send (no route, a firewall's word, an address that is none) closes its socket. Others
    /// must not notice: another one is opened in its place, and all flows go on over that.
    private func serve(datagrams first: SIPListeners.Datagrams) async throws {
        let listening = SIPAddress(first.channel.channel.localAddress)
        let id = await core.addSocket(first.channel.channel, local: listening)
        var socket = first
        while true {
            do {
                try await receive(from: socket, as: id, listening)
            } catch {
                logger.debug("UDP socket ended", metadata: ["address": "\(listening)", "error": "\(error)"])
            }
            try Task.checkCancellation()
            logger.warning("a UDP socket was closed by a datagram that could not be sent, and is opened again", metadata: ["address": "\(listening)"])
            socket = try await SIPListeners.reopen(listening, configuration.inherited)
            await core.replaceSocket(id, by: socket.channel.channel)
        }
    }

    private func receive(from socket: SIPListeners.Datagrams, as id: SIPFlow.ChannelID, _ listening: SIPAddress) async throws {
        try await socket.channel.executeThenClose { inbound, _ in
            for try await envelope in inbound {
                // Keep-alives of phones, two or four bytes long, are no messages.
                guard envelope.data.readableBytes > 4 else { continue }
                let bytes = Array(envelope.data.readableBytesView)
                let local = envelope.metadata?.packetInfo.map { SIPAddress(host: $0.destinationAddress.ipAddress ?? listening.host, port: listening.port) }
                let flow = SIPFlow(transport: .udp, channel: id, remote: SIPAddress(envelope.remoteAddress), local: local ?? listening)
                let message = Result { () throws(SIPParseError) in try SIPMessage(datagram: bytes, limits: configuration.limits) }
                await core.receive(message, on: flow)
            }
        }
    }

    private func serve(_ stream: SIPListeners.Stream) async throws {
        let listening = SIPAddress(stream.connections.channel.localAddress)
        try await stream.connections.executeThenClose { inbound in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in inbound {
                    guard let id = await core.addConnection(connection.channel) else {
                        logger.warning("Refused a connection: too many are open", metadata: ["remote": "\(SIPAddress(connection.channel.remoteAddress))"])
                        continue
                    }
                    group.addTask {
                        await serve(connection.take(), id, stream.transport)
                        await core.removeConnection(id)
                    }
                }
                // Its socket is no more: a daemon that is started anew can listen again.
                try Task.checkCancellation()
                throw SIPEndpointError(
                    code: .cannotListen, address: listening, transport: stream.transport, cause: "the system closed its socket")
            }
        }
    }

    /// Serves one connection. Its errors end this connection only.
    private func serve(_ connection: NIOAsyncChannel<SIPStreamEvent, ByteBuffer>, _ id: SIPFlow.ChannelID, _ transport: SIPTransport) async {
        let flow = SIPFlow(
            transport: transport, channel: id, remote: SIPAddress(connection.channel.remoteAddress), local: SIPAddress(connection.channel.localAddress))
        do {
            try await connection.executeThenClose { inbound, _ in
                for try await event in inbound {
                    switch event {
                    case .message(let message):
                        await core.receive(.success(message), on: flow)
                    case .malformed(let error):
                        await core.receive(.failure(error), on: flow)
                        return
                    case .silence:
                        guard await core.isRegistered(over: id) else { return }
                    }
                }
            }
        } catch {
            logger.debug("TCP connection ended", metadata: ["remote": "\(flow.remote)", "error": "\(error)"])
        }
    }
}

extension SIPAddress {
    init(_ address: SocketAddress?) {
        self.init(host: address?.ipAddress ?? "0.0.0.0", port: UInt16(clamping: address?.port ?? 0))
    }
}
