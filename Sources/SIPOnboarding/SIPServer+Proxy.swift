// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// A request that is passed on to phones and waits for their answers: a response context (RFC 3261 section 16.2).
struct RelayedRequest: Sendable {
    /// The client transactions of phones that have not given a final answer.
    var branches: Set<TransactionKey> = []
    /// The final answers that refuse.
    var refusals: [SIPResponse] = []
    /// The phones that are to be told CANCEL as soon as they say anything.
    var isCancelled = false
    /// Whether a 2xx was passed on.
    var isAccepted = false
}

/// Calls between lines: a transaction-stateful proxy (RFC 3261 section 16) for phones that are registered here.
///
/// It passes requests on to contacts of this registrar and to nobody else. No audio passes through it.
extension SIPServer {
    /// Header fields by which a phone could say that it is somebody else, or make another phone answer by itself or fetch
    /// something. Phones trust this server, and it does not trust phones (RFC 3325 section 9, RFC 5373 section 9.3).
    private static let untrustedFields: Set = [
        "p-asserted-identity", "p-preferred-identity", "remote-party-id", "alert-info", "call-info", "answer-mode", "priv-answer-mode",
    ]

    // MARK: - Requests

    /// Passes a call on to all phones of some accounts.
    mutating func relay(
        to usernames: [String], from account: SIPAccount, _ transaction: PendingRequest, _ key: TransactionKey, now: ContinuousClock.Instant
    ) -> [Effect] {
        guard bindings.lineCount <= configuration.maximumRelayedLines, relayed.count < configuration.maximumRelayedCalls else {
            var response = makeResponse(503, to: transaction)
            response.headers.append("Retry-After", "\(configuration.retryAfterSeconds)")
            response.headers.append(
                "Warning",
                "399 \(transaction.flow.local.uriHost) \"This server connects calls of at most \(configuration.maximumRelayedLines) lines\"")
            let hasManyLines = bindings.lineCount > configuration.maximumRelayedLines
            let bound =
                hasManyLines
                ? RelayBound.lines(bindings.lineCount, most: configuration.maximumRelayedLines) : .calls(most: configuration.maximumRelayedCalls)
            let told = recentRefusals.note(hasManyLines, now: now) ? [Effect.report(.outgrown(bound))] : []
            return told + respond(response, to: key, now: now)
        }
        if let refusal = refusalToRelay(transaction) { return respond(refusal, to: key, now: now) }
        guard isOwnName(transaction.fields.from, of: account) else {
            return respond(makeResponse(403, "From Is Not Your Account", to: transaction), to: key, now: now)
                + [failed(account.username, transaction.phone, .otherAccount)]
        }
        let contacts = usernames.flatMap { bindings.contacts(of: $0) }.filter { $0.expiry > now }
        let ways = contacts.compactMap { binding in flow(to: binding).map { (binding.contact, $0) } }
        guard !ways.isEmpty else { return respond(makeResponse(480, to: transaction), to: key, now: now) }
        return fork(transaction, key, to: Array(ways.prefix(configuration.maximumForks)), now: now)
    }

    /// Whether a caller shows itself as the account whose password it gave, or as nobody (RFC 3261 section 20.20): the phone that
    /// rings shows From, and who reads it must be able to believe it.
    private func isOwnName(_ from: NameAddr, of account: SIPAccount) -> Bool {
        guard let uri = from.uri.sip else { return false }
        return uri.userText == account.username || (uri.userText == "anonymous" && uri.host.lowercased() == "anonymous.invalid")
    }

    /// A request within a call that took its way over this proxy: it goes on to its Request-URI, if that is a phone of this
    /// registrar (RFC 3261 section 16.4).
    ///
    /// - Returns: `nil` if the request did not come by a route of this proxy.
    mutating func relayInDialog(_ context: inout RequestContext, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect]? {
        guard context.fields.to.tag != nil, isRoutedHere(context.request) else { return nil }
        guard let uri = context.request.uri.sip, let binding = bindings.binding(at: uri), binding.expiry > now, let flow = flow(to: binding) else {
            return context.request.method == .ack ? [] : answer(&context, 404)
        }
        if context.request.method == .ack {
            // An ACK of a 2xx is a transaction of its own that gets no answer.
            guard let request = forwarded(context, to: uri, over: flow, from: context.flow, branch: Via.magicCookie + Self.randomToken()) else { return [] }
            return [.send(request.encoded, flow)]
        }
        guard !isOverloaded, serverTransactions.count < configuration.maximumTransactions, relayed.count < configuration.maximumRelayedCalls else {
            return refuseForNow(&context)
        }
        begin(context, key)
        let trying = context.request.method == .invite ? respond(context.response(100), to: key, now: now) : []
        guard let transaction = serverTransactions[key]?.pending else { return [] }
        if let refusal = refusalToRelay(transaction) { return respond(refusal, to: key, now: now) }
        return trying + fork(transaction, key, to: [(uri, flow)], now: now)
    }

