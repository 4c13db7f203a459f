// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix

/// Takes the audio that simulated phones are sent, and does not listen.
struct MediaSink: Sendable {
    private final class Ignore: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    }

    private let channel: any Channel

    static func open(host: String) async throws -> MediaSink {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Ignore()) } }
            .bind(host: host, port: 0).get()
        return MediaSink(channel: channel)
    }

    /// Where audio is sent to.
    var port: UInt16 { UInt16(clamping: channel.localAddress?.port ?? 9) }

    func close() { channel.close(promise: nil) }
}
