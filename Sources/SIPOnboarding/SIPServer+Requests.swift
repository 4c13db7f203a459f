// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

extension SIPServer {
    /// The methods that are served, as Allow lists them.
    static let allowedMethods = "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, REGISTER"

    /// A request arrived: finds its transaction, or begins one.
    mutating func receive(_ request: SIPRequest, on flow: SIPFlow, now: ContinuousClock.Instant) -> [Effect] {
        let fields: SIPRequestFields
        do throws(SIPParseError) {
            fields = try request.validated()
        } catch {
            return receive(error, on: flow)
        }
        let key = TransactionKey(server: request, fields)
        if request.method == .ack {
            // That of a refusal ends here (RFC 3261 section 16.10); that of a 2xx has a branch of its own, or an old phone's, and goes on.
            if serverTransactions[key]?.machine.isRefused == true { return receiveAck(fields, key, now: now) }
            var context = RequestContext(request, fields, flow)
            return relayInDialog(&context, key, now: now) ?? receiveAck(fields, key, now: now)
        }
        if var transaction = serverTransactions[key] {
            let actions = transaction.machine.receiveCopy()
            serverTransactions[key] = transaction
            return perform(actions, of: key, transaction)
        }
        var context = RequestContext(request, fields, flow)
        // A CANCEL has the way of its INVITE, and yet goes from one hop to the next (RFC 3261 section 9.1).
        if request.method == .cancel, serverTransactions[TransactionKey(cancelledBy: request, fields)] != nil {
            return receiveCancel(&context, now: now)
        }
        if let effects = relayInDialog(&context, key, now: now) { return effects }
        let sightings = sight(context, now: now)
        if request.uri.sip == nil, !isTelephoneCall(request) {
            return sightings + answer(&context, 416)
        }
        let unsupported = request.headers.tokens("Require")
        if !unsupported.isEmpty, request.method != .cancel {
            return sightings + answer(&context, 420) { $0.headers.append("Unsupported", unsupported.joined(separator: ", ")) }
        }
        switch request.method {
        case .options:
            return sightings + answer(&context, 200) {
                $0.headers.append("Allow", Self.allowedMethods)
                $0.headers.append("Accept", "application/sdp")
            }
        case .register:
            return sightings + authenticate(&context, key, now: now)
        case .invite:
            if fields.to.tag != nil { return receiveReinvite(&context, now: now) }
            return sightings + beginCall(&context, key, now: now)
        case .bye:
            return receiveBye(&context, key, now: now)
        case .cancel:
            return receiveCancel(&context, now: now)
        case .info:
            return receiveInfo(&context, key, now: now)
        default:
            if fields.to.tag != nil { return answer(&context, 481) }
            return sightings
                + answer(&context, request.method.isRegistered ? 405 : 501) { $0.headers.append("Allow", Self.allowedMethods) }
        }
    }

    /// Credentials are asked for without remembering the request; a request that brings
    /// some gets a transaction, and its account is looked up.
    mutating func authenticate(_ context: inout RequestContext, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        let testimony = testimony(context)
        if let testimony, let username = testimony.username {
            guard !isOverloaded, serverTransactions.count < configuration.maximumTransactions else { return refuseForNow(&context) }
            begin(context, key, testimony: testimony)
            return [.ask(.account(username, key))]
        }
        switch verifier.screen(context.request.headers, now: now) {
        case .malformed(let error):
            return answer(&context, error.statusCode, error.reason)
        case .challenge(let stale):
            return challenge(&context, stale: stale, now: now)
        case .credentials(let credentials):
            challenged.answered(Self.client(context))
            guard !isOverloaded, serverTransactions.count < configuration.maximumTransactions else {
                return refuseForNow(&context)
            }
            begin(context, key, credentials: credentials, testimony: testimony)
            return [.ask(.account(credentials.username, key))]
        }
    }

    /// The account that a request claims was looked up.
    mutating func found(_ account: SIPAccount?, for key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        // A call can be cancelled while its account is looked up.
        guard let transaction = serverTransactions[key]?.pending else { return [] }
        if transaction.testimony?.username != nil {
            guard let account else { return respond(makeResponse(403, to: transaction), to: key, now: now) }
            return transaction.request.method == .register
                ? register(transaction, key, account, now: now) : startCall(transaction, key, account, now: now)
        }
        guard let credentials = transaction.credentials else { return [] }
        let secret = account.map { DigestSecret(username: $0.username, password: $0.password) }
        switch verifier.verify(credentials, secret: secret, method: transaction.request.method, now: now) {
        case .stale:
            var context = RequestContext(transaction)
            let response = challengeResponse(&context, stale: true, now: now)
            return respond(response, to: key, now: now)
        case .accepted:
            failures.succeed(transaction.phone.host)
            guard let account else { return [] }
            return transaction.request.method == .register
                ? register(transaction, key, account, now: now) : startCall(transaction, key, account, now: now)
        case .wrong:
            let reason: SIPAuthenticationFailure.Reason = account == nil ? .unknownAccount : .wrongPassword
            // Anybody comes this far. The answer is not kept, or strangers would fill the table; a copy of the request is judged again.
            serverTransactions[key] = nil
            return [
                .send(makeResponse(403, to: transaction).encoded, transaction.replyFlow), failed(credentials.username, transaction.phone, reason),
            ]
        }
    }

