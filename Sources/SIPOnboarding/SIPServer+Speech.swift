// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire

/// A call that is decided and not answered yet.
struct UnansweredCall: Sendable {
    let call: DialledCall
    let outcome: DialOutcome
    let key: TransactionKey
    /// The port of its audio, once it is open.
    var port: UInt16?
}

/// What is said in calls, and the keys that callers press.
extension SIPServer {
    /// Opens audio for a call that is to hear something.
    ///
    /// - Returns: `nil` if the call goes without.
    mutating func openMedia(
        for call: DialledCall, _ outcome: DialOutcome, _ offer: SDPAnswer, _ transaction: PendingRequest, _ key: TransactionKey
    ) -> [Effect]? {
        guard outcome.announcement != nil, offer.hearsSpeech, let remote = offer.remote,
            spoken.count + unanswered.count < configuration.maximumSpokenCalls
        else { return nil }
        serverTransactions[key]?.pending?.call = call.id
        unanswered[call.id] = UnansweredCall(call: call, outcome: outcome, key: key)
        let flow = transaction.flow
        return [
            .openMedia(
                call.id,
                // The host is that of the phone's signalling: a description could name anybody.
                MediaRequest(
                    local: flow.local.host, remote: SIPAddress(host: transaction.phone.host, port: remote.port), encoding: offer.encoding,
                    telephoneEvents: offer.telephoneEvents))
        ]
    }

    /// A call's audio is open, or could not be opened.
    mutating func mediaOpened(_ id: UInt64, port: UInt16?, now: ContinuousClock.Instant) -> [Effect] {
        guard let waiting = unanswered[id] else { return [.closeMedia(id)] }
        guard let transaction = serverTransactions[waiting.key]?.pending, let offer = transaction.offer,
            let announcement = waiting.outcome.announcement, let port
        else {
            unanswered[id] = nil
            guard let transaction = serverTransactions[waiting.key]?.pending, let offer = transaction.offer else { return [.closeMedia(id)] }
            return conclude(waiting.call, waiting.outcome, offer, transaction, waiting.key, now: now)
        }
        guard waiting.outcome.isHeardEarly else {
            unanswered[id] = nil
            return answer(waiting, offer, transaction, announcement, port, now: now)
        }
        unanswered[id]?.port = port
        var response = makeResponse(183, to: transaction)
        response.headers.append("Contact", Self.contact(transaction.flow))
        describe(offer, in: &response, waiting.call, transaction.flow, port: port)
        return respond(response, to: waiting.key, now: now) + [.play(id, announcement)]
    }

    private mutating func answer(
        _ waiting: UnansweredCall, _ offer: SDPAnswer, _ transaction: PendingRequest, _ announcement: Announcement, _ port: UInt16,
        now: ContinuousClock.Instant
    ) -> [Effect] {
        let effects = accept(
            waiting.call, offer, transaction, waiting.key, port: port, lasting: configuration.spokenCallDuration, isAccepted: false, now: now)
        guard let id = spoken[waiting.call.id] else { return effects + [.closeMedia(waiting.call.id)] }
        note(waiting.outcome, in: id)
        // Said after the ACK, so that no word is lost.
        calls[id]?.waitingAnnouncement = announcement
        return effects
    }

    /// What an outcome means for the end of a call.
    private mutating func note(_ outcome: DialOutcome, in id: DialogID) {
        calls[id]?.gathering = nil
        switch outcome {
        case .accepted: calls[id]?.isAccepted = true
        case .refused(let refusal, _): calls[id]?.reason = refusal.reasonHeader
        case .question(let question): calls[id]?.gathering = DigitGathering(question)
        case .forward, .notHandled: break
        }
    }

    /// The caller gave up before the answer.
    mutating func abandon(_ transaction: PendingRequest) -> [Effect] {
        guard let id = transaction.call, let waiting = unanswered.removeValue(forKey: id) else { return [] }
        guard case .accepted = waiting.outcome else { return [.closeMedia(id)] }
        return [.closeMedia(id), .report(.callEnded(CallEnd(call: waiting.call, reason: .cancelled)))]
    }

    // MARK: - Within a call

    /// The last word was said: the call ends, or waits for a key.
    mutating func finishedSpeaking(_ id: UInt64, now: ContinuousClock.Instant) -> [Effect] {
        if let waiting = unanswered.removeValue(forKey: id) {
            guard let transaction = serverTransactions[waiting.key]?.pending, let offer = transaction.offer else { return [.closeMedia(id)] }
            guard case .accepted = waiting.outcome else {
                return conclude(waiting.call, waiting.outcome, offer, transaction, waiting.key, now: now) + [.closeMedia(id)]
            }
            // All was said: the call is answered so that the phone sees that it went well, and ends at once.
            return accept(waiting.call, offer, transaction, waiting.key, port: waiting.port, lasting: .zero, now: now)
        }
        guard let dialog = spoken[id], calls[dialog] != nil else { return [] }
        end(dialog, at: calls[dialog]?.gathering == nil ? now : now + configuration.keyTimeout)
        return []
    }

    private mutating func end(_ dialog: DialogID, at time: ContinuousClock.Instant) {
        calls[dialog]?.end(at: time)
        if let deadline = calls[dialog]?.deadline { timers.set(.call(dialog), deadline) }
    }