    private func isRoutedHere(_ request: SIPRequest) -> Bool {
        guard let first = request.headers.first("Route"), let route = try? NameAddr.list(first).first else { return false }
        return isOwn(route, request)
    }

    /// Whether a Route value is one that this proxy gave to the phones of this call. Nobody else knows it: otherwise whoever reaches
    /// this port could send requests to phones that cannot be reached by themselves, in the name of this server.
    private func isOwn(_ route: NameAddr, _ request: SIPRequest) -> Bool {
        guard let uri = route.uri.sip, uri.parameters.contains("lr") else { return false }
        return uri.user == routeUser(request)
    }

    /// The user part of this proxy's Record-Route values. The hash is keyed anew in every process.
    private func routeUser(_ request: SIPRequest) -> String {
        var hasher = Hasher()
        hasher.combine("Record-Route")
        hasher.combine(request.headers["Call-ID"])
        return "provd-" + String(UInt(bitPattern: hasher.finalize()), radix: 36)
    }

    /// A Record-Route value that leads back here over the transport of a flow.
    private func recordRoute(_ flow: SIPFlow, _ request: SIPRequest) -> String {
        let transport = flow.transport == .udp ? "" : ";transport=\(flow.transport.rawValue.lowercased())"
        return "<sip:\(routeUser(request))@\(flow.local.uriHost):\(flow.local.port)\(transport);lr>"
    }

    /// Why a request cannot be passed on (RFC 3261 section 16.3).
    private func refusalToRelay(_ transaction: PendingRequest) -> SIPResponse? {
        if transaction.fields.maxForwards == 0 { return makeResponse(483, to: transaction) }
        let mark = loopMark(transaction)
        if transaction.fields.vias.contains(where: { $0.branch?.hasSuffix(mark) == true }) { return makeResponse(482, to: transaction) }
        let extensions = transaction.request.headers.tokens("Proxy-Require")
        guard extensions.isEmpty else {
            var response = makeResponse(420, to: transaction)
            response.headers.append("Unsupported", extensions.joined(separator: ", "))
            return response
        }
        return nil
    }

    /// The end of every branch of a request: when it comes back with the same, nothing has changed on its way and it goes round
    /// in circles (RFC 3261 section 16.6, step 8). The hash is keyed anew in every process.
    private func loopMark(_ transaction: PendingRequest) -> String {
        var hasher = Hasher()
        hasher.combine(transaction.request.uri)
        hasher.combine(transaction.fields.callID)
        hasher.combine(transaction.fields.from.tag)
        hasher.combine(transaction.fields.to.tag)
        hasher.combine(transaction.fields.cseq.number)
        hasher.combine(transaction.request.headers.all("Route").map(\.bytes))
        return "-" + String(UInt(bitPattern: hasher.finalize()), radix: 36)
    }

    private mutating func fork(
        _ transaction: PendingRequest, _ key: TransactionKey, to ways: [(uri: SIPURI, flow: SIPFlow)], now: ContinuousClock.Instant
    ) -> [Effect] {
        relayed[key] = RelayedRequest()
        let context = RequestContext(transaction), mark = loopMark(transaction)
        var effects: [Effect] = []
        for way in ways {
            let branch = Via.magicCookie + Self.randomToken() + Self.randomToken() + mark
            guard let request = forwarded(context, to: way.uri, over: way.flow, from: transaction.flow, branch: branch) else { continue }
            let machine: ClientMachine
            if request.method == .invite {
                machine = .invite(
                    ClientInviteTransaction(
                        request, isReliable: way.flow.isReliable, ringing: configuration.ringingDuration, timers: configuration.timers, now: now))
            } else {
                machine = .other(
                    ClientNonInviteTransaction(request.encoded, isReliable: way.flow.isReliable, timers: configuration.timers, now: now))
            }
            let client = TransactionKey(clientBranch: branch, method: request.method)
            clientTransactions[client] = ClientTransaction(machine: machine, flow: way.flow, purpose: .relay(key))
            relayed[key]?.branches.insert(client)
            if let deadline = machine.deadline { timers.set(.client(client), deadline) }
            effects.append(.send(request.encoded, way.flow))
        }
        return effects
    }

