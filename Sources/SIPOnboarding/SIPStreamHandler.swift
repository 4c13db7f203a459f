// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import SIPWire

/// What a TCP connection brings.
enum SIPStreamEvent: Sendable {
    case message(SIPMessage)
    /// The stream cannot be read on: answer if possible, and close.
    case malformed(SIPParseError)
    /// Nothing whole arrived for a while.
    case silence
}

/// Cuts the bytes of a TCP connection into messages, answers keep-alives, and watches the time.
///
/// A message that has begun must be whole within the timeout, so that peers that send byte by
/// byte do not hold connections. Silence between messages is reported and not judged here:
/// a registered phone may be silent. Keep-alives do not break it, so that nobody keeps a
/// connection by them alone.
final class SIPStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = SIPStreamEvent
    typealias OutboundOut = ByteBuffer

    private var framer: SIPStreamFramer
    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?
    private var isFailed = false

    /// Whether the running timer was started for a message that had begun.
    private var isTimingMessage = false

    init(limits: SIPLimits, timeout: Duration) {
        framer = SIPStreamFramer(limits: limits)
        self.timeout = TimeAmount(timeout)
    }

    func channelActive(context: ChannelHandlerContext) {
        restartTimer(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFailed else { return }
        framer.append(unwrapInboundIn(data).readableBytesView)
        var hasMessage = false, isPinged = false
        do throws(SIPParseError) {
            while let element = try framer.next() {
                switch element {
                case .message(let message):
                    hasMessage = true
                    context.fireChannelRead(wrapInboundOut(.message(message)))
                case .ping:
                    isPinged = true
                }
            }
        } catch {
            isFailed = true
            context.fireChannelRead(wrapInboundOut(.malformed(error)))
            return
        }
        if isPinged, !answerPings(context) { return }
        if hasMessage || framer.isInsideMessage != isTimingMessage { restartTimer(context) }
    }

    /// Answers the pings of one read, which are one ping, or several that waited together.
    ///
    /// - Returns: whether the connection goes on. It ends if the peer does not read what it asks for: that would pile up here.
    private func answerPings(_ context: ChannelHandlerContext) -> Bool {
        guard context.channel.isWritable else {
            isFailed = true
            context.close(promise: nil)
            return false
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: SIPStreamFramer.pong)), promise: nil)
        return true
    }

    private func restartTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        isTimingMessage = framer.isInsideMessage
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.timeIsUp(context)
        }
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        if framer.isInsideMessage {
            isFailed = true
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(wrapInboundOut(.silence))
        context.fireChannelReadComplete()
        restartTimer(context)
    }
}
