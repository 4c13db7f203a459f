// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTPTypes

/// Closes connections whose clients let the body of a request, or the reading of an answer, drag on.
///
/// The head of a request and the pauses between requests are watched by the server's own idle timer, which each part of a body
/// starts anew: a body that comes byte by byte would keep its connection for ever.
///
/// When the server stops, a connection on which no request has come yet may still bring its first one: its client could not know.
final class SlowPeerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let request: TimeAmount
    private let stall: TimeAmount
    private let firstRequest: TimeAmount
    private var requestTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var quiescenceTimer: Scheduled<Void>?
    private var hasRequested = false

    init(_ limits: ConnectionLimits) {
        request = TimeAmount(limits.request)
        stall = TimeAmount(limits.stall)
        firstRequest = TimeAmount(limits.firstRequest)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            requestTimer?.cancel()
            requestTimer = schedule(request, context)
        case .body: break
        case .end:
            requestTimer?.cancel()
            requestTimer = nil
        }
        context.fireChannelRead(data)
        hasRequested = true
        if let timer = quiescenceTimer {
            // The connection ends once this request is answered.
            timer.cancel()
            quiescenceTimer = nil
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent, !hasRequested else { return context.fireUserInboundEventTriggered(event) }
        if quiescenceTimer == nil { quiescenceTimer = schedule(firstRequest, context) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // What is written waits in the channel until the client has taken some of it.
        stallTimer?.cancel()
        stallTimer = context.channel.isWritable ? nil : schedule(stall, context)
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        requestTimer?.cancel()
        stallTimer?.cancel()
        quiescenceTimer?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        requestTimer?.cancel()
        stallTimer?.cancel()
        quiescenceTimer?.cancel()
        context.fireChannelInactive()
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
