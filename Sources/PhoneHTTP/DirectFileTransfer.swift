// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OpenFiles

/// One file on its way to a phone, which for the most part the system copies from its memory to the socket (sendfile(2)).
///
/// That goes past the handlers of the connection, so it is only for one without TLS, and for a body of known length, which
/// HTTP sends as it is. Whenever the socket takes no more, or bytes are not in memory, a
/// piece goes through the channel instead; when the socket has taken that, the channel has nothing left to send, and it is
/// the file's turn again. Lives on the connection's event loop.
final class DirectFileTransfer {
    /// Bytes of a piece that goes through the channel: more than make it unwritable, so that who watches that sees a phone
    /// that takes nothing any more.
    private static let pieceByteCount = 96 << 10
    /// Bytes that one phone gets before it is the turn of others.
    private static let maximumTurnByteCount = 1 << 20

    private let file: OpenFile
    private var rest: Range<Int>
    /// The place in the pipeline from which bytes are sent as they are.
    private let encoder: ChannelHandlerContext
    private let threadPool: NIOThreadPool
    private let stall: TimeAmount
    private let done: EventLoopPromise<Void>

    private init(
        _ file: OpenFile, _ range: Range<Int>, past encoder: ChannelHandlerContext, _ threadPool: NIOThreadPool, stall: TimeAmount
    ) {
        self.file = file
        rest = range
        self.encoder = encoder
        self.threadPool = threadPool
        self.stall = stall
        done = encoder.eventLoop.makePromise()
    }

    /// A file has become shorter while it was sent.
    struct ShortFile: Error {}

    /// Sends bytes of a file after what was written to the channel before.
    ///
    /// - Parameter stall: How long the phone may take nothing; then the connection is closed.
    /// - Returns: when the socket has taken them all; `false` at once when the connection does not allow it.
    static func send(
        _ file: OpenFile, _ range: Range<Int>, on channel: any Channel, threadPool: NIOThreadPool, stall: TimeAmount
    ) -> EventLoopFuture<Bool> {
        channel.eventLoop.flatSubmit {
            let pipeline = channel.pipeline.syncOperations
            guard (try? pipeline.handler(type: NIOSSLServerHandler.self)) == nil,
                let encoder = try? pipeline.context(handlerType: HTTPResponseEncoder.self)
            else { return channel.eventLoop.makeSucceededFuture(false) }
            let transfer = DirectFileTransfer(file, range, past: encoder, threadPool, stall: stall)
            transfer.sendThroughChannel()
            return transfer.done.futureResult.map { true }
        }
    }
}

extension DirectFileTransfer {
    /// The channel has nothing to send: hands the socket as much as it takes.
    private func sendDirectly() {
        let turn = rest.prefix(Self.maximumTurnByteCount)
        do {
            let sent = try encoder.channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { socket in
                file.sendCached(UInt64(turn.lowerBound)..<UInt64(turn.upperBound), to: socket)
            }
            rest = rest.dropFirst(sent ?? 0)
        } catch {
            return done.fail(error)
        }
        if rest.isEmpty {
            done.succeed()
        } else if rest.lowerBound == turn.upperBound {
            encoder.eventLoop.assumeIsolated().execute { self.sendDirectly() }
        } else {
            sendThroughChannel()
        }
    }

    private func sendThroughChannel() {
        let byteCount = min(Self.pieceByteCount, rest.count)
        var piece = encoder.channel.allocator.buffer(capacity: byteCount)
        if file.readCached(at: UInt64(rest.lowerBound), into: &piece, byteCount: byteCount) > 0 { return send(piece) }
        threadPool.runIfActive(eventLoop: encoder.eventLoop) { [file, rest] in
            try file.read(at: UInt64(rest.lowerBound), byteCount: byteCount)
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let piece) where piece.readableBytes > 0: self.send(piece)
            case .success: self.done.fail(ShortFile())
            case .failure(let error): self.done.fail(error)
            }
        }
    }

    private func send(_ piece: ByteBuffer) {
        rest = rest.dropFirst(piece.readableBytes)
        let sent = encoder.eventLoop.makePromise(of: Void.self)
        // The end of a piece leaves the channel writable: who watches that does not see that it waits too.
        let stalled = encoder.eventLoop.scheduleTask(in: stall) { [channel = encoder.channel] in channel.close(promise: nil) }
        encoder.writeAndFlush(NIOAny(IOData.byteBuffer(piece)), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { result in
            stalled.cancel()
            switch result {
            // Not from here, or a phone that takes everything at once would make this go ever deeper.
            case .success: self.encoder.eventLoop.assumeIsolated().execute { self.sendDirectly() }
            case .failure(let error): self.done.fail(error)
            }
        }
    }
}