    /// A caller pressed a key.
    mutating func pressed(_ key: Character, in id: UInt64, by way: DigitGathering.Way, now: ContinuousClock.Instant) -> [Effect] {
        guard let dialog = spoken[id], var call = calls[dialog], var gathering = call.gathering else { return [] }
        guard (call.keyWay ?? way) == way else { return [] }
        call.keyWay = way
        let step = gathering.press(key)
        call.gathering = gathering
        calls[dialog] = call
        switch step {
        case .more:
            end(dialog, at: now + configuration.keyTimeout)
            // Who knows the question need not hear it out.
            return gathering.digits.count == 1 ? [.silence(id)] : []
        case .complete(let digits):
            return submit(digits, gathering.question, dialog, call.call, now: now)
        }
    }

    /// No further key came: what was pressed is the answer.
    mutating func keysTimedOut(_ dialog: DialogID, now: ContinuousClock.Instant) -> [Effect]? {
        guard let call = calls[dialog], let gathering = call.gathering else { return nil }
        return submit(gathering.digits, gathering.question, dialog, call.call, now: now)
    }

    private mutating func submit(
        _ digits: String, _ question: CallQuestion, _ dialog: DialogID, _ call: DialledCall, now: ContinuousClock.Instant
    ) -> [Effect] {
        calls[dialog]?.gathering = nil
        // The answer is decided in a moment; the bound is for a decision that never comes.
        end(dialog, at: now + configuration.spokenCallDuration)
        return [.silence(call.id), .ask(.entered(digits, question, call))]
    }

    /// What follows from a caller's keys is decided.
    mutating func decided(_ outcome: DialOutcome, within call: DialledCall, now: ContinuousClock.Instant) -> [Effect] {
        guard let dialog = spoken[call.id], calls[dialog] != nil else {
            // The caller hung up meanwhile. What was done is followed up.
            guard case .accepted = outcome else { return [] }
            return [.report(.callEnded(CallEnd(call: call, reason: .hungUpByPhone)))]
        }
        note(outcome, in: dialog)
        guard let announcement = outcome.announcement else {
            end(dialog, at: now)
            return []
        }
        return [.play(call.id, announcement)]
    }

    /// A key by SIP INFO: `Signal=5` in application/dtmf-relay, `5` in application/dtmf.
    mutating func receiveInfo(_ context: inout RequestContext, _ key: TransactionKey, now: ContinuousClock.Instant) -> [Effect] {
        guard let dialog = Self.dialogID(context.fields), let call = calls[dialog] else { return answer(&context, 481) }
        let type = context.request.headers["Content-Type"]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
        let pressed: Character?
        switch type {
        case nil where context.request.body.isEmpty: pressed = nil
        case "application/dtmf-relay": pressed = Self.signal(context.request.body)
        case "application/dtmf": pressed = Self.key(String(decoding: context.request.body.prefix(8), as: UTF8.self))
        default: return answer(&context, 415) { $0.headers.append("Accept", "application/dtmf-relay, application/dtmf") }
        }
        guard !isOverloaded, serverTransactions.count < configuration.maximumTransactions else { return refuseForNow(&context) }
        // A transaction, so that a copy of the request is not a second key.
        begin(context, key)
        let answered = respond(makeResponse(200, to: context), to: key, now: now)
        return answered + (pressed.map { self.pressed($0, in: call.call.id, by: .info, now: now) } ?? [])
    }

    private static func signal(_ body: [UInt8]) -> Character? {
        for line in String(decoding: body.prefix(256), as: UTF8.self).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "signal" { return key(String(parts[1])) }
        }
        return nil
    }

    /// The key of a text: its label, or the number of `*` and `#` in RFC 4733.
    private static func key(_ text: String) -> Character? {
        switch text.filter({ !$0.isWhitespace }) {
        case "10", "*": "*"
        case "11", "#": "#"
        case let label: label.count == 1 && "0123456789ABCD".contains(label.uppercased()) ? label.uppercased().first : nil
        }
    }
}

extension DialOutcome {
    /// What the caller hears.
    var announcement: Announcement? {
        switch self {
        case .accepted(let answer): answer.speech?.announcement
        case .refused(_, let speech): speech?.announcement
        case .question(let question): question.announcement
        case .forward, .notHandled: nil
        }
    }

    /// Whether it is heard before the call is answered.
    var isHeardEarly: Bool {
        switch self {
        case .accepted(let answer): answer.speech?.manner == .early
        case .refused(_, let speech): speech?.manner == .early
        case .question, .forward, .notHandled: false
        }
    }
}

extension DialRefusal {
    /// The status, reason phrase and explanation of a final response.
    var response: (status: Int, reason: String, text: String) {
        switch self {
        case .unknownCode: (404, "Unknown Code", "No line has this provisioning code")
        case .usedCode: (410, "Code Already Used", "This provisioning code was used already")
        case .expiredCode: (410, "Code Expired", "This provisioning code is too old")
        case .notAllowed: (403, "Not Allowed", "This provisioning code is not for this phone")
        case .wrongPIN: (403, "Wrong PIN", "This PIN is wrong")
        case .notPossible: (403, "Not Possible", "This cannot be done on this phone")
        case .locked: (429, "Too Many Attempts", "Too many wrong codes, try again later")
        case .trouble: (503, "Service Unavailable", "The provisioning server has a problem")
        }
    }

    /// The same as a Reason header field (RFC 3326).
    var reasonHeader: String {
        let (status, _, text) = response
        return "SIP;cause=\(status);text=\"\(text)\""
    }
}