    /// The request as the next hop gets it (RFC 3261 section 16.6).
    private func forwarded(_ context: RequestContext, to uri: SIPURI, over flow: SIPFlow, from caller: SIPFlow, branch: String) -> SIPRequest? {
        guard context.fields.maxForwards > 0 else { return nil }
        let via = Via(
            transport: flow.transport.rawValue, host: flow.local.uriHost, port: flow.local.port,
            parameters: SIPParameters([.init("branch", branch), .init("rport", nil)]))
        var headers = SIPHeaders()
        for value in [via, context.topVia] + context.fields.vias.dropFirst() { headers.append("Via", value.description) }
        headers.append("Max-Forwards", "\(context.fields.maxForwards - 1)")
        if context.request.method == .invite, needsRoute(context, uri, flow, caller) {
            // Each side gets an address that it can reach by its own transport: the callee's stands first (RFC 5658).
            let ownRoute = recordRoute(caller, context.request), calleesRoute = recordRoute(flow, context.request)
            if calleesRoute != ownRoute { headers.append("Record-Route", calleesRoute) }
            headers.append("Record-Route", ownRoute)
        }
        var isOwnRoute = true
        for field in context.request.headers.fields {
            switch SIPHeader(field.name, "").name.lowercased() {
            case "via", "v", "max-forwards": continue
            // The caller's proof is for this server.
            case "authorization", "proxy-authorization": continue
            case let name where Self.untrustedFields.contains(name): continue
            case "route":
                guard isOwnRoute, let routes = try? NameAddr.list(field) else { break }
                // What follows this proxy's own values stays.
                let others = routes.drop { isOwn($0, context.request) }
                isOwnRoute = others.isEmpty
                for route in others { headers.append("Route", route.description) }
                continue
            default: break
            }
            headers.append(field)
        }
        var target = uri
        target.headers = nil
        return SIPRequest(context.request.method, .sip(target), headers: headers, body: context.request.body)
    }

    /// Whether the phones cannot reach each other at their contacts, so that what follows in the call must come by here too:
    /// behind address translation, over a stream, or over two kinds of IP.
    private func needsRoute(_ context: RequestContext, _ uri: SIPURI, _ flow: SIPFlow, _ caller: SIPFlow) -> Bool {
        guard case .addresses(let contacts) = context.fields.contacts, let contact = contacts.first?.uri.sip else { return true }
        return !Self.isDirect(contact, caller) || !Self.isDirect(uri, flow) || caller.remote.isIPv6 != flow.remote.isIPv6
    }

    private static func isDirect(_ contact: SIPURI, _ flow: SIPFlow) -> Bool {
        flow.transport == .udp && plainHost(contact.host) == flow.remote.host && (contact.port ?? 5060) == flow.remote.port
    }

    // MARK: - Responses

    /// A phone answered a request that was passed on to it (RFC 3261 section 16.7).
    mutating func passBack(_ response: SIPResponse, from client: TransactionKey, for key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let transaction = serverTransactions[key] else {
            // The caller's side is over: nobody waits for this any more.
            if response.statusCode >= 200 { finish(client, of: key) }
            return []
        }
        switch response.statusCode {
        case ..<101:
            return cancelIfDue(client, key, now: now)
        case ..<200:
            guard relayed[key]?.isAccepted == false else { return [] }
            return respond(returned(response), to: key, now: now) + cancelIfDue(client, key, now: now)
        case ..<300:
            relayed[key]?.branches.remove(client)
            defer { forget(key) }
            guard transaction.pending != nil else {
                // Another 2xx, or a copy of one, is the caller's too.
                return [.send(returned(response).encoded, transaction.replyFlow)]
            }
            relayed[key]?.isAccepted = true
            return respond(returned(response), to: key, now: now) + cancelBranches(of: key, now: now)
        default:
            return refused(returned(response), by: client, key, now: now)
        }
    }

