// SPDX-License-Identifier: GPL-3.0-or-later

import Provisioning
import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Calls")
struct CallTests {
    @Test("A code is dialled, answered, acknowledged, and the server hangs up")
    func accepted() throws {
        var phone = ServerFixture()
        let ok = try phone.call("*981234")
        #expect(ok.statusCode == 200)
        guard case .dialled(let call, _) = phone.questions.last else { return }
        #expect(call.digits == "*981234")
        #expect(call.account.owner == .autoprov(deviceID: "d1"))
        let sdp = String(decoding: ok.body, as: UTF8.self)
        #expect(sdp.contains("m=audio 9 RTP/AVP 8 101\r\n"))
        #expect(sdp.contains("a=inactive\r\n"))
        #expect(ok.headers["Contact"] == "<sip:10.0.0.1:5060>")
        let tag = try #require(try NameAddr(SIPHeader("To", ok.headers["To"] ?? "")).tag)
        try phone.receive(try phone.request("ACK", to: "*981234", toTag: tag, number: 2))
        try phone.advance(by: .seconds(3))
        let bye = try phone.takeRequest()
        #expect(bye.method == .bye)
        #expect(bye.uri.description == "sip:ap1@10.0.0.11:5060")
        #expect(try NameAddr(SIPHeader("From", bye.headers["From"] ?? "")).tag == tag)
        #expect(phone.ends.isEmpty)
        try phone.receive(response(200, to: bye))
        #expect(phone.ends == [.hungUpByServer])
        try phone.advance(by: .seconds(60))
        #expect(phone.server.serverTransactions.isEmpty && phone.server.clientTransactions.isEmpty && phone.server.calls.isEmpty)
    }

    @Test("The phone hangs up first")
    func callerHangsUp() throws {
        var phone = ServerFixture()
        let tag = try answeredTag(&phone)
        try phone.receive(try phone.request("ACK", to: "1234", toTag: tag, number: 2))
        try phone.receive(try phone.request("BYE", to: "1234", toTag: tag))
        #expect(try phone.takeResponse().statusCode == 200)
        #expect(phone.ends == [.hungUpByPhone])
        try phone.receive(try phone.request("BYE", to: "1234", toTag: tag))
        #expect(try phone.takeResponse().statusCode == 481)
    }

    @Test("Without ACK the answer is repeated for 32 seconds, and then the call is ended")
    func unacknowledged() throws {
        var phone = ServerFixture()
        _ = try answeredTag(&phone)
        try phone.advance(by: .milliseconds(31_900))
        #expect(phone.sent.count == 10)
        try phone.advance(by: .milliseconds(100))
        let bye = try phone.takeRequest()
        #expect(bye.method == .bye)
        // Nobody answers the BYE either.
        try phone.advance(by: .seconds(33))
        #expect(phone.ends == [.notAcknowledged])
    }

