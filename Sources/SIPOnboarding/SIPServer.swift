// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// Everything that the endpoint knows and decides, as a value: tables in, effects out.
///
/// It has no socket and no clock. Messages, answers of the use cases and the time are handed
/// in; what to send, ask and report comes out. Unauthenticated requests are answered without
/// remembering them, so that a flood of them takes no memory.
struct SIPServer: Sendable {
    /// What the surroundings have to do.
    enum Effect: Sendable, Hashable {
        /// Send bytes over a flow.
        case send([UInt8], SIPFlow)
        /// Ask a use case and hand in the answer.
        case ask(Question)
        /// Tell a use case.
        case report(Report)
        /// A NOTIFY that was asked for is done.
        case notified(UInt64, NotifyOutcome)
        /// Open audio for a call and hand in its port.
        case openMedia(UInt64, MediaRequest)
        /// Say something in a call.
        case play(UInt64, Announcement)
        /// Stop saying it.
        case silence(UInt64)
        /// End a call's audio.
        case closeMedia(UInt64)
    }

    /// A question to the use cases. Its transaction waits for the answer.
    enum Question: Sendable, Hashable {
        case account(String, TransactionKey)
        case dialled(DialledCall, TransactionKey)
        case entered(String, CallQuestion, DialledCall)
    }

    /// News for the use cases.
    enum Report: Sendable, Hashable {
        case registered(SIPRegistrationReport)
        case callEnded(CallEnd)
        case authenticationFailed(SIPAuthenticationFailure)
        case sighted(SIPSighting)
        case outgrown(RelayBound)
    }

    /// A server transaction. Once it is answered only the answer is kept, for copies of the request.
    struct ServerTransaction: Sendable {
        var machine: ServerMachine
        let replyFlow: SIPFlow
        var pending: PendingRequest?
    }

    /// A request that waits for its answer, and what that is made of.
    struct PendingRequest: Sendable {
        let request: SIPRequest
        let fields: SIPRequestFields
        let flow: SIPFlow
        let replyFlow: SIPFlow
        let topVia: Via
        let toTag: String
        var credentials: DigestCredentials?
        /// What a trusted proxy says of the sender.
        var testimony: PeerTestimony?
        var offer: SDPAnswer?
        /// The call that is decided, or spoken to before it is answered.
        var call: UInt64?
    }

    /// A client transaction and what it is for.
    struct ClientTransaction: Sendable {
        var machine: ClientMachine
        let flow: SIPFlow
        let purpose: Purpose
        /// The request and the account with which it is sent once more if the phone asks for credentials.
        var retry: (request: SIPRequest, secret: DigestSecret)?

        enum Purpose: Sendable, Hashable {
            case notify(UInt64)
            case bye(DialogID)
            /// A request of this server transaction, passed on.
            case relay(TransactionKey)
            case cancel
        }
    }

    /// What has a deadline.
    enum Timer: Sendable, Hashable {
        case server(TransactionKey)
        case client(TransactionKey)
        case call(DialogID)
        case bindings(String)
    }

    let configuration: SIPEndpointConfiguration
    var verifier: DigestVerifier
    var serverTransactions: [TransactionKey: ServerTransaction] = [:]
    var clientTransactions: [TransactionKey: ClientTransaction] = [:]
    var calls: [DialogID: InboundCall] = [:]
    /// Calls whose audio is being opened, or that are spoken to before they are answered.
    var unanswered: [UInt64: UnansweredCall] = [:]
    /// Requests that are passed on and wait for answers.
    var relayed: [TransactionKey: RelayedRequest] = [:]
    /// Answered calls with audio.
    var spoken: [UInt64: DialogID] = [:]
    var bindings: RegistrarBindings
    var timers = DeadlineQueue<Timer>()
    var recentSightings = RecentEvents<String>(capacity: 4096, memory: .seconds(60))
    var recentRefusals = RecentEvents<Bool>(capacity: 2, memory: .seconds(60))
    var failures = FailureCounts(capacity: 4096)
    var challenged = ChallengeMemory(capacity: 16_384)
    var lastCallID: UInt64 = 0

    /// UDP sockets by which a phone is reached without a flow.
    var udpSockets: [SIPFlow.ChannelID: SIPAddress] = [:]

    /// Whether more questions and reports wait than the use cases should have before them.
    var isOverloaded = false