    /// Accounts cannot be looked up now.
    mutating func cannotLookUp(_ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let transaction = serverTransactions[key]?.pending else { return [] }
        var response = makeResponse(503, to: transaction)
        response.headers.append("Retry-After", "\(configuration.retryAfterSeconds)")
        return respond(response, to: key, now: now)
    }

    mutating func failed(_ username: String, _ remote: SIPAddress, _ reason: SIPAuthenticationFailure.Reason) -> Effect {
        .report(
            .authenticationFailed(
                SIPAuthenticationFailure(
                    username: username, remote: remote, reason: reason, failureCount: failures.fail(remote.host))))
    }

    // MARK: - Answers without a transaction

    /// Answers and forgets.
    func answer(
        _ context: inout RequestContext, _ statusCode: Int, _ reason: String? = nil, _ edit: (inout SIPResponse) -> Void = { _ in }
    ) -> [Effect] {
        var response = context.response(statusCode, reason)
        complete(&response)
        edit(&response)
        return [.send(response.encoded, context.replyFlow)]
    }

    /// Says that the server is busy, and when to come back (RFC 3261 section 21.5.4).
    func refuseForNow(_ context: inout RequestContext) -> [Effect] {
        answer(&context, 503) { $0.headers.append("Retry-After", "\(configuration.retryAfterSeconds)") }
    }

    private mutating func challenge(_ context: inout RequestContext, stale: Bool, now: ContinuousClock.Instant) -> [Effect] {
        // A client whose nonce grew old has understood a challenge before.
        let needsMD5 = !stale && challenged.challenge(Self.client(context), for: "\(context.fields.callID) \(context.fields.cseq.number)")
        return [.send(challengeResponse(&context, stale: stale, onlyMD5: needsMD5, now: now).encoded, context.replyFlow)]
    }

    /// By what a client that sends no credentials is known again.
    private static func client(_ context: RequestContext) -> String {
        "\(context.flow.remote.host) \(context.fields.from.uri.sip?.userText ?? "")"
    }

    private func challengeResponse(
        _ context: inout RequestContext, stale: Bool, onlyMD5: Bool = false, now: ContinuousClock.Instant
    ) -> SIPResponse {
        var response = context.response(401)
        let challenges = verifier.challenges(stale: stale, now: now)
        let readable = onlyMD5 ? challenges.filter { $0.algorithm == .md5 } : challenges
        for challenge in readable.isEmpty ? challenges : readable {
            response.headers.append("WWW-Authenticate", challenge.description)
        }
        complete(&response)
        return response
    }

    private func isTelephoneCall(_ request: SIPRequest) -> Bool {
        if case .tel = request.uri { request.method == .invite } else { false }
    }

    /// Tells of the sender, once in a while for each address and User-Agent.
    private mutating func sight(_ context: RequestContext, now: ContinuousClock.Instant) -> [Effect] {
        guard let userAgent = context.request.headers["User-Agent"], !isOverloaded,
            recentSightings.note(context.flow.remote.host + " " + userAgent, now: now)
        else { return [] }
        let sighting = SIPSighting(
            userAgent: userAgent, remote: context.flow.remote, username: context.fields.from.uri.sip?.userText)
        return [.report(.sighted(sighting))]
    }
}

/// A request with what its answers are made of.
struct RequestContext: Sendable {
    let request: SIPRequest
    let fields: SIPRequestFields
    let flow: SIPFlow
    let replyFlow: SIPFlow
    let topVia: Via
    let toTag: String

    init(_ request: SIPRequest, _ fields: SIPRequestFields, _ flow: SIPFlow) {
        self.request = request
        self.fields = fields
        self.flow = flow
        replyFlow = SIPServer.replyFlow(flow, fields.topVia)
        var via = fields.topVia
        via.noteSource(address: flow.remote.host, port: flow.remote.port)
        topVia = via
        toTag = SIPServer.stableTag(request.headers)
    }

    init(_ transaction: SIPServer.PendingRequest) {
        request = transaction.request
        fields = transaction.fields
        flow = transaction.flow
        replyFlow = transaction.replyFlow
        topVia = transaction.topVia
        toTag = transaction.toTag
    }

    func response(_ statusCode: Int, _ reason: String? = nil) -> SIPResponse {
        SIPResponse(statusCode, reason, answering: request.headers, topVia: topVia, toTag: statusCode == 100 ? nil : toTag)
    }
}
