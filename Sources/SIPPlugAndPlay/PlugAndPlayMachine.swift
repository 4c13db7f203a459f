// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import SIPWire

/// Answers subscriptions and repeats each NOTIFY until the phone has it. A pure value: it returns what is to be sent.
struct PlugAndPlayMachine: Sendable {
    /// A datagram to send.
    struct Datagram: Sendable, Hashable {
        var bytes: [UInt8]
        var receiver: PlugAndPlayPeer
    }

    /// Phones that may be told at the same time: all of a large site after a power cut. More ask again by themselves.
    static let maximumDialogs = 4096

    private struct Dialog {
        var accepted: [UInt8]
        var branch: String
        var notify: ClientNonInviteTransaction
        var receiver: PlugAndPlayPeer
    }

    private struct Key: Hashable {
        var callID: String
        var sequence: UInt32
        var peer: PlugAndPlayPeer
    }

    private let local: PlugAndPlayPeer
    private let makeToken: @Sendable () -> String
    private var dialogs: [Key: Dialog] = [:]
    private var keys: [String: Key] = [:]

    /// Makes a machine without dialogs.
    ///
    /// - Parameters:
    ///   - local: The address and port from which datagrams are sent.
    ///   - makeToken: Makes a text that nobody can guess, for tags and branches.
    init(local: PlugAndPlayPeer, makeToken: @escaping @Sendable () -> String) {
        self.local = local
        self.makeToken = makeToken
    }

    /// How many phones have not confirmed yet.
    var waiting: Int { dialogs.count }

    /// The answer to a repeated subscription, which is the same as the first time; `nil` if it is new.
    func repetition(of subscription: PlugAndPlaySubscription) -> Datagram? {
        dialogs[key(subscription)].map { Datagram(bytes: $0.accepted, receiver: $0.receiver) }
    }

    /// Accepts a subscription and tells the phone its URL.
    mutating func accept(_ subscription: PlugAndPlaySubscription, url: String, now: ContinuousClock.Instant) -> [Datagram] {
        let key = key(subscription)
        if let repetition = repetition(of: subscription) { return [repetition] }
        guard dialogs.count < Self.maximumDialogs else { return [] }
        let (tag, branch) = (makeToken(), Via.magicCookie + makeToken())
        let accepted = acceptance(of: subscription, tag: tag)
        let notify = notification(for: subscription, tag: tag, branch: branch, url: url).encoded
        dialogs[key] = Dialog(
            accepted: accepted, branch: branch, notify: ClientNonInviteTransaction(notify, isReliable: false, now: now),
            receiver: subscription.source)
        keys[branch] = key
        return [Datagram(bytes: accepted, receiver: subscription.source), Datagram(bytes: notify, receiver: subscription.source)]
    }

    /// Takes a response to a NOTIFY.
    mutating func receive(_ bytes: [UInt8], from peer: PlugAndPlayPeer, now: ContinuousClock.Instant) {
        guard case .response(let response)? = try? SIPMessage(datagram: bytes), let fields = try? response.transactionFields(),
            fields.cseq.method == .notify, let branch = fields.topVia.branch, let key = keys[branch],
            dialogs[key]?.receiver.address == peer.address
        else { return }
        // The dialog stays until its last timer, so that a repeated SUBSCRIBE does not begin it anew.
        _ = dialogs[key]?.notify.receive(response, now: now)
    }

    /// Repeats what was not confirmed, and forgets what is over.
    mutating func advance(to now: ContinuousClock.Instant) -> [Datagram] {
        var datagrams: [Datagram] = []
        for (key, var dialog) in dialogs where dialog.notify.deadline.map({ $0 <= now }) ?? true {
            for action in dialog.notify.advance(to: now) {
                if case .send(let bytes) = action { datagrams.append(Datagram(bytes: bytes, receiver: dialog.receiver)) }
            }
            let isOver = dialog.notify.deadline == nil
            dialogs[key] = isOver ? nil : dialog
            if isOver { keys[dialog.branch] = nil }
        }
        return datagrams
    }

    // MARK: - Messages

    private func key(_ subscription: PlugAndPlaySubscription) -> Key {
        Key(callID: subscription.fields.callID, sequence: subscription.fields.cseq.number, peer: subscription.source)
    }

    private func acceptance(of subscription: PlugAndPlaySubscription, tag: String) -> [UInt8] {
        var via = subscription.fields.topVia
        via.noteSource(address: subscription.source.address.description, port: subscription.source.port)
        var response = SIPResponse(200, answering: subscription.request.headers, topVia: via, toTag: tag)
        response.headers.append("Contact", contact)
        // The phone is told once; no subscription remains.
        response.headers.append("Expires", "0")
        return response.encoded
    }

    private func notification(for subscription: PlugAndPlaySubscription, tag: String, branch: String, url: String) -> SIPRequest {
        let fields = subscription.fields
        let target: AddrSpec =
            if case .addresses(let contacts) = fields.contacts, let contact = contacts.first { contact.uri } else { fields.from.uri }
        var from = fields.to
        from.parameters.set("tag", tag)
        var parameters = SIPParameters()
        parameters.set("branch", branch)
        parameters.set("rport", nil)
        let via = Via(transport: "UDP", host: local.address.description, port: local.port, parameters: parameters)
        var headers = SIPHeaders()
        headers.append("Via", via.description)
        headers.append("Max-Forwards", "70")
        headers.append("From", from.description)
        headers.append("To", fields.from.description)
        headers.append("Call-ID", fields.callID)
        headers.append("CSeq", CSeq(1, .notify).description)
        headers.append("Contact", contact)
        headers.append("Event", "ua-profile;effective-by=0")
        headers.append("Subscription-State", "terminated;reason=timeout")
        headers.append("Content-Type", "application/url")
        return SIPRequest(.notify, target, headers: headers, body: Array(url.utf8))
    }

    private var contact: String { "<sip:\(local.address):\(local.port)>" }
}
