// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
public import Logging
public import NetTypes
import NetworkFailures
import NIOCore
import NIOPosix
public import Provisioning
public import ServiceLifecycle

/// Tells phones that ask by SIP multicast (224.0.1.75, port 5060) where to get their configuration.
///
/// This is the way in where nobody may touch the DHCP server. Only phones that the vendor definitions know are answered, so
/// that another provisioning server on the same network can answer its own.
public struct PlugAndPlayServer: Service {
    /// The multicast group of SIP (IANA, sip.mcast.net).
    public static let group = IPv4Address(224, 0, 1, 75)
    /// How often unconfirmed NOTIFYs are looked at; their shortest interval is 500 ms (RFC 3261, T1).
    private static let tick: Duration = .milliseconds(100)
    /// Bytes of the largest question; a phone's has some 700.
    private static let maximumDatagramBytes = 8_192

    private let address: IPv4Address
    private let port: UInt16
    private let offers: PlugAndPlayOffers
    private let logger: Logger
    private let onListening: @Sendable () -> Void

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - address: This machine's address in the phones' network: the group is joined on its interface.
    ///   - port: The port of the group; another than 5060 only for tests.
    ///   - offers: The use case.
    ///   - onListening: Called once when phones are heard.
    public init(
        address: IPv4Address, port: UInt16 = 5060, offers: PlugAndPlayOffers, logger: Logger,
        onListening: @escaping @Sendable () -> Void = {}
    ) {
        self.address = address
        self.port = port
        self.offers = offers
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: `PlugAndPlayError` if the group cannot be joined.
    public func run() async throws {
        let (questions, answers) = try await open()
        guard let local = PlugAndPlayPeer(answers.channel.localAddress) else { throw PlugAndPlayError(address: address, reason: "no port") }
        let responder = PlugAndPlayResponder(local: local, offers: offers, logger: logger)
        onListening()
        try await withGracefulShutdownHandler {
            try await answers.executeThenClose { responses, output in
                try await questions.executeThenClose { subscriptions, _ in
                    try await withThrowingDiscardingTaskGroup { group in
                        group.addTask {
                            do {
                                for try await datagram in responses {
                                    await responder.response(Array(datagram.data.readableBytesView), from: PlugAndPlayPeer(datagram.remoteAddress))
                                }
                            } catch is CancellationError {
                                // The server ends.
                            }
                        }
                        group.addTask {
                            while (try? await Task.sleep(for: Self.tick)) != nil {
                                await send(await responder.due(), output)
                            }
                        }
                        for try await datagram in subscriptions {
                            let answer = await responder.question(
                                Array(datagram.data.readableBytesView), from: PlugAndPlayPeer(datagram.remoteAddress))
                            await send(answer, output)
                        }
                        group.cancelAll()
                    }
                }
            }
        } onGracefulShutdown: {
            questions.channel.close(promise: nil)
        }
    }

    private typealias Socket = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    private func open() async throws -> (questions: Socket, answers: Socket) {
        do {
            let questions = try await bind(Self.group, port: Int(port), isShared: true)
            let device = try System.enumerateDevices().first { $0.address?.ipAddress == address.description }
            guard let device else { throw PlugAndPlayError(address: address, reason: "no interface of this machine has it") }
            guard let multicast = questions.channel as? any MulticastChannel else {
                throw PlugAndPlayError(address: address, reason: "the socket knows no multicast")
            }
            try await multicast.joinGroup(SocketAddress(ipAddress: Self.group.description, port: Int(port)), device: device).get()
            return (questions, try await bind(address, port: 0, isShared: false))
        } catch let error as PlugAndPlayError {
            throw error
        } catch {
            throw PlugAndPlayError(address: address, reason: "\(NetworkFailure(error))")
        }
    }

    private func bind(_ address: IPv4Address, port: Int, isShared: Bool) async throws -> Socket {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.maximumDatagramBytes))
            .channelOption(.socketOption(.so_reuseaddr), value: isShared ? 1 : 0)
            .bind(to: SocketAddress(ipAddress: address.description, port: port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramSendingHandler())
                    return try Socket(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func send(
        _ datagrams: [PlugAndPlayMachine.Datagram], _ output: NIOAsyncChannelOutboundWriter<AddressedEnvelope<ByteBuffer>>
    ) async {
        for datagram in datagrams {
            do {
                let receiver = try SocketAddress(ipAddress: datagram.receiver.address.description, port: Int(datagram.receiver.port))
                try await output.write(AddressedEnvelope(remoteAddress: receiver, data: ByteBuffer(bytes: datagram.bytes)))
            } catch {
                // The phone is gone, or asks again.
                logger.debug("a phone could not be answered", metadata: ["ip": "\(datagram.receiver.address)", "reason": "\(error)"])
            }
        }
    }
}

/// Why phones cannot be heard by multicast.
public struct PlugAndPlayError: Error, CustomStringConvertible {
    let address: IPv4Address
    let reason: String

    public var description: String {
        """
        SIP plug and play cannot listen to \(PlugAndPlayServer.group) on the interface of \(address) (\(reason)): set sip.address to this \
        machine's address in the phones' network, see that no other program listens there, or set sip_pnp.enabled: false
        """
    }
}

extension PlugAndPlayPeer {
    /// The IPv4 address and port of a socket's address.
    fileprivate init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress, let ip = IPv4Address(text), let port = address?.port.flatMap(UInt16.init(exactly:)) else { return nil }
        self.init(address: ip, port: port)
    }
}
