// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

extension SIPServer {
    /// An INVITE that begins a call.
    mutating func beginCall(_ context: inout RequestContext, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard calls.count < configuration.maximumCalls else { return refuseForNow(&context) }
        let effects = authenticate(&context, key, now: now)
        guard serverTransactions[key] != nil else { return effects }
        // The decision can take a while; without this the phone would send the INVITE again.
        return respond(context.response(100), to: key, now: now) + effects
    }

    /// The caller is known: is the call one that can be answered, and what was dialled?
    mutating func startCall(
        _ transaction: PendingRequest, _ key: TransactionKey, _ account: SIPAccount, now: ContinuousClock.Instant
    ) -> [Effect] {
        let request = transaction.request
        guard case .addresses(let contacts) = transaction.fields.contacts, contacts.count == 1, transaction.fields.from.tag != nil else {
            return respond(makeResponse(400, "Missing Contact or From Tag", to: transaction), to: key, now: now)
        }
        if !request.body.isEmpty {
            let type = request.headers["Content-Type"]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
            guard type == "application/sdp", (request.headers["Content-Encoding"] ?? "identity") == "identity" else {
                var response = makeResponse(415, to: transaction)
                response.headers.append("Accept", "application/sdp")
                return respond(response, to: key, now: now)
            }
        }
        guard let offer = SDPAnswer(offer: request.body) else {
            return respond(makeResponse(488, to: transaction), to: key, now: now)
        }
        serverTransactions[key]?.pending?.offer = offer
        let digits: String
        switch request.uri {
        case .sip(let uri): digits = uri.userText ?? ""
        case .tel(let uri): digits = uri.digits
        case .other: digits = ""
        }
        guard !digits.isEmpty else {
            return respond(makeResponse(484, to: transaction), to: key, now: now)
        }
        let call = DialledCall(
            id: nextCallID(), digits: digits, account: account, remote: transaction.phone, userAgent: request.headers["User-Agent"])
        return [.ask(.dialled(call, key))]
    }

    /// What was dialled is known to mean something, or not.
    mutating func decided(_ outcome: DialOutcome, for call: DialledCall, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let transaction = serverTransactions[key]?.pending, let offer = transaction.offer else {
            // The phone gave up meanwhile. What the code did is done, and must not wait for a BYE.
            guard case .accepted = outcome else { return [] }
            return [.report(.callEnded(CallEnd(call: call, reason: .cancelled)))]
        }
        if let effects = openMedia(for: call, outcome, offer, transaction, key) { return effects }
        return conclude(call, outcome, offer, transaction, key, now: now)
    }

    /// Gives a call its final answer without a word.
    mutating func conclude(
        _ call: DialledCall, _ outcome: DialOutcome, _ offer: SDPAnswer, _ transaction: PendingRequest, _ key: TransactionKey,
        now: ContinuousClock.Instant
    ) -> [Effect] {
        switch outcome {
        case .accepted(let answer):
            return accept(call, offer, transaction, key, port: nil, lasting: answer.hangUpAfter ?? configuration.callDuration, now: now)
        case .refused(let refusal, _):
            return respond(refuse(refusal, transaction), to: key, now: now)
        case .question(let question):
            // Without audio nobody hears the question.
            return respond(refuse(question.refusal, transaction), to: key, now: now)
        case .forward(let usernames):
            return relay(to: usernames, from: call.account, transaction, key, now: now)
        case .notHandled:
            return respond(makeResponse(404, to: transaction), to: key, now: now)
        }
    }

    /// Answers a call.
    mutating func accept(
        _ call: DialledCall, _ offer: SDPAnswer, _ transaction: PendingRequest, _ key: TransactionKey, port: UInt16?, lasting: Duration,
        isAccepted: Bool = true, now: ContinuousClock.Instant
    ) -> [Effect] {
        guard case .addresses(let contacts) = transaction.fields.contacts, let contact = contacts.first, let remoteTag = transaction.fields.from.tag
        else { return [] }
        let flow = transaction.flow
        var response = makeResponse(200, to: transaction)
        for route in transaction.request.headers.all("Record-Route") { response.headers.append(route) }
        response.headers.append("Contact", Self.contact(flow))
        response.headers.append("Allow", Self.allowedMethods)
        describe(offer, in: &response, call, flow, port: port)
        let id = DialogID(callID: transaction.fields.callID, localTag: transaction.toTag, remoteTag: remoteTag)
        let dialog = Dialog(
            id: id, localAddress: response.headers["To"] ?? "", remoteAddress: transaction.request.headers["From"] ?? "", target: contact.uri,
            routes: transaction.request.headers.all("Record-Route"), remoteSequence: transaction.fields.cseq.number)
        var inbound = InboundCall(
            call: call, answer: response.encoded, flow: transaction.replyFlow, dialog: dialog, lasting: lasting, timers: configuration.timers,
            now: now)
        inbound.isAccepted = isAccepted
        calls[id] = inbound
        if port != nil { spoken[call.id] = id }
        if let deadline = inbound.deadline { timers.set(.call(id), deadline) }
        return respond(response, to: key, now: now)
    }

    /// Puts the description of this side's audio into a response.
    func describe(_ offer: SDPAnswer, in response: inout SIPResponse, _ call: DialledCall, _ flow: SIPFlow, port: UInt16?) {
        response.headers.append("Content-Type", "application/sdp")
        let text = offer.text(host: flow.local.host, isIPv6: flow.local.isIPv6, id: UInt32(truncatingIfNeeded: call.id), port: port)
        response.body = Array(text.utf8)
    }

