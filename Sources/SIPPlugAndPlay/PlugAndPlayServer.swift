// SPDX-License-Identifier: GPL-3.0-or-later

public import Logging
public import NetTypes
import NIOCore
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
        let sockets = try await PlugAndPlaySockets.open(on: address, port: port)
        let questions = sockets.questions, answers = sockets.answers
        let responder = PlugAndPlayResponder(local: sockets.local, offers: offers, logger: logger)
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