    init(_ configuration: SIPEndpointConfiguration, now: ContinuousClock.Instant) {
        self.configuration = configuration
        verifier = DigestVerifier(
            realm: configuration.realm, algorithms: configuration.digestAlgorithms, nonceLifetime: configuration.nonceLifetime,
            // Every transaction can carry a nonce of its own, and a nonce lives four times as long.
            nonceCapacity: configuration.maximumTransactions * 4, now: now)
        bindings = RegistrarBindings(
            perAccount: configuration.contactsPerAccount, maximumAccounts: configuration.maximumRegisteredAccounts)
    }

    // MARK: - Events

    /// A message arrived.
    mutating func receive(_ message: SIPMessage, on flow: SIPFlow, now: ContinuousClock.Instant) -> [Effect] {
        switch message {
        case .response(let response): receive(response, now: now)
        case .request(let request): receive(request, on: flow, now: now)
        }
    }

    /// Something arrived that is no message.
    mutating func receive(_ error: SIPParseError, on flow: SIPFlow) -> [Effect] {
        guard let headers = error.headers else { return [] }
        // A Via that cannot be read goes back as it came, to where the request came from.
        var via = try? Via.list(headers).first
        let replyFlow = via.map { Self.replyFlow(flow, $0) } ?? flow
        via?.noteSource(address: flow.remote.host, port: flow.remote.port)
        var response = SIPResponse(error.statusCode, error.reason, answering: headers, topVia: via, toTag: Self.stableTag(headers))
        complete(&response)
        return [.send(response.encoded, replyFlow)]
    }

    /// A connection is closed.
    mutating func closed(_ channel: SIPFlow.ChannelID) -> [Effect] {
        bindings.forget(channel)
        // What waits for an answer over this connection gets none.
        var effects: [Effect] = []
        for (key, transaction) in clientTransactions where transaction.flow.channel == channel {
            var transaction = transaction
            let actions = transaction.machine.transportFailed()
            effects += perform(actions, of: key, transaction, now: nil)
        }
        return effects
    }

    /// Time has passed: everything whose time has come does what it must.
    mutating func advance(to now: ContinuousClock.Instant) -> [Effect] {
        var effects: [Effect] = []
        while let timer = timers.popDue(now) {
            switch timer {
            case .server(let key): effects += advanceServer(key, now)
            case .client(let key): effects += advanceClient(key, now)
            case .call(let id): effects += advanceCall(id, now)
            case .bindings(let username): effects += expireBindings(of: username, now)
            }
        }
        return effects
    }

    /// The endpoint stops: the outcomes of NOTIFY requests that wait for an answer.
    mutating func stopNotifying() -> [(UInt64, NotifyOutcome)] {
        defer { clientTransactions = [:] }
        return clientTransactions.values.compactMap { transaction in
            if case .notify(let id) = transaction.purpose { (id, .timedOut) } else { nil }
        }
    }

    /// The endpoint stops: the calls that are up.
    mutating func stopCalls() -> [CallEnd] {
        defer { calls = [:] }
        return calls.values.filter(\.isAccepted).map { CallEnd(call: $0.call, reason: .stopped) }
    }

    // MARK: - Small things

    /// Where the answer to a request goes: the way it came, and over UDP to the port that the
    /// sender listens on, unless it asked for the port it sent from (RFC 3261 section 18.2.2, RFC 3581).
    ///
    /// It always goes to the source address. `maddr` and the names in Via are not followed, so
    /// that nobody can have answers sent to a third party.
    static func replyFlow(_ flow: SIPFlow, _ via: Via) -> SIPFlow {
        guard flow.transport == .udp, !via.asksForResponsePort else { return flow }
        let remote = SIPAddress(host: flow.remote.host, port: via.port ?? 5060)
        return SIPFlow(transport: .udp, channel: flow.channel, remote: remote, local: flow.local)
    }

    /// A To tag that is the same for every copy of a request, without remembering the request
    /// (RFC 3261 section 8.2.7). The hash is keyed anew in every process.
    static func stableTag(_ headers: SIPHeaders) -> String {
        var hasher = Hasher()
        for name in ["Call-ID", "From", "CSeq"] { hasher.combine(headers.first(name)?.bytes) }
        return String(UInt(bitPattern: hasher.finalize()), radix: 36)
    }

    static func randomToken() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
    }

    func complete(_ response: inout SIPResponse) {
        response.headers.append("Server", configuration.product)
    }

    mutating func nextCallID() -> UInt64 {
        lastCallID &+= 1
        return lastCallID
    }
}
