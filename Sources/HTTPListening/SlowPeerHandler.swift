// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOHTTPTypes

/// Closes connections whose clients let the body of a request, or the reading of an answer, drag on.
///
/// The head of a request and the pauses between requests are watched by the server's own idle timer, which each part of a body
/// starts anew: a body that comes byte by byte would keep its connection for ever.
///
/// When the server stops, a connection on which no request has come yet may still bring its first one: its client could not know. No
/// connection lasts longer than that and an answer may take then, whatever its client does.
final class SlowPeerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let request: TimeAmount
    private let stall: TimeAmount
    private let firstRequest: TimeAmount
    private let lastAnswer: TimeAmount
    private var requestTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?
    private var quiescenceTimer: Scheduled<Void>?
    private var lastAnswerTimer: Scheduled<Void>?
    private var hasRequested = false

    init(_ limits: ConnectionLimits) {
        request = TimeAmount(limits.request)
        stall = TimeAmount(limits.stall)
        firstRequest = TimeAmount(limits.firstRequest)
        lastAnswer = TimeAmount(limits.lastAnswer)
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
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        if lastAnswerTimer == nil { lastAnswerTimer = schedule(lastAnswer, context) }
        guard !hasRequested else { return context.fireUserInboundEventTriggered(event) }
        if quiescenceTimer == nil { quiescenceTimer = schedule(firstRequest, context) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // What is written waits in the channel until the client has taken some of it.
        stallTimer?.cancel()
        stallTimer = context.channel.isWritable ? nil : schedule(stall, context)
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimers()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelTimers()
        context.fireChannelInactive()
    }

    private func cancelTimers() {
        for timer in [requestTimer, stallTimer, quiescenceTimer, lastAnswerTimer] { timer?.cancel() }
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
