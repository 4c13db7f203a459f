// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// One call to a provisioning code: the phone dials, hears the server out, and confirms its hanging up. A pure value.
/// Its outcome is what the server made of the code, as the status of its last word.
struct CodeCall: PhoneMachine {
    typealias Action = PhoneAction<Int>

    private enum State: Sendable {
        case calling(ClientInviteTransaction)
        /// Somebody speaks; the phone hangs up by itself when it has listened long enough.
        case answered(hangUp: ContinuousClock.Instant)
        case hangingUp(ClientNonInviteTransaction)
        case finished
    }

    /// How long a phone listens. The longest announcement of provd has some fifteen seconds.
    static let listening = Duration.seconds(60)
    private static let maximumAttempts = 3

    private let account: PhoneAccount
    private let identity: SIPIdentity
    private let code: String
    private let mediaPort: UInt16
    private let callID: String
    private let tag: String
    private var sequence: UInt32 = 0
    private var attempts = 0
    private var state = State.finished
    /// To of the answer, with the server's tag, and where requests of the dialog go.
    private var dialog: (to: String, target: AddrSpec)?
    /// The transactions of earlier attempts, whose last answers may have to be confirmed again.
    private var acknowledgement: [UInt8]?

    /// - Parameter mediaPort: Where the phone takes audio.
    init(_ code: String, _ account: PhoneAccount, _ identity: SIPIdentity, mediaPort: UInt16) {
        self.code = code
        self.account = account
        self.identity = identity
        self.mediaPort = mediaPort
        callID = identity.callID()
        tag = identity.token()
    }

    /// The call's Call-ID, by which the server's BYE is recognised.
    var id: String { callID }

    var deadline: ContinuousClock.Instant? {
        switch state {
        case .calling(let transaction): transaction.deadline
        case .answered(let hangUp): hangUp
        case .hangingUp(let transaction): transaction.deadline
        case .finished: nil
        }
    }

    mutating func begin(now: ContinuousClock.Instant) -> [Action] { invite(credentials: nil, now: now) }

    mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [Action] {
        guard let cseq = response.headers.first("CSeq").flatMap({ try? CSeq($0) }), cseq.number == sequence else { return [] }
        switch state {
        case .calling(var transaction):
            guard cseq.method == .invite else { return [] }
            let actions = transaction.receive(response, now: now)
            state = .calling(transaction)
            return actions.flatMap { action -> [Action] in
                switch action {
                case .send(let bytes): [.send(bytes)]
                case .deliver(let response): decide(response, now: now)
                case .timedOut, .acknowledged, .terminated: []
                }
            }
        case .answered where cseq.method == .invite && (200..<300).contains(response.statusCode):
            // The answer again: its confirmation was lost.
            return acknowledgement.map { [.send($0)] } ?? []
        case .hangingUp(var transaction):
            guard cseq.method == .bye else { return [] }
            _ = transaction.receive(response, now: now)
            guard response.statusCode >= 200 else {
                state = .hangingUp(transaction)
                return []
            }
            return finish(.success(200))
        case .answered, .finished:
            return []
        }
    }

    /// The server hangs up. The shell answers the request.
    ///
    /// - Parameter bye: Its BYE; `Reason` (RFC 3326) says what came of the code.
    mutating func hangUp(_ bye: SIPRequest) -> [Action] {
        let cause = bye.headers["Reason"].flatMap { reason -> Int? in
            guard reason.hasPrefix("SIP"), let range = reason.firstRange(of: "cause=") else { return nil }
            return Int(reason[range.upperBound...].prefix { $0.isNumber })
        }
        return finish(.success(cause ?? 200))
    }