    /// A phone did not answer, or cannot be reached.
    mutating func relayFailed(_ client: TransactionKey, for key: TransactionKey, isUnreachable: Bool, now: ContinuousClock.Instant) -> [Effect] {
        guard let transaction = serverTransactions[key]?.pending else {
            finish(client, of: key)
            return []
        }
        let cancelled = isUnreachable ? [] : cancel(client, now: now)
        return cancelled + refused(makeResponse(isUnreachable ? 480 : 408, to: transaction), by: client, key, now: now)
    }

    private mutating func refused(_ response: SIPResponse, by client: TransactionKey, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard var context = relayed[key], context.branches.remove(client) != nil else { return [] }
        context.refusals.append(response)
        relayed[key] = context
        // 6xx is the word of the person: nobody else's phone rings on.
        let cancelled = response.statusCode >= 600 ? cancelBranches(of: key, now: now) : []
        defer { forget(key) }
        guard context.branches.isEmpty, !context.isAccepted, var best = Self.best(of: context.refusals) else { return cancelled }
        // 503 would say that this server is to be avoided.
        if best.statusCode == 503 { best.statusCode = 500 }
        return cancelled + respond(best, to: key, now: now)
    }

    /// The answer that tells most: 6xx before all, then the lowest class (RFC 3261 section 16.7, step 6).
    private static func best(of refusals: [SIPResponse]) -> SIPResponse? {
        refusals.min { rank($0.statusCode) < rank($1.statusCode) }
    }

    private static func rank(_ status: Int) -> Int {
        switch status {
        case 600...: 0
        // What the caller can do something about.
        case 401, 407, 415, 420, 484: 1
        // Busy tells more than that some phone did not answer.
        case 486: 2
        case 408, 487: status / 100 * 10 + 5
        default: status / 100 * 10
        }
    }

    /// The response without this proxy's Via.
    private func returned(_ response: SIPResponse) -> SIPResponse {
        var response = response
        guard let vias = try? Via.list(response.headers) else { return response }
        response.headers.removeAll("Via")
        var headers = SIPHeaders(vias.dropFirst().map { SIPHeader("Via", $0.description) })
        for field in response.headers.fields where !Self.untrustedFields.contains(SIPHeader(field.name, "").name.lowercased()) { headers.append(field) }
        response.headers = headers
        return response
    }

    /// Forgets a request whose answer was passed on. Phones that still ring are told CANCEL and answer nobody.
    private mutating func forget(_ key: TransactionKey) {
        if relayed[key]?.branches.isEmpty == true { relayed[key] = nil }
    }

    private mutating func finish(_ client: TransactionKey, of key: TransactionKey) {
        relayed[key]?.branches.remove(client)
        forget(key)
    }

    // MARK: - CANCEL

    /// The caller gave up.
    mutating func cancelRelayed(_ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        cancelBranches(of: key, now: now)
    }

    private mutating func cancelBranches(of key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        relayed[key]?.isCancelled = true
        return (relayed[key]?.branches ?? []).flatMap { cancel($0, now: now) }
    }

    /// A phone said something for the first time, after the call was given up.
    private mutating func cancelIfDue(_ client: TransactionKey, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard relayed[key]?.isCancelled == true else { return [] }
        return cancel(client, now: now)
    }

    private mutating func cancel(_ client: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let transaction = clientTransactions[client], case .invite(let machine) = transaction.machine, machine.canBeCancelled else { return [] }
        let request = machine.cancellation
        guard let field = request.headers.first("Via"), let branch = (try? Via.list(SIPHeaders([field])))?.first?.branch else { return [] }
        let key = TransactionKey(clientBranch: branch, method: .cancel)
        guard clientTransactions[key] == nil else { return [] }
        let canceller = ClientNonInviteTransaction(
            request.encoded, isReliable: transaction.flow.isReliable, timers: configuration.timers, now: now)
        clientTransactions[key] = ClientTransaction(machine: .other(canceller), flow: transaction.flow, purpose: .cancel)
        if let deadline = canceller.deadline { timers.set(.client(key), deadline) }
        return [.send(request.encoded, transaction.flow)]
    }
}
