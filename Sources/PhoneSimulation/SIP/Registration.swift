// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// One REGISTER with all that belongs to it: challenge, credentials, repetition (RFC 3261, 10.2). A pure value: datagrams and time in, datagrams out.
/// Its outcome is for how long the registrar registered the phone.
struct Registration: PhoneMachine {
    typealias Action = PhoneAction<Duration>

    /// For how long phones want to be registered.
    static let expires = 3600
    /// How often credentials are sent before the phone takes no for an answer: once, and again with the nonce that a stale one is replaced by.
    private static let maximumAttempts = 3

    private let account: PhoneAccount
    private let identity: SIPIdentity
    private let callID: String
    private let tag: String
    private var sequence: UInt32 = 0
    private var attempts = 0
    private var transaction: ClientNonInviteTransaction?
    private var isFinished = false

    init(_ account: PhoneAccount, _ identity: SIPIdentity) {
        self.account = account
        self.identity = identity
        callID = identity.callID()
        tag = identity.token()
    }

    var deadline: ContinuousClock.Instant? { isFinished ? nil : transaction?.deadline }

    private var registrar: String {
        let host = account.host.contains(":") ? "[\(account.host)]" : account.host
        return account.port == 5060 ? "sip:\(host)" : "sip:\(host):\(account.port)"
    }

    mutating func begin(now: ContinuousClock.Instant) -> [Action] { send(credentials: nil, now: now) }

    mutating func receive(_ response: SIPResponse, now: ContinuousClock.Instant) -> [Action] {
        guard var current = transaction, !isFinished else { return [] }
        // An answer to an earlier attempt that comes late means nothing.
        guard let cseq = response.headers.first("CSeq").flatMap({ try? CSeq($0) }), cseq.number == sequence else { return [] }
        let delivered = current.receive(response, now: now).contains { if case .deliver = $0 { true } else { false } }
        transaction = current
        guard delivered, response.statusCode >= 200 else { return [] }
        return decide(response, now: now)
    }

    mutating func advance(to now: ContinuousClock.Instant) -> [Action] {
        guard var current = transaction, !isFinished else { return [] }
        let actions = current.advance(to: now)
        transaction = current
        return actions.flatMap { action -> [Action] in
            switch action {
            case .send(let bytes): [.send(bytes)]
            case .timedOut: finish(.failure(SIPFailure("REGISTER: no answer")))
            case .deliver, .acknowledged, .terminated: []
            }
        }
    }

    private mutating func decide(_ response: SIPResponse, now: ContinuousClock.Instant) -> [Action] {
        switch response.statusCode {
        case 200..<300:
            return finish(.success(.seconds(grantedSeconds(response))))
        case 401, 407:
            attempts += 1
            guard attempts < Self.maximumAttempts,
                let field = DigestAnswer.field(to: response, account: account, method: .register, uri: registrar, token: identity.token())
            else { return finish(.failure(SIPFailure("REGISTER: \(response.statusCode), the credentials were refused"))) }
            return send(credentials: field, now: now)
        default:
            return finish(.failure(SIPFailure("REGISTER: \(response.statusCode) \(response.reason)")))
        }
    }

    /// What the registrar grants the phone's own contact, or all.
    private func grantedSeconds(_ response: SIPResponse) -> Int {
        if case .addresses(let contacts)? = try? ContactList(response.headers),
            let own = contacts.first(where: { $0.uri.sip?.user == identity.contactUser }), let text = own.parameters["expires"], let seconds = Int(text)
        {
            return seconds
        }
        return response.headers["Expires"].flatMap { Int($0) } ?? Self.expires
    }

    private mutating func finish(_ result: Result<Duration, SIPFailure>) -> [Action] {
        guard !isFinished else { return [] }
        isFinished = true
        return [.finished(result)]
    }

    private mutating func send(credentials: SIPHeader?, now: ContinuousClock.Instant) -> [Action] {
        sequence += 1
        guard let uri = try? AddrSpec(registrar), let of = account.addressOfRecord else {
            return finish(.failure(SIPFailure("REGISTER: “\(account.user)” at “\(account.host)” is no SIP address")))
        }
        var headers = SIPHeaders()
        headers.append("Via", identity.via())
        headers.append("Max-Forwards", "70")
        headers.append("From", "<\(of)>;tag=\(tag)")
        headers.append("To", "<\(of)>")
        headers.append("Call-ID", callID)
        headers.append("CSeq", CSeq(sequence, .register).description)
        headers.append("Contact", identity.contact)
        headers.append("Expires", String(Self.expires))
        if let userAgent = identity.userAgent { headers.append("User-Agent", userAgent) }
        if let credentials { headers.append(credentials) }
        let bytes = SIPRequest(.register, uri, headers: headers).encoded
        transaction = ClientNonInviteTransaction(bytes, isReliable: false, now: now)
        return [.send(bytes)]
    }
}

extension PhoneAccount {
    /// The account's own address; `nil` if its parts make none.
    var addressOfRecord: AddrSpec? { address(user: user) }

    /// The address of a user at the account's server.
    func address(user: String) -> AddrSpec? {
        let plain = "-_.!~*'()&=+$,;?/"
        let isPlain = user.utf8.allSatisfy { byte in
            (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || plain.utf8.contains(byte)
        }
        guard isPlain, !user.isEmpty else { return nil }
        let host = host.contains(":") ? "[\(host)]" : host
        return try? AddrSpec("sip:\(user)@\(host)" + (port == 5060 ? "" : ":\(port)"))
    }
}