    @Test(
        "A refusal tells why",
        arguments: [
            (DialOutcome.refused(.unknownCode), 404), (.refused(.usedCode), 410), (.refused(.notAllowed), 403),
            (.refused(.locked(retryAfter: .seconds(90))), 429), (.refused(.trouble), 503), (.notHandled, 404),
        ])
    func refused(outcome: DialOutcome, status: Int) throws {
        var phone = ServerFixture()
        phone.outcome = outcome
        let response = try phone.call("9999")
        #expect(response.statusCode == status)
        #expect((response.headers["Warning"] == nil) == (outcome == .notHandled))
        if status == 429 { #expect(response.headers["Retry-After"] == "90") }
        let tag = try #require(try NameAddr(SIPHeader("To", response.headers["To"] ?? "")).tag)
        try phone.receive(try phone.request("ACK", to: "9999", toTag: tag, branch: "call", number: 2))
        try phone.advance(by: .seconds(40))
        #expect(phone.sent.isEmpty)
        #expect(phone.server.serverTransactions.isEmpty)
    }

    @Test("A call is cancelled while it is decided; what it did is followed up")
    func cancelled() throws {
        var phone = ServerFixture()
        phone.answersQuestions = false
        try phone.receive(try phone.request("INVITE", to: "1234"))
        let challenge = try phone.takeResponse()
        try phone.receive(try phone.request("INVITE", to: "1234", branch: "x", headers: [ServerFixture.contact], challenge: challenge))
        #expect(try phone.takeResponse().statusCode == 100)
        try phone.answer(try #require(phone.questions.last))
        let decision = try #require(phone.questions.last)
        try phone.receive(try phone.request("CANCEL", to: "1234", branch: "x", number: 2))
        #expect(phone.sent.map { $0.headers["CSeq"] } == ["2 CANCEL", "2 INVITE"])
        #expect(try phone.takeResponse().statusCode == 487)
        try phone.answer(decision)
        #expect(phone.sent.isEmpty)
        #expect(phone.ends == [.cancelled])
        try phone.receive(try phone.request("CANCEL", to: "1234", branch: "y", number: 2))
        #expect(try phone.takeResponse().statusCode == 481)
    }

    @Test("A repeated INVITE is one call")
    func repeated() throws {
        var phone = ServerFixture()
        try phone.receive(try phone.request("INVITE", to: "1234"))
        let challenge = try phone.takeResponse()
        let invite = try phone.request("INVITE", to: "1234", headers: [ServerFixture.contact], challenge: challenge)
        for _ in 0..<3 { try phone.receive(invite) }
        #expect(phone.questions.count == 2)
        #expect(phone.server.calls.count == 1)
    }

    @Test("What cannot be served has its own answer")
    func others() throws {
        var phone = ServerFixture()
        func status(_ method: String, _ headers: [String] = [], toTag: String = "") throws -> SIPResponse {
            try phone.receive(try phone.request(method, to: "x", toTag: toTag, headers: headers))
            return try phone.takeResponse()
        }
        #expect(try status("OPTIONS").headers["Allow"] == "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, REGISTER")
        #expect(try status("SUBSCRIBE").statusCode == 405)
        #expect(try status("NEWMETHOD").statusCode == 501)
        #expect(try status("INFO", toTag: "t").statusCode == 481)
        #expect(try status("BYE", toTag: "t").statusCode == 481)
        #expect(try status("INVITE", toTag: "t").statusCode == 481)
        let extended = try status("OPTIONS", ["Require: nothingSupportsThis, nothingSupportsThisEither"])
        #expect(extended.statusCode == 420)
        #expect(extended.headers["Unsupported"] == "nothingSupportsThis, nothingSupportsThisEither")
        try phone.receive("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n")
        #expect(try phone.takeResponse().statusCode == 416)
        try phone.receive("OPTIONS sip:a SIP/7.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n")
        #expect(try phone.takeResponse().statusCode == 505)
        #expect(phone.server.serverTransactions.isEmpty)
    }

    @Test("A body that is no SDP is 415, and audio without G.711 is 488")
    func bodies() throws {
        var phone = ServerFixture()
        let html = try phone.authenticated("INVITE", to: "1", headers: [ServerFixture.contact, "Content-Type: text/html"], body: "x")
        #expect(html.statusCode == 415)
        let opus = try phone.authenticated(
            "INVITE", to: "1", headers: [ServerFixture.contact, "Content-Type: application/sdp"],
            body: "v=0\nm=audio 4000 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n")
        #expect(opus.statusCode == 488)
    }

    @Test("Media other than audio is refused in the answer, each in its place")
    func video() throws {
        let offer = "v=0\r\nm=video 3227 RTP/AVP 31\r\nm=audio 49217 RTP/AVP 0 12\r\n"
        let answer = try #require(SDPAnswer(offer: Array(offer.utf8)))
        let lines = answer.text(host: "::1", isIPv6: true, id: 7, port: 4000).split(separator: "\r\n")
        #expect(lines.filter { $0.hasPrefix("m=") } == ["m=video 0 RTP/AVP 31", "m=audio 4000 RTP/AVP 0"])
        #expect(lines.contains("a=sendrecv"))
        #expect(lines.contains("c=IN IP6 ::1"))
    }

    private func answeredTag(_ phone: inout ServerFixture) throws -> String {
        let ok = try phone.call("1234")
        return try #require(try NameAddr(SIPHeader("To", ok.headers["To"] ?? "")).tag)
    }
}

/// The phone's response to a request of the server.
func response(_ statusCode: Int, to request: SIPRequest) -> String {
    String(decoding: SIPResponse(statusCode, answering: request.headers, toTag: "p1").encoded, as: UTF8.self).replacing("\r\n", with: "\n")
}

@Suite("NOTIFY")
struct NotifyTests {
    private let restart = SIPNotification(event: "check-sync;reboot=true")

    @Test("A registered phone is notified over its flow and answers")
    func answered() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.perform(phone.server.notify(1, account: "ap1", restart, now: phone.now))
        let notify = try phone.takeRequest()
        #expect(notify.method == .notify)
        #expect(notify.uri.description == "sip:ap1@10.0.0.11:5060")
        #expect(notify.headers["Event"] == "check-sync;reboot=true")
        #expect(notify.headers["Subscription-State"] == "terminated")
        _ = try notify.validated()
        try phone.receive(response(200, to: notify))
        #expect(phone.outcomes == [.answered(statusCode: 200, reason: "OK")])
    }

    @Test("A body names the Call-ID of the phone's own registration, and nothing where that is not known")
    func body() throws {
        var phone = ServerFixture()
        #expect(try phone.authenticated("REGISTER", headers: [ServerFixture.contact]).statusCode == 200)
        let callID = try #require(phone.server.bindings.contacts(of: "ap1").first?.callID)
        let notification = SIPNotification(NotifyInstruction(event: "service-control", lines: ["action=restart", "RegisterCallId={$call_id}"]))
        try phone.perform(phone.server.notify(1, account: "ap1", notification, now: phone.now))
        let notify = try phone.takeRequest()
        #expect(notify.headers["Content-Type"] == "text/plain" && notify.headers["Subscription-State"] == "active")
        #expect(String(decoding: notify.body, as: UTF8.self) == "action=restart\r\nRegisterCallId={\(callID)}\r\n")
        try phone.perform(phone.server.notify(2, address: SIPAddress(host: "10.0.0.12", port: 5060), user: nil, notification, now: phone.now))
        #expect(String(decoding: try phone.takeRequest().body, as: UTF8.self) == "action=restart\r\nRegisterCallId={}\r\n")
    }

    @Test("A phone that asks for credentials gets those of its own account, once", arguments: [401, 407])
    func challenged(status: Int) throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.perform(phone.server.notify(1, account: "ap1", restart, now: phone.now))
        for isFirst in [true, false] {
            let notify = try phone.takeRequest()
            let field = notify.headers.first(status == 401 ? "Authorization" : "Proxy-Authorization")
            #expect((field == nil) == isFirst)
            if let field {
                let credentials = try #require(try DigestCredentials(field))
                #expect(credentials.isValid(secret: DigestSecret(username: "ap1", password: "s3cret"), method: .notify))
                #expect(notify.headers["CSeq"] == "2 NOTIFY")
            }
            var refusal = SIPResponse(status, answering: notify.headers, toTag: "p1")
            refusal.headers.append(
                status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate", "Digest realm=\"phone\", nonce=\"n\", algorithm=MD5, qop=\"auth\"")
            try phone.receive(String(decoding: refusal.encoded, as: UTF8.self).replacing("\r\n", with: "\n"))
        }
        #expect(phone.outcomes == [.answered(statusCode: status, reason: SIPResponse(status).reason)])
    }

