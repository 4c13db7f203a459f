// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import ConnectionAccepting
import Datagrams
import Logging
import NetworkFailures
import NIOCore
import NIOPosix
import NIOSSL
import SocketActivation

/// The endpoint's open sockets.
struct SIPListeners: Sendable {
    struct Datagrams: Sendable {
        let channel: NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>
    }
    struct Stream: Sendable {
        let transport: SIPTransport
        let connections: Connections
    }
    typealias Connection = AcceptedConnection<NIOAsyncChannel<SIPStreamEvent, ByteBuffer>>
    typealias Connections = NIOAsyncChannel<Connection, Never>

    private(set) var udp: [Datagrams] = []
    /// Streams, with and without TLS.
    private(set) var streams: [Stream] = []
    private(set) var bound: [SIPEndpoint.BoundListener] = []

    /// Bytes that the kernel keeps for a UDP socket while the endpoint is busy: some thousand requests.
    private static let receiveBufferBytes = 4 << 20

    /// Bytes of the largest datagram.
    private static let maximumDatagramBytes = 65_535

    /// Connections that wait to be accepted.
    private static let backlog: Int32 = 256

    /// Opens all sockets of a configuration, or none.
    ///
    /// - Throws: ``SIPEndpointError`` for the first address that cannot be listened on.
    static func open(
        _ configuration: SIPEndpointConfiguration, _ certificate: ServerCertificate?, _ logger: Logger
    ) async throws(SIPEndpointError) -> SIPListeners {
        var listeners = SIPListeners()
        for listener in configuration.listeners {
            var port = listener.port
            // TCP first: with port 0, UDP then takes the port that TCP got.
            for transport in [SIPTransport.tls, .tcp, .udp] where listener.transports.contains(transport) {
                let wanted = SIPAddress(host: listener.host, port: port)
                if transport == .tls, certificate == nil {
                    await listeners.close()
                    throw SIPEndpointError(code: .noCertificate, address: wanted, transport: transport, cause: "no certificate")
                }
                do {
                    let address = try SocketAddress(ipAddress: listener.host, port: Int(port))
                    let actual: SIPAddress
                    switch transport {
                    case .tcp, .tls:
                        let inherited = configuration.inherited.socket(.connections, host: listener.host, port: Int(port))
                        let socket = try await openTCP(address, inherited, configuration, transport == .tls ? certificate : nil, logger)
                        listeners.streams.append(Stream(transport: transport, connections: socket))
                        actual = SIPAddress(socket.channel.localAddress)
                    case .udp:
                        let socket = try await openUDP(address, configuration.inherited)
                        listeners.udp.append(socket)
                        actual = SIPAddress(socket.channel.channel.localAddress)
                    }
                    port = actual.port
                    listeners.bound.append(SIPEndpoint.BoundListener(address: actual, transport: transport))
                } catch {
                    await listeners.close()
                    throw SIPEndpointError(error, wanted, transport)
                }
            }
        }
        return listeners
    }

    private func close() async {
        for socket in udp { try? await socket.channel.channel.close() }
        for stream in streams { try? await stream.connections.channel.close() }
    }

    /// How often a UDP address is tried that was ours a moment ago, and how long between two tries.
    private static let reopenTries = 50, reopenInterval = Duration.milliseconds(100)

    /// Opens a UDP socket at an address whose socket was closed.
    ///
    /// - Throws: ``SIPEndpointError`` if somebody else has taken it meanwhile.
    static func reopen(_ listening: SIPAddress, _ inherited: InheritedSockets) async throws -> Datagrams {
        let address = try SocketAddress(ipAddress: listening.host, port: Int(listening.port))
        for _ in 1..<reopenTries {
            if let socket = try? await openUDP(address, inherited) { return socket }
            try await Task.sleep(for: reopenInterval)
        }
        do {
            return try await openUDP(address, inherited)
        } catch {
            throw SIPEndpointError(error, listening, .udp)
        }
    }

    private static func openUDP(_ address: SocketAddress, _ inherited: InheritedSockets) async throws -> Datagrams {
        var bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: maximumDatagramBytes))
            .channelOption(.socketOption(.so_rcvbuf), value: receiveBufferBytes)
            // A phone must see the address that it called in Contact, also where all are listened on.
            .channelOption(.receivePacketInfo, value: true)
        let initialize: @Sendable (any Channel) throws -> Datagrams = { channel in
            try channel.pipeline.syncOperations.addHandler(DatagramSendingHandler())
            return Datagrams(channel: try NIOAsyncChannel(wrappingChannelSynchronously: channel))
        }
        if let socket = inherited.socket(.datagrams, host: address.ipAddress ?? "", port: address.port ?? 0) {
            // NIO's asynchronous form of this registers no datagram socket, and the other one cannot wrap it: nothing is read until that is done.
            let channel = try await bootstrap.channelOption(.autoRead, value: false).withBoundSocket(socket.duplicate()).get()
            do {
                let datagrams = try await channel.eventLoop.submit { try initialize(channel) }.get()
                try await channel.setOption(.autoRead, value: true).get()
                return datagrams
            } catch {
                channel.close(promise: nil)
                throw error
            }
        }
        if address.protocol == .inet6 { bootstrap = bootstrap.channelOption(onlyIPv6, value: 1) }
        return try await bootstrap.bind(to: address) { channel in channel.eventLoop.makeCompletedFuture { try initialize(channel) } }
    }

    private static func openTCP(
        _ address: SocketAddress, _ inherited: InheritedSocket?, _ configuration: SIPEndpointConfiguration, _ certificate: ServerCertificate?,
        _ logger: Logger
    ) async throws -> Connections {
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptPauseHandler(logger: logger)) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        let initialize: @Sendable (any Channel) -> EventLoopFuture<Connection> = { channel in
            channel.eventLoop.makeCompletedFuture {
                // Asked for each connection, so that a renewed certificate serves from now on.
                if let certificate { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context())) }
                try channel.pipeline.syncOperations.addHandler(
                    SIPStreamHandler(limits: configuration.limits, timeout: configuration.messageTimeout))
                return Connection(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        if let inherited { return try await bootstrap.bind(inherited.duplicate(), childChannelInitializer: initialize) }
        if address.protocol == .inet6 { bootstrap = bootstrap.serverChannelOption(onlyIPv6, value: 1) }
        return try await bootstrap.bind(to: address, childChannelInitializer: initialize)
    }

    /// `::` leaves IPv4 to a listener of its own, so that both can be configured together.
    private static let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
}

extension SIPEndpointError {
    init(_ error: any Error, _ address: SIPAddress, _ transport: SIPTransport) {
        let code: Code =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: .addressInUse
            case EACCES, EPERM: .notPermitted
            case EADDRNOTAVAIL: .noSuchAddress
            default: .cannotListen
            }
        self.init(code: code, address: address, transport: transport, cause: "\(NetworkFailure(error))")
    }
}