    mutating func advance(to now: ContinuousClock.Instant) -> [Action] {
        switch state {
        case .calling(var transaction):
            let actions = transaction.advance(to: now)
            state = .calling(transaction)
            return actions.flatMap { action -> [Action] in
                switch action {
                case .send(let bytes): [.send(bytes)]
                case .timedOut: finish(.failure(SIPFailure("INVITE: no answer")))
                case .deliver, .acknowledged, .terminated: []
                }
            }
        case .answered(let time) where time <= now:
            return bye(now: now)
        case .hangingUp(var transaction):
            let actions = transaction.advance(to: now)
            state = .hangingUp(transaction)
            return actions.flatMap { action -> [Action] in
                switch action {
                case .send(let bytes): [.send(bytes)]
                case .timedOut: finish(.failure(SIPFailure("BYE: no answer")))
                case .deliver, .acknowledged, .terminated: []
                }
            }
        case .answered, .finished:
            return []
        }
    }

    // MARK: Decisions

    private mutating func decide(_ response: SIPResponse, now: ContinuousClock.Instant) -> [Action] {
        switch response.statusCode {
        case ..<200:
            return []
        case 200..<300:
            let target: AddrSpec? =
                if case .addresses(let contacts)? = try? ContactList(response.headers) { contacts.first?.uri } else { nil }
            guard let to = response.headers["To"], let target = target ?? uri else { return finish(.failure(SIPFailure("INVITE: an answer without To"))) }
            dialog = (to, target)
            var headers = self.headers(.ack, to: to)
            headers.append("Max-Forwards", "70")
            let bytes = SIPRequest(.ack, target, headers: headers).encoded
            acknowledgement = bytes
            state = .answered(hangUp: now + Self.listening)
            return [.send(bytes)]
        case 401, 407:
            attempts += 1
            guard attempts < Self.maximumAttempts, let uri,
                let field = DigestAnswer.field(to: response, account: account, method: .invite, uri: uri.description, token: identity.token())
            else { return finish(.failure(SIPFailure("INVITE: \(response.statusCode), the credentials were refused"))) }
            return invite(credentials: field, now: now)
        default:
            return finish(.success(response.statusCode))
        }
    }

    private mutating func finish(_ result: Result<Int, SIPFailure>) -> [Action] {
        if case .finished = state { return [] }
        state = .finished
        return [.finished(result)]
    }

    // MARK: Requests

    private var uri: AddrSpec? { account.address(user: code) }

    private mutating func invite(credentials: SIPHeader?, now: ContinuousClock.Instant) -> [Action] {
        sequence += 1
        guard let uri, account.addressOfRecord != nil else {
            return [.finished(.failure(SIPFailure("INVITE: “\(code)” cannot be dialled")))]
        }
        var headers = self.headers(.invite, to: "<\(uri)>")
        headers.append("Max-Forwards", "70")
        headers.append("Contact", identity.contact)
        if let userAgent = identity.userAgent { headers.append("User-Agent", userAgent) }
        if let credentials { headers.append(credentials) }
        headers.append("Content-Type", "application/sdp")
        let request = SIPRequest(.invite, uri, headers: headers, body: Array(offer.utf8))
        state = .calling(ClientInviteTransaction(request, isReliable: false, now: now))
        return [.send(request.encoded)]
    }

    private mutating func bye(now: ContinuousClock.Instant) -> [Action] {
        guard let dialog else { return finish(.success(200)) }
        sequence += 1
        var headers = self.headers(.bye, to: dialog.to)
        headers.append("Max-Forwards", "70")
        let bytes = SIPRequest(.bye, dialog.target, headers: headers).encoded
        state = .hangingUp(ClientNonInviteTransaction(bytes, isReliable: false, now: now))
        return [.send(bytes)]
    }

    private func headers(_ method: SIPMethod, to: String) -> SIPHeaders {
        var headers = SIPHeaders()
        headers.append("Via", identity.via())
        headers.append("From", "<\(account.addressOfRecord?.description ?? "sip:invalid")>;tag=\(tag)")
        headers.append("To", to)
        headers.append("Call-ID", callID)
        headers.append("CSeq", CSeq(sequence, method).description)
        return headers
    }

    /// G.711, which every phone speaks.
    private var offer: String {
        let kind = identity.host.contains(":") ? "IP6" : "IP4"
        return "v=0\r\no=- 1 1 IN \(kind) \(identity.host)\r\ns=-\r\nc=IN \(kind) \(identity.host)\r\nt=0 0\r\n"
            + "m=audio \(mediaPort) RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    }
}
