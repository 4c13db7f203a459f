// SPDX-License-Identifier: GPL-3.0-or-later

public import SIPWire

/// A NOTIFY outside of a dialog, as phones take it as an instruction.
public struct SIPNotification: Sendable, Hashable {
    /// The Event header field: `check-sync`, `check-sync;reboot=true`, `resync`, …
    public let event: String

    /// Subscription-State. Phones that were never asked expect `terminated`.
    public let subscriptionState: String

    /// Content-Type, if there is a body.
    public let contentType: String?

    /// The body.
    public let body: [UInt8]

    /// What stands in the body for the Call-ID with which the phone registered, if anything does.
    public let callIDMark: String?

    /// Further header fields that a vendor wants.
    public let headers: [SIPHeader]

    /// Creates a notification.
    public init(
        event: String, subscriptionState: String = "terminated", contentType: String? = nil, body: [UInt8] = [], callIDMark: String? = nil,
        headers: [SIPHeader] = []
    ) {
        self.event = event
        self.subscriptionState = subscriptionState
        self.contentType = contentType
        self.body = body
        self.callIDMark = callIDMark
        self.headers = headers
    }

    /// The body for a phone that registered with this Call-ID, or whose Call-ID is not known.
    func body(callID: String?) -> [UInt8] {
        guard let callIDMark else { return body }
        return Array(String(decoding: body, as: UTF8.self).replacing(callIDMark, with: callID ?? "").utf8)
    }
}

extension SIPServer {
    /// NOTIFY requests that can wait for their answers at the same time.
    static let maximumNotifications = 10_000

    /// Sends a NOTIFY to where an account is registered: over the flow of its newest REGISTER,
    /// or to its contact's address if that flow is gone.
    mutating func notify(_ id: UInt64, account username: String, _ notification: SIPNotification, now: ContinuousClock.Instant) -> [Effect] {
        let contacts = bindings.contacts(of: username).filter { $0.expiry > now }
        guard let newest = contacts.first else { return [.notified(id, .notRegistered)] }
        for binding in contacts {
            if let flow = binding.flow {
                return notify(id, binding, over: flow, notification, now: now)
            }
        }
        guard let flow = flow(to: newest) else {
            return [.notified(id, .unreachable)]
        }
        return notify(id, newest, over: flow, notification, now: now)
    }

    /// What the phone itself registers with: it knows no other account that it could ask for.
    private static func secret(_ account: SIPAccount) -> DigestSecret {
        DigestSecret(username: account.username, password: account.password)
    }

    /// Sends a NOTIFY to an address at which a phone is supposed to be, whoever is registered there.
    mutating func notify(_ id: UInt64, address: SIPAddress, user: String?, _ notification: SIPNotification, now: ContinuousClock.Instant) -> [Effect] {
        let uri = SIPURI(user: user ?? "anonymous", host: address.uriHost, port: address.port)
        guard let flow = udpFlow(to: address) else { return [.notified(id, .unreachable)] }
        return notify(id, uri, over: flow, notification, nil, now: now)
    }

    private mutating func notify(
        _ id: UInt64, _ binding: RegistrarBindings.Binding, over flow: SIPFlow, _ notification: SIPNotification, now: ContinuousClock.Instant
    ) -> [Effect] {
        notify(
            id, binding.contact, path: binding.path, callID: binding.callID, over: flow, notification, Self.secret(binding.account), now: now)
    }

    private mutating func notify(
        _ id: UInt64, _ uri: SIPURI, path: [SIPHeader] = [], callID: String? = nil, over flow: SIPFlow, _ notification: SIPNotification,
        _ secret: DigestSecret?, now: ContinuousClock.Instant
    ) -> [Effect] {
        guard clientTransactions.count < Self.maximumNotifications else { return [.notified(id, .overloaded)] }
        var target = uri
        target.headers = nil
        // The address of record is the contact without what concerns only the way there.
        let recipient = SIPURI(user: uri.user, host: uri.host)
        let sender = SIPURI(user: "provd", host: flow.local.uriHost)
        var headers = SIPHeaders(path.map { SIPHeader("Route", bytes: $0.bytes) })
        headers.append("From", "<\(sender)>;tag=\(Self.randomToken())")
        headers.append("To", "<\(recipient)>")
        headers.append("Call-ID", Self.randomToken() + Self.randomToken())
        headers.append("CSeq", CSeq(1, .notify).description)
        headers.append("Contact", Self.contact(flow))
        headers.append("Event", notification.event)
        headers.append("Subscription-State", notification.subscriptionState)
        if let contentType = notification.contentType { headers.append("Content-Type", contentType) }
        for header in notification.headers { headers.append(header.name, header.value) }
        let request = SIPRequest(.notify, .sip(target), headers: headers, body: notification.body(callID: callID))
        return send(request, over: flow, for: .notify(id), secret: secret, now: now)
    }

    /// The way to a contact: that of its REGISTER, or to the contact's address if that is gone.
    func flow(to binding: RegistrarBindings.Binding) -> SIPFlow? {
        if let flow = binding.flow { return flow }
        // What was registered over TLS is never sent in the clear.
        guard binding.transport != .tls else { return nil }
        // A phone behind proxies is reached through the first of them.
        let first = binding.path.first.flatMap { try? NameAddr.list($0).first?.uri.sip } ?? binding.contact
        return udpFlow(to: SIPAddress(host: Self.plainHost(first.host), port: first.port ?? 5060))
    }

    /// A flow from a UDP socket of the same address family.
    private func udpFlow(to address: SIPAddress) -> SIPFlow? {
        guard Self.isIPAddress(address.host), let socket = udpSockets.first(where: { $0.value.isIPv6 == address.isIPv6 }) else { return nil }
        return SIPFlow(transport: .udp, channel: socket.key, remote: address, local: socket.value)
    }

    /// Names are not looked up: a contact's host is whatever the phone wrote there.
    private static func isIPAddress(_ host: String) -> Bool {
        host.utf8.contains(UInt8(ascii: ":")) || host.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
    }

    static func plainHost(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
