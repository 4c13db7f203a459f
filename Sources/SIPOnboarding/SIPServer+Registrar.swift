// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

extension SIPServer {
    /// A REGISTER whose sender is known (RFC 3261 section 10.3).
    mutating func register(
        _ transaction: PendingRequest, _ key: TransactionKey, _ account: SIPAccount, now: ContinuousClock.Instant
    ) -> [Effect] {
        // Whoever has a password may register for its own account only.
        guard transaction.fields.to.uri.sip?.userText == account.username else {
            return respond(makeResponse(403, to: transaction), to: key, now: now) + [failed(account.username, transaction.phone, .otherAccount)]
        }
        let reports: [SIPRegistrationReport]
        do throws(RegistrationError) {
            reports = try changeBindings(transaction, account, now: now)
        } catch {
            var response = makeResponse(error.statusCode, error.reason, to: transaction)
            if error == .tooBrief { response.headers.append("Min-Expires", "\(configuration.minimumExpires)") }
            if error == .full { response.headers.append("Retry-After", "\(configuration.retryAfterSeconds)") }
            return respond(response, to: key, now: now)
        }
        var response = makeResponse(200, to: transaction)
        for binding in bindings.contacts(of: account.username) {
            let address = NameAddr(
                uri: .sip(binding.contact), parameters: SIPParameters([.init("expires", "\(Self.seconds(from: now, to: binding.expiry))")]))
            response.headers.append("Contact", address.description)
        }
        // The proxies of the way back see that it was understood (RFC 3327 section 5.3).
        for field in transaction.testimony?.path ?? [] { response.headers.append(field) }
        if let expiry = bindings.nextExpiry(of: account.username) { timers.set(.bindings(account.username), expiry) }
        return respond(response, to: key, now: now) + reports.map { .report(.registered($0)) }
    }

    /// Contacts ran out.
    mutating func expireBindings(of username: String, _ now: ContinuousClock.Instant) -> [Effect] {
        let expired = bindings.expire(username, now: now)
        if let expiry = bindings.nextExpiry(of: username) { timers.set(.bindings(username), expiry) }
        return expired.map { .report(.registered(Self.report($0, .expired, expires: 0))) }
    }

    private enum RegistrationError: Error {
        case badStar
        case badContact
        case tooBrief
        case outOfOrder
        case full
        case tooMany

        var statusCode: Int {
            switch self {
            case .badStar, .badContact, .tooMany: 400
            case .tooBrief: 423
            // The RFC names no code; 500 is what a number out of order gets in a dialog (section 12.2.2).
            case .outOfOrder: 500
            case .full: 503
            }
        }

        var reason: String? {
            switch self {
            case .badStar: "Contact * Needs Expires: 0"
            case .badContact: "Contact Needs a SIP URI"
            case .tooMany: "Too Many Contacts"
            case .outOfOrder: "CSeq Out of Order"
            case .tooBrief, .full: nil
            }
        }

        init(_ refusal: RegistrarBindings.Refusal) {
            self =
                switch refusal {
                case .outOfOrder: .outOfOrder
                case .full: .full
                }
        }
    }

    private mutating func changeBindings(
        _ transaction: PendingRequest, _ account: SIPAccount, now: ContinuousClock.Instant
    ) throws(RegistrationError) -> [SIPRegistrationReport] {
        let fields = transaction.fields
        let header = transaction.request.headers["Expires"].map(Self.expires)
        guard case .addresses(let contacts) = fields.contacts else {
            guard header == .some(.some(0)) else { throw .badStar }
            return try remove(account, fields) { _ in true }
        }
        guard contacts.count <= configuration.contactsPerAccount else { throw .tooMany }
        var updates: [RegistrarBindings.Binding] = []
        var removals: [SIPURI] = []
        for contact in contacts {
            guard let uri = contact.uri.sip else { throw .badContact }
            // A value that is no number counts as 3600: RFC 3261 section 20.10.
            let wanted = contact.parameters["expires"].map { Self.expires($0) ?? 3600 } ?? header.map { $0 ?? 3600 } ?? configuration.defaultExpires
            if wanted == 0 {
                removals.append(uri)
                continue
            }
            guard wanted >= configuration.minimumExpires else { throw .tooBrief }
            let granted = min(wanted, configuration.maximumExpires)
            updates.append(
                RegistrarBindings.Binding(
                    account: account, contact: uri, flow: transaction.flow, path: transaction.testimony?.path ?? [], remote: transaction.phone, transport: transaction.flow.transport,
                    userAgent: transaction.request.headers["User-Agent"], callID: fields.callID, sequence: fields.cseq.number,
                    expiry: now + .seconds(Int64(granted))))
        }
        var reports: [SIPRegistrationReport] = []
        if !removals.isEmpty {
            reports += try remove(account, fields) { binding in removals.contains { $0.isEquivalent(to: binding.contact) } }
        }
        guard !updates.isEmpty else { return reports }
        do throws(RegistrarBindings.Refusal) {
            let (new, evicted) = try bindings.update(updates, of: account.username)
            reports += updates.map {
                Self.report($0, new.contains($0) ? .first : .refresh, expires: Self.seconds(from: now, to: $0.expiry))
            }
            reports += evicted.map { Self.report($0, .expired, expires: 0) }
        } catch {
            throw RegistrationError(error)
        }
        return reports
    }

    private mutating func remove(
        _ account: SIPAccount, _ fields: SIPRequestFields, where isMeant: (RegistrarBindings.Binding) -> Bool
    ) throws(RegistrationError) -> [SIPRegistrationReport] {
        do throws(RegistrarBindings.Refusal) {
            return try bindings.remove(of: account.username, callID: fields.callID, sequence: fields.cseq.number, where: isMeant)
                .map { Self.report($0, .removed, expires: 0) }
        } catch {
            throw RegistrationError(error)
        }
    }

    /// The seconds of an Expires value; `nil` if it is no number. What does not fit is as long as possible.
    private static func expires(_ text: String) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt32(text) ?? .max
    }

    static func report(
        _ binding: RegistrarBindings.Binding, _ change: SIPRegistrationReport.Change, expires: UInt32
    ) -> SIPRegistrationReport {
        SIPRegistrationReport(
            account: binding.account, contact: binding.contact.description, remote: binding.remote, transport: binding.transport,
            userAgent: binding.userAgent, expires: expires, change: change)
    }

    static func seconds(from now: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> UInt32 {
        UInt32(clamping: now.duration(to: end).components.seconds)
    }
}

extension SIPServer {
    /// The contacts of an account that have not run out, the newest first.
    func registrations(of username: String, now: ContinuousClock.Instant) -> [SIPRegistrationReport] {
        bindings.contacts(of: username).filter { $0.expiry > now }
            .map { Self.report($0, .refresh, expires: Self.seconds(from: now, to: $0.expiry)) }
    }
}