    @Test("A phone that does not answer is given up after 32 seconds")
    func silent() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.perform(phone.server.notify(1, account: "ap1", restart, now: phone.now))
        try phone.advance(by: .seconds(32))
        #expect(phone.sent.count == 11)
        #expect(phone.outcomes == [.timedOut])
    }

    @Test("A hundred phones behind one address are told one by one, each through its own flow")
    func behindOneAddress() throws {
        var phone = ServerFixture()
        for number in 0..<100 {
            // All have the same address at home, and translation gives each a port of its own.
            let account = SIPAccount(username: "ap\(number)", password: "x", owner: .autoprov(deviceID: "d\(number)"))
            let flow = SIPFlow(
                transport: .udp, channel: 1, remote: SIPAddress(host: "203.0.113.7", port: 40_000 + UInt16(number)), local: phone.flow.local)
            let binding = RegistrarBindings.Binding(
                account: account, contact: SIPURI(user: account.username, host: "192.168.1.10", port: 5060), flow: flow, remote: flow.remote,
                transport: .udp, userAgent: nil, callID: "c", sequence: 1, expiry: phone.now + .seconds(60))
            _ = try phone.server.bindings.update([binding], of: account.username)
        }
        for number in 0..<100 {
            try phone.perform(phone.server.notify(UInt64(number), account: "ap\(number)", restart, now: phone.now))
            #expect(phone.flows.last?.remote == SIPAddress(host: "203.0.113.7", port: 40_000 + UInt16(number)))
            #expect(try phone.takeRequest().uri.sip?.userText == "ap\(number)")
        }
        #expect(phone.server.clientTransactions.count == 100)
    }

    @Test("Nobody is there: not registered, or a contact that cannot be reached")
    func nowhere() throws {
        var phone = ServerFixture()
        try phone.perform(phone.server.notify(1, account: "ap1", restart, now: phone.now))
        let named = SIPAddress(host: "phone.example", port: 5060)
        try phone.perform(phone.server.notify(2, address: named, user: nil, restart, now: phone.now))
        #expect(phone.outcomes == [.notRegistered, .unreachable])
        try phone.perform(phone.server.notify(3, address: SIPAddress(host: "10.0.0.12", port: 5060), user: nil, restart, now: phone.now))
        #expect(try phone.takeRequest().uri.description == "sip:anonymous@10.0.0.12:5060")
    }

    @Test("When a TCP connection is closed, what waits on it ends, and the contact's address serves")
    func closedConnection() throws {
        var phone = ServerFixture()
        let tcp = SIPFlow(transport: .tcp, channel: 2, remote: SIPAddress(host: "10.0.0.11", port: 40000), local: phone.flow.local)
        try phone.receive(try phone.request("REGISTER"), over: tcp)
        let challenge = try phone.takeResponse()
        try phone.receive(try phone.request("REGISTER", headers: [ServerFixture.contact, "Expires: 60"], challenge: challenge), over: tcp)
        #expect(phone.server.bindings.isRegistered(over: 2))
        try phone.perform(phone.server.notify(1, account: "ap1", restart, now: phone.now))
        try phone.perform(phone.server.closed(2))
        #expect(phone.outcomes == [.unreachable])
        #expect(!phone.server.bindings.isRegistered(over: 2))
        phone.sent = []
        try phone.perform(phone.server.notify(2, account: "ap1", restart, now: phone.now))
        #expect(try phone.takeRequest().headers["Via"]?.hasPrefix("SIP/2.0/UDP 10.0.0.1:5060") == true)
    }
}

@Suite("Deadlines")
struct DeadlineQueueTests {
    @Test("Keys come out in the order of time, once, and later deadlines cost nothing")
    func order() {
        let start = ContinuousClock.now
        var queue = DeadlineQueue<Int>()
        for key in [5, 3, 9, 1, 7] { queue.set(key, start + .seconds(key)) }
        queue.set(3, start + .seconds(30))
        queue.set(9, start + .seconds(2))
        #expect(queue.count == 6)
        var out: [Int] = []
        while let key = queue.popDue(start + .seconds(10)) { out.append(key) }
        #expect(out == [1, 9, 3, 5, 7])
        #expect(queue.next == nil)
    }
}