    /// A final response that tells why, to the phone's display and to a trace.
    func refuse(_ refusal: DialRefusal, _ transaction: PendingRequest) -> SIPResponse {
        let (status, reason, text) = refusal.response
        var response = makeResponse(status, reason, to: transaction)
        response.headers.append("Warning", "399 \(transaction.flow.local.uriHost) \"\(text)\"")
        response.headers.append("Reason", refusal.reasonHeader)
        if case .locked(let after) = refusal { response.headers.append("Retry-After", "\(max(1, after.components.seconds))") }
        return response
    }

    // MARK: - Within a call

    mutating func receiveAck(_ fields: SIPRequestFields, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        if let id = Self.dialogID(fields), var call = calls[id] {
            call.acknowledge(now: now)
            calls[id] = call
            if let deadline = call.deadline { timers.set(.call(id), deadline) }
            guard let announcement = calls[id]?.waitingAnnouncement else { return [] }
            calls[id]?.waitingAnnouncement = nil
            return [.play(call.call.id, announcement)]
        }
        guard var transaction = serverTransactions[key] else { return [] }
        let actions = transaction.machine.receiveAck(now: now)
        serverTransactions[key] = transaction
        if let deadline = transaction.machine.deadline { timers.set(.server(key), deadline) }
        return perform(actions, of: key, transaction)
    }

    /// A call is as it was answered: changes are not taken, and do not end it.
    mutating func receiveReinvite(_ context: inout RequestContext, now: ContinuousClock.Instant) -> [Effect] {
        guard let id = Self.dialogID(context.fields), calls[id] != nil else { return answer(&context, 481) }
        return answer(&context, 488)
    }

    mutating func receiveBye(_ context: inout RequestContext, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let id = Self.dialogID(context.fields), let call = calls[id] else { return answer(&context, 481) }
        begin(context, key)
        // When both sides hang up at once the server's BYE ends on its own.
        return respond(makeResponse(200, to: context), to: key, now: now) + remove(id, because: call.hangUpReason ?? .hungUpByPhone)
    }

    mutating func receiveCancel(_ context: inout RequestContext, now: ContinuousClock.Instant) -> [Effect] {
        let key = TransactionKey(cancelledBy: context.request, context.fields)
        guard let transaction = serverTransactions[key] else { return answer(&context, 481) }
        // A CANCEL repeated gets the same answer again, so that it needs no transaction.
        let answered = answer(&context, 200)
        guard let pending = transaction.pending else { return answered }
        // The phones that ring are told, and their answers end the call.
        if relayed[key] != nil { return answered + cancelRelayed(key, now: now) }
        return answered + respond(makeResponse(487, to: pending), to: key, now: now) + abandon(pending)
    }

    mutating func advanceCall(_ id: DialogID, _ now: ContinuousClock.Instant) -> [Effect] {
        guard var call = calls[id] else { return [] }
        if call.isOver(now), let effects = keysTimedOut(id, now: now) { return effects }
        let actions = call.advance(to: now)
        calls[id] = call
        if let deadline = call.deadline { timers.set(.call(id), deadline) }
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .sendAnswer: effects.append(.send(call.answer, call.flow))
            case .hangUp: effects += hangUp(call, now)
            }
        }
        return effects
    }

    private mutating func hangUp(_ call: InboundCall, _ now: ContinuousClock.Instant) -> [Effect] {
        let dialog = call.dialog
        var headers = SIPHeaders(dialog.routes.map { SIPHeader("Route", bytes: $0.bytes) })
        headers.append("From", dialog.localAddress)
        headers.append("To", dialog.remoteAddress)
        headers.append("Call-ID", dialog.id.callID)
        headers.append("CSeq", CSeq(1, .bye).description)
        if let reason = call.reason { headers.append("Reason", reason) }
        return send(SIPRequest(.bye, dialog.target, headers: headers), over: call.flow, for: .bye(dialog.id), now: now)
    }

    /// The server's BYE was answered, or never will be.
    mutating func endCall(_ id: DialogID) -> [Effect] {
        remove(id, because: calls[id]?.hangUpReason ?? .hungUpByServer)
    }

    private mutating func remove(_ id: DialogID, because reason: CallEnd.Reason) -> [Effect] {
        guard let call = calls.removeValue(forKey: id) else { return [] }
        var effects: [Effect] = []
        if spoken.removeValue(forKey: call.call.id) != nil { effects.append(.closeMedia(call.call.id)) }
        if call.isAccepted { effects.append(.report(.callEnded(CallEnd(call: call.call, reason: reason)))) }
        return effects
    }

    static func contact(_ flow: SIPFlow) -> String {
        "<sip:\(flow.local)\(flow.transport == .udp ? "" : ";transport=\(flow.transport.rawValue.lowercased())")>"
    }

    static func dialogID(_ fields: SIPRequestFields) -> DialogID? {
        guard let localTag = fields.to.tag, let remoteTag = fields.from.tag else { return nil }
        return DialogID(callID: fields.callID, localTag: localTag, remoteTag: remoteTag)
    }

    func makeResponse(_ statusCode: Int, to context: RequestContext) -> SIPResponse {
        var response = context.response(statusCode)
        complete(&response)
        return response
    }
}
