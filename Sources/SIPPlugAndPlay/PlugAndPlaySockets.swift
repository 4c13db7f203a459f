// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NetTypes
import NetworkFailures
import NIOCore
import NIOPosix

/// The sockets of SIP plug and play: one in the group for questions, one of this machine for answers and NOTIFYs.
///
/// Each must be ended with `executeThenClose`: a wrapped channel that is dropped without ends the program.
struct PlugAndPlaySockets: Sendable {
    typealias Socket = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    let questions: Socket
    let answers: Socket
    /// Where answers come from.
    let local: PlugAndPlayPeer

    /// Bytes of the largest question; a phone's has some 700.
    private static let maximumDatagramBytes = 8_192

    /// Opens both sockets, or none.
    ///
    /// - Parameters:
    ///   - group: The group; another than SIP's only for tests.
    ///   - address: This machine's address in the phones' network.
    ///   - port: The port of the group.
    /// - Throws: ``PlugAndPlayError``.
    static func open(group: IPv4Address = PlugAndPlayServer.group, on address: IPv4Address, port: UInt16) async throws -> PlugAndPlaySockets {
        do {
            let device = try System.enumerateDevices().first { $0.address?.ipAddress == address.description }
            guard let device else { throw PlugAndPlayError(address: address, reason: "no interface of this machine has it") }
            let questions = try await bind(group, port: Int(port), isShared: true)
            do {
                guard let multicast = questions.channel as? any MulticastChannel else {
                    throw PlugAndPlayError(address: address, reason: "the socket knows no multicast")
                }
                try await multicast.joinGroup(SocketAddress(ipAddress: group.description, port: Int(port)), device: device).get()
                let answers = try await bind(address, port: 0, isShared: false)
                if let local = PlugAndPlayPeer(answers.channel.localAddress) {
                    return PlugAndPlaySockets(questions: questions, answers: answers, local: local)
                }
                try? await answers.executeThenClose { _, _ in }
                throw PlugAndPlayError(address: address, reason: "no port")
            } catch {
                try? await questions.executeThenClose { _, _ in }
                throw error
            }
        } catch let error as PlugAndPlayError {
            throw error
        } catch {
            throw PlugAndPlayError(address: address, reason: "\(NetworkFailure(error))")
        }
    }

    private static func bind(_ address: IPv4Address, port: Int, isShared: Bool) async throws -> Socket {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: maximumDatagramBytes))
            .channelOption(.socketOption(.so_reuseaddr), value: isShared ? 1 : 0)
            .bind(to: SocketAddress(ipAddress: address.description, port: port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramSendingHandler())
                    return try Socket(wrappingChannelSynchronously: channel)
                }
            }
    }
}

extension PlugAndPlayPeer {
    /// The IPv4 address and port of a socket's address.
    init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress, let ip = IPv4Address(text), let port = address?.port.flatMap(UInt16.init(exactly:)) else { return nil }
        self.init(address: ip, port: port)
    }
}
