// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

extension SIPServer {
    // MARK: - Server transactions

    /// Begins a server transaction.
    mutating func begin(_ context: RequestContext, _ key: TransactionKey, credentials: DigestCredentials? = nil, testimony: PeerTestimony? = nil) {
        serverTransactions[key] = ServerTransaction(
            machine: ServerMachine(for: context.request.method, isReliable: context.flow.isReliable, timers: configuration.timers),
            replyFlow: context.replyFlow,
            pending: PendingRequest(
                request: context.request, fields: context.fields, flow: context.flow, replyFlow: context.replyFlow, topVia: context.topVia,
                // A dialog's tag is random: RFC 3261 section 19.3.
                toTag: context.request.method == .invite ? Self.randomToken() : context.toTag, credentials: credentials, testimony: testimony))
    }

    func makeResponse(_ statusCode: Int, _ reason: String? = nil, to transaction: PendingRequest) -> SIPResponse {
        var response = RequestContext(transaction).response(statusCode, reason)
        complete(&response)
        return response
    }

    /// Answers a request within its transaction.
    mutating func respond(_ response: SIPResponse, to key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard var transaction = serverTransactions[key] else { return [] }
        let actions = transaction.machine.respond(response.statusCode, response.encoded, now: now)
        if response.statusCode >= 200 { transaction.pending = nil }
        serverTransactions[key] = transaction
        if let deadline = transaction.machine.deadline { timers.set(.server(key), deadline) }
        return perform(actions, of: key, transaction)
    }

    mutating func perform(_ actions: [TransactionAction], of key: TransactionKey, _ transaction: ServerTransaction) -> [Effect] {
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .send(let bytes): effects.append(.send(bytes, transaction.replyFlow))
            case .terminated: serverTransactions[key] = nil
            case .deliver, .timedOut, .acknowledged: break
            }
        }
        return effects
    }

    mutating func advanceServer(_ key: TransactionKey, _ now: ContinuousClock.Instant) -> [Effect] {
        guard var transaction = serverTransactions[key] else { return [] }
        let actions = transaction.machine.advance(to: now)
        serverTransactions[key] = transaction
        if let deadline = transaction.machine.deadline { timers.set(.server(key), deadline) }
        return perform(actions, of: key, transaction)
    }

    // MARK: - Client transactions

    /// Sends a request of this side: adds Via and begins a client transaction.
    ///
    /// - Parameter secret: the account whose credentials the request is sent with once more, if they are asked for.
    mutating func send(
        _ request: SIPRequest, over flow: SIPFlow, for purpose: ClientTransaction.Purpose, secret: DigestSecret? = nil, now: ContinuousClock.Instant
    ) -> [Effect] {
        let branch = Via.magicCookie + Self.randomToken() + Self.randomToken()
        let parameters = SIPParameters([.init("branch", branch), .init("rport", nil)])
        let via = Via(transport: flow.transport.rawValue, host: flow.local.uriHost, port: flow.local.port, parameters: parameters)
        var headers = SIPHeaders([SIPHeader("Via", via.description), SIPHeader("Max-Forwards", "70")])
        for field in request.headers.fields { headers.append(field) }
        headers.append("User-Agent", configuration.product)
        let bytes = SIPRequest(request.method, request.uri, headers: headers, body: request.body).encoded
        let key = TransactionKey(clientBranch: branch, method: request.method)
        let machine = ClientMachine.other(
            ClientNonInviteTransaction(bytes, isReliable: flow.isReliable, timers: configuration.timers, now: now))
        clientTransactions[key] = ClientTransaction(machine: machine, flow: flow, purpose: purpose, retry: secret.map { (request, $0) })
        if let deadline = machine.deadline { timers.set(.client(key), deadline) }
        return [.send(bytes, flow)]
    }

    /// A response arrived. One that belongs to nothing is dropped.
    mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [Effect] {
        guard let (topVia, cseq) = try? response.transactionFields(), let branch = topVia.branch else { return [] }
        let key = TransactionKey(clientBranch: branch, method: cseq.method)
        guard var transaction = clientTransactions[key] else { return [] }
        let actions = transaction.machine.receive(response, now: now)
        return perform(actions, of: key, transaction, now: now)
    }

    mutating func advanceClient(_ key: TransactionKey, _ now: ContinuousClock.Instant) -> [Effect] {
        guard var transaction = clientTransactions[key] else { return [] }
        let actions = transaction.machine.advance(to: now)
        return perform(actions, of: key, transaction, now: now)
    }

    /// Does what a client transaction wants, and keeps it unless it is over.
    mutating func perform(_ actions: [TransactionAction], of key: TransactionKey, _ transaction: ClientTransaction, now: ContinuousClock.Instant?) -> [Effect] {
        clientTransactions[key] = transaction
        if let deadline = transaction.machine.deadline { timers.set(.client(key), deadline) }
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .send(let bytes):
                effects.append(.send(bytes, transaction.flow))
            case .deliver(let response):
                if case .relay(let server) = transaction.purpose {
                    if let now { effects += passBack(response, from: key, for: server, now: now) }
                    continue
                }
                guard response.statusCode >= 200 else { continue }
                if let now, let retry = authorized(transaction, answering: response) {
                    effects += send(retry, over: transaction.flow, for: transaction.purpose, now: now)
                    continue
                }
                effects += finished(transaction.purpose, .answered(statusCode: response.statusCode, reason: response.reason))
            case .timedOut:
                if case .relay(let server) = transaction.purpose {
                    effects += relayFailed(key, for: server, isUnreachable: now == nil, now: now ?? .now)
                    continue
                }
                effects += finished(transaction.purpose, now == nil ? .unreachable : .timedOut)
            case .terminated:
                clientTransactions[key] = nil
            case .acknowledged:
                break
            }
        }
        return effects
    }

    /// The request with the credentials that a phone asks for; `nil` if it asks for none, or none are known.
    private func authorized(_ transaction: ClientTransaction, answering response: SIPResponse) -> SIPRequest? {
        guard let retry = transaction.retry else { return nil }
        let names: (challenge: String, credentials: String)
        switch response.statusCode {
        case 401: names = ("WWW-Authenticate", "Authorization")
        case 407: names = ("Proxy-Authenticate", "Proxy-Authorization")
        default: return nil
        }
        guard let challenge = response.headers.all(names.challenge).lazy.compactMap({ try? DigestChallenge($0) }).first else { return nil }
        var request = retry.request
        let credentials = DigestCredentials(
            answering: challenge, secret: retry.secret, method: request.method, uri: request.uri.description,
            protection: .init(nonceCount: 1, clientNonce: Self.randomToken()))
        request.headers.replace("CSeq", CSeq(2, request.method).description)
        request.headers.append(names.credentials, credentials.description)
        return request
    }

    private mutating func finished(_ purpose: ClientTransaction.Purpose, _ outcome: NotifyOutcome) -> [Effect] {
        switch purpose {
        case .notify(let id): [.notified(id, outcome)]
        case .bye(let id): endCall(id)
        case .cancel, .relay: []
        }
    }
}
