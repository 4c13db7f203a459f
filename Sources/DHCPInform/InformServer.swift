// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
public import DHCPConfig
import Glibc
public import Logging
import NetTypes
import NetworkFailures
import NIOCore
import NIOPosix
public import Provisioning
public import ServiceLifecycle

/// Answers phones that have an address and ask by DHCPINFORM where to go, where nobody may touch the DHCP server.
public struct InformServer: Service {
    /// Bytes of the largest question; DHCP messages fit into one Ethernet frame.
    private static let maximumDatagramBytes = 1_500

    private let policy: InformPolicy
    private let location: DHCPPlan.ProvdLocation
    private let sightings: InformSightings
    private let interface: String?
    private let port: Int
    private let replyPort: Int
    private let logger: Logger
    private let onListening: @Sendable () -> Void

    /// Makes a server.
    ///
    /// - Parameters:
    ///   - catalog: The vendor definitions.
    ///   - location: Where phones reach this appliance.
    ///   - sightings: Where phones that were answered are noted.
    ///   - interface: The only interface on which questions are heard and answered; `nil` is all.
    ///   - port: The servers' port; another than 67 only for tests.
    ///   - replyPort: The clients' port; another than 68 only for tests.
    ///   - onListening: Called once when phones are heard.
    public init(
        catalog: VendorCatalog, location: DHCPPlan.ProvdLocation, sightings: InformSightings, interface: String? = nil, port: Int = 67, replyPort: Int = 68,
        logger: Logger, onListening: @escaping @Sendable () -> Void = {}
    ) {
        policy = InformPolicy(catalog: catalog, provd: location)
        self.location = location
        self.sightings = sightings
        self.interface = interface
        self.port = port
        self.replyPort = replyPort
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: `InformError` if the port cannot be listened on.
    public func run() async throws {
        let questions = try await bind(port: port)
        // Answers of others that are broadcast are heard on the clients' port, if this machine's own client leaves it free.
        let others = try? await bind(port: replyPort)
        onListening()
        try await withGracefulShutdownHandler {
            try await questions.executeThenClose { datagrams, output in
                try await withThrowingDiscardingTaskGroup { group in
                    if let others { group.addTask { try await listen(to: others) } }
                    for try await datagram in datagrams { await take(datagram, output) }
                    group.cancelAll()
                }
            }
        } onGracefulShutdown: {
            questions.channel.close(promise: nil)
        }
    }

    private typealias Datagram = AddressedEnvelope<ByteBuffer>
    private typealias Socket = NIOAsyncChannel<Datagram, Datagram>

    /// `SO_BINDTOIFINDEX` of Linux's asm-generic/socket.h. A socket of one address would hear no broadcasts, so that a
    /// socket is bound to the interface.
    private static let bindToInterface = ChannelOptions.socket(SocketOptionLevel(SOL_SOCKET), 62)

    private func bind(port: Int) async throws -> Socket {
        var bootstrap = DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.maximumDatagramBytes))
        if let interface {
            guard let index = try System.enumerateDevices().first(where: { $0.name == interface })?.interfaceIndex else {
                throw InformError(port: port, cause: .noInterface(interface))
            }
            bootstrap = bootstrap.channelOption(Self.bindToInterface, value: SocketOptionValue(index))
        }
        do {
            return try await bootstrap
                .bind(host: "0.0.0.0", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DatagramSendingHandler())
                        return try Socket(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw InformError(port: port, cause: .refused("\(NetworkFailure(error))"))
        }
    }

    private func take(_ datagram: Datagram, _ output: NIOAsyncChannelOutboundWriter<Datagram>) async {
        guard let text = datagram.remoteAddress.ipAddress, let source = IPv4Address(text),
            case .answer(let bytes, let address, let phone) = policy.decide(Array(datagram.data.readableBytesView), from: source)
        else { return }
        do {
            let receiver = try SocketAddress(ipAddress: address.description, port: replyPort)
            try await output.write(AddressedEnvelope(remoteAddress: receiver, data: ByteBuffer(bytes: bytes)))
            try await sightings.answered(phone.mac, vendor: phone.vendor, model: phone.model, version: phone.version, at: address, basis: phone.basis)
        } catch {
            // The phone asks again.
            logger.warning("a phone's DHCPINFORM could not be answered", metadata: ["mac": "\(phone.mac)", "reason": "\(error)"])
        }
    }

    private func listen(to socket: Socket) async throws {
        var others = OtherResponders(own: location.address)
        try await socket.executeThenClose { datagrams, _ in
            do {
                for try await datagram in datagrams {
                    guard let server = others.news(in: Array(datagram.data.readableBytesView)) else { continue }
                    logger.warning(
                        "DHCP server \(server) answers DHCPINFORM as well, and phones take whichever answer comes first: let one of the two do it")
                }
            } catch is CancellationError {
                // The server ends.
            }
        }
    }
}

/// Why phones' questions cannot be heard.
public struct InformError: Error, CustomStringConvertible {
    enum Cause: Sendable {
        case noInterface(String)
        case refused(String)
    }

    let port: Int
    let cause: Cause

    public var description: String {
        switch cause {
        case .noInterface(let name):
            """
            DHCPINFORM cannot be answered on “\(name)”: there is no such interface with an address. Set dhcp_inform.interface to the \
            interface of the phones' network, as “ip address” shows it
            """
        case .refused(let reason):
            """
            DHCPINFORM cannot be answered on port \(port) (\(reason)): ports below 1024 need CAP_NET_BIND_SERVICE, and a DHCP server on this \
            machine has the port already. Then let that server send the options, and set dhcp_inform.enabled: false
            """
        }
    }
}
