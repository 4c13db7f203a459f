// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import Glibc
import Logging
import NIOCore
import NIOPosix
import SocketActivation

/// One of the sockets that a server listens on, as the rest of the program sees it.
struct ListeningSocket: Sendable {
    /// The address with the port that it really has.
    let address: SocketAddress
    /// Fulfilled when the socket was asked to drain and has; failed when it was lost before.
    let drained: EventLoopFuture<Void>

    private let channel: any Channel
    private let register: NIOLoopBound<TransferRegister>

    /// Opens the sockets for one address, each on an event loop of its own.
    static func open(
        _ address: SocketAddress, configuration: TFTPServerConfiguration, admission: Admission, threadPool: NIOThreadPool,
        eventLoopGroup: MultiThreadedEventLoopGroup, logger: Logger, refusedPath: @escaping @Sendable (SocketAddress) -> Void,
        submit: @escaping @Sendable (TransferTicket) -> Bool
    ) async throws(TFTPServerError) -> [ListeningSocket] {
        let inherited = configuration.inherited.socket(.datagrams, host: address.ipAddress ?? "", port: address.port ?? 0)
        // An inherited socket belongs to another user, who alone could open more of them on its port.
        let count = inherited == nil ? max(configuration.eventLoopsPerAddress, 1) : 1
        var sockets: [ListeningSocket] = []
        do {
            var exact = address
            if inherited == nil {
                // Sockets that share a port would share it with another instance of this program, too, without an error.
                // So the port is first taken alone.
                let probe = try await bootstrap(address, on: eventLoopGroup.next(), isShared: false).bind(to: address).get()
                exact = probe.localAddress ?? address
                try await probe.close().get()
            }
            for _ in 0..<count {
                let eventLoop = eventLoopGroup.next()
                let drained = eventLoop.makePromise(of: Void.self)
                let channel: any Channel
                do {
                    let bootstrap = bootstrap(exact, on: eventLoop, isShared: count > 1, isInherited: inherited != nil)
                    if let inherited {
                        channel = try await bootstrap.withBoundSocket(inherited.duplicate()).get()
                    } else {
                        channel = try await bootstrap.bind(to: exact).get()
                    }
                } catch {
                    drained.fail(error)
                    throw error
                }
                channel.closeFuture.whenComplete { _ in drained.fail(ChannelError.alreadyClosed) }
                let register = try await eventLoop.submit {
                    let sender = DatagramSender(channel: channel)
                    let register = TransferRegister(
                        channel: channel, sender: sender, configuration: configuration, admission: admission, threadPool: threadPool,
                        drained: drained, submit: submit)
                    let listener = RequestListener(
                        register: register, sender: sender, configuration: configuration, refusedPath: refusedPath, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(listener)
                    return NIOLoopBound(register, eventLoop: eventLoop)
                }.get()
                sockets.append(
                    ListeningSocket(address: exact, drained: drained.futureResult, channel: channel, register: register))
            }
        } catch {
            for socket in sockets { socket.abandon() }
            throw TFTPServerError(binding: address, failedWith: error)
        }
        return sockets
    }

    private static func bootstrap(_ address: SocketAddress, on eventLoop: any EventLoop, isShared: Bool, isInherited: Bool = false) -> DatagramBootstrap {
        let byteCount = RequestListener.datagramsPerRead * RequestListener.maximumDatagramByteCount
        var bootstrap = DatagramBootstrap(group: eventLoop)
            .channelOption(.datagramVectorReadMessageCount, value: RequestListener.datagramsPerRead)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: byteCount))
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: receiveBufferByteCount)
        if isShared {
            let reusePort = ChannelOptions.Types.SocketOption(level: .socket, name: .init(rawValue: SO_REUSEPORT))
            bootstrap = bootstrap.channelOption(reusePort, value: 1)
        }
        // What is bound already has it set one way or the other, and cannot change it.
        if case .v6 = address, !isInherited {
            bootstrap = bootstrap.channelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
        }
        if address.isWildcard {
            bootstrap = bootstrap.channelOption(ChannelOptions.receivePacketInfo, value: true)
        }
        return bootstrap
    }

    /// Bytes of requests that may wait in the system: those of some thousand phones that boot in the same second.
    private static let receiveBufferByteCount: Int = 1024 * 1024
}

// MARK: - The end

extension ListeningSocket {
    /// Takes no more requests and lets transfers go on for this time.
    func drain(grace: Duration) {
        channel.eventLoop.execute {
            register.value.drain(until: NIODeadline.nowSinceStart + grace)
        }
    }

    /// Closes a socket that never served.
    func abandon() {
        channel.close(promise: nil)
    }

    /// Closes the socket.
    ///
    /// - Throws: ``TFTPServerError`` if it was lost before it was asked to drain.
    func close() async throws(TFTPServerError) {
        let wasOpen = channel.isActive
        channel.close(promise: nil)
        if !wasOpen { throw TFTPServerError(.socketLost, address) }
    }
}
