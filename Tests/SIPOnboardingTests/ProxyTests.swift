// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Calls between lines")
struct ProxyTests {
    @Test("A call reaches the phone of the line, and its answers come back with the way of the caller only")
    func answered() throws {
        var site = Site()
        let invite = try site.invite()
        #expect(invite.uri.description == "sip:bob@10.0.0.12:5060" && site.phone.flows.last?.remote.host == "10.0.0.12")
        #expect(invite.headers.all("Via").count == 2 && invite.headers["Max-Forwards"] == "69")
        #expect(invite.headers["Authorization"] == nil && invite.headers["Record-Route"] == nil)
        #expect(String(decoding: invite.body, as: UTF8.self).contains("m=audio 11780"))
        try site.answer(180, invite)
        let ringing = try site.phone.takeResponse()
        #expect(ringing.statusCode == 180 && ringing.headers.all("Via").count == 1)
        try site.answer(200, invite)
        #expect(try site.phone.takeResponse().statusCode == 200)
        #expect(site.phone.flows.last?.remote.host == "10.0.0.11")
        // Until the ACK, which goes directly, the phone repeats its answer, and so does the proxy.
        try site.answer(200, invite)
        #expect(try site.phone.takeResponse().statusCode == 200)
        try site.expectNothingLeft()
    }

    @Test("What the phone refuses is passed on, and acknowledged to the phone", arguments: [(486, 486), (603, 603), (404, 404), (503, 500), (302, 302)])
    func refused(status: Int, passedOn: Int) throws {
        var site = Site()
        let invite = try site.invite()
        try site.answer(status, invite)
        let sent = site.phone.sent
        #expect(sent.compactMap(\.request).map(\.method) == [.ack])
        #expect(sent.compactMap(\.request).first?.headers["Via"] == invite.headers["Via"])
        #expect(sent.compactMap(\.response).map(\.statusCode) == [passedOn])
        try site.expectNothingLeft()
    }

    @Test("All phones of a line ring; when one answers the others are told CANCEL, and what they say to it stays here")
    func forked() throws {
        var site = Site(phones: 2)
        let invites = try site.invites()
        #expect(Set(invites.map(\.uri.description)) == ["sip:bob@10.0.0.12:5060", "sip:bob@10.0.0.13:5060"])
        for invite in invites { try site.answer(180, invite) }
        site.phone.sent = []
        try site.answer(200, invites[0])
        let cancel = try #require(site.phone.sent.compactMap(\.request).first)
        #expect(cancel.method == .cancel && cancel.uri == invites[1].uri)
        #expect(try Via.list(cancel.headers).first == Via.list(invites[1].headers).first)
        #expect(site.phone.sent.compactMap(\.response).map(\.statusCode) == [200])
        site.phone.sent = []
        try site.answer(200, cancel)
        try site.answer(487, invites[1])
        #expect(site.phone.sent.compactMap(\.response).isEmpty)
        try site.expectNothingLeft()
    }

    @Test("A phone that answers although it is told CANCEL is the caller's too, and nothing is kept of the call")
    func answeredTwice() throws {
        var site = Site(phones: 2)
        let invites = try site.invites()
        for invite in invites { try site.answer(180, invite) }
        try site.answer(200, invites[0])
        site.phone.sent = []
        try site.answer(200, invites[1])
        #expect(try site.phone.takeResponse().statusCode == 200)
        try site.expectNothingLeft()
    }

    @Test("The refusal that tells most is passed on once all phones refused; 6xx ends all")
    func bestRefusal() throws {
        var site = Site(phones: 2)
        let invites = try site.invites()
        try site.answer(404, invites[0])
        #expect(site.phone.sent.compactMap(\.response).isEmpty)
        try site.answer(486, invites[1])
        #expect(try site.phone.takeResponse().statusCode == 486)
        var other = Site(phones: 2)
        let more = try other.invites()
        try other.answer(180, more[0])
        other.phone.sent = []
        try other.answer(603, more[1])
        #expect(other.phone.sent.compactMap(\.request).map(\.method) == [.ack, .cancel])
        try other.answer(487, more[0])
        #expect(try other.phone.takeResponse().statusCode == 603)
        try other.expectNothingLeft()
    }

    @Test("The caller gives up: the phone is told CANCEL, not before it said anything, and its 487 is passed on")
    func cancelled() throws {
        var site = Site()
        let invite = try site.invite()
        try site.phone.receive(try site.phone.request("CANCEL", to: "102", branch: "call", number: 2))
        #expect(try site.phone.takeResponse().statusCode == 200)
        try site.answer(180, invite)
        let cancel = try #require(site.phone.sent.compactMap(\.request).first)
        #expect(cancel.method == .cancel && cancel.headers["CSeq"]?.hasSuffix(" CANCEL") == true)
        site.phone.sent = []
        try site.answer(200, cancel)
        try site.answer(487, invite)
        #expect(site.phone.sent.compactMap(\.response).map(\.statusCode) == [487])
        try site.expectNothingLeft()
    }

    @Test("Nobody answers: after 32 seconds of silence 408; after three minutes of ringing CANCEL and 408")
    func noAnswer() throws {
        var silent = Site()
        _ = try silent.invite()
        try silent.phone.advance(by: .seconds(33))
        #expect(silent.phone.sent.compactMap(\.response).first?.statusCode == 408)
        try silent.expectNothingLeft()
        var ringing = Site()
        let invite = try ringing.invite()
        try ringing.answer(180, invite)
        ringing.phone.sent = []
        try ringing.phone.advance(by: .seconds(182))
        #expect(ringing.phone.sent.compactMap(\.request).first?.method == .cancel)
        #expect(ringing.phone.sent.compactMap(\.response).first?.statusCode == 408)
        try ringing.expectNothingLeft()
    }

    @Test("Behind address translation what follows in the call comes by here, to the flow of the phone")
    func routed() throws {
        var site = Site(contactHost: "192.168.1.7")
        let invite = try site.invite()
        let route = try #require(invite.headers["Record-Route"])
        #expect(route.hasPrefix("<sip:provd-") && route.hasSuffix("@10.0.0.1:5060;lr>"))
        #expect(invite.uri.description == "sip:bob@192.168.1.7:5060" && site.phone.flows.last?.remote.host == "10.0.0.12")
        try site.answer(200, invite)
        let tag = try #require(try NameAddr(SIPHeader("To", try site.phone.takeResponse().headers["To"] ?? "")).tag)
        for method in ["ACK", "BYE"] {
            let text = try site.phone.request(method, to: "102", toTag: tag, headers: ["Route: \(route)"])
                .replacing("\(method) sip:102@10.0.0.1 ", with: "\(method) sip:bob@192.168.1.7:5060 ")
            try site.phone.receive(text)
            let request = try #require(site.phone.sent.compactMap(\.request).last)
            #expect(request.method.rawValue == method && request.headers["Route"] == nil && request.headers["Max-Forwards"] == "69")
            #expect(site.phone.flows.last?.remote.host == "10.0.0.12")
            site.phone.sent = []
            if method == "BYE" {
                try site.answer(200, request)
                #expect(try site.phone.takeResponse().statusCode == 200)
            }
        }
        // The way leads to phones of this registrar and to nobody else.
        try site.phone.receive(
            try site.phone.request("BYE", to: "102", toTag: tag, headers: ["Route: \(route)"])
                .replacing("BYE sip:102@10.0.0.1 ", with: "BYE sip:bob@192.0.2.99 "))
        #expect(try site.phone.takeResponse().statusCode == 404)
        try site.expectNothingLeft()
    }

    @Test("The ACK of a refusal ends here, and a CANCEL goes to the phone as one of its own INVITE, within a call too")
    func hopByHop() throws {
        var site = Site(contactHost: "192.168.1.7")
        let first = try site.invite()
        let route = try #require(first.headers["Record-Route"])
        try site.answer(200, first)
        site.phone.sent = []
        func request(_ method: String, branch: String) throws -> String {
            try site.phone.request(method, to: "102", toTag: "b1", branch: branch, number: 50, headers: ["Route: \(route)"])
                .replacing("\(method) sip:102@10.0.0.1 ", with: "\(method) sip:bob@192.168.1.7:5060 ")
        }
        func reinvite(_ branch: String) throws -> SIPRequest {
            try site.phone.receive(try request("INVITE", branch: branch))
            defer { site.phone.sent = [] }
            return try #require(site.phone.sent.compactMap(\.request).first)
        }
        try site.answer(488, try reinvite("hold"))
        #expect(try site.phone.takeResponse().statusCode == 488)
        for _ in 0..<2 {
            try site.phone.receive(try request("ACK", branch: "hold"))
            #expect(site.phone.sent.isEmpty)
        }
        try site.phone.advance(by: .seconds(2))
        #expect(site.phone.sent.isEmpty, "acknowledged, it is not said again")

        let again = try reinvite("again")
        try site.answer(180, again)
        site.phone.sent = []
        try site.phone.receive(try request("CANCEL", branch: "again"))
        #expect(site.phone.sent.compactMap(\.response).map(\.statusCode) == [200])
        let cancel = try #require(site.phone.sent.compactMap(\.request).first)
        #expect(cancel.method == .cancel)
        #expect(try Via.list(cancel.headers) == Array(Via.list(again.headers).prefix(1)))
        try site.answer(200, cancel)
        try site.answer(487, again)
        #expect(try site.phone.takeResponse().statusCode == 487)
        try site.phone.receive(try request("ACK", branch: "again"))

        // Clients of RFC 2543 have no branch of their own for the ACK of a 2xx.
        try site.answer(200, try reinvite("resume"))
        site.phone.sent = []
        try site.phone.receive(try request("ACK", branch: "resume"))
        #expect(site.phone.sent.compactMap(\.request).map(\.method) == [.ack])
        try site.expectNothingLeft()
    }

    @Test("The way within a call leads to the phone whose contact it is, whoever else registers the same", arguments: [
        (SIPAccount.Owner.autoprov(deviceID: "d9"), true), (.autoprov(deviceID: "d9"), false), (.line(lineID: "l9", deviceID: "d9"), true),
        (.line(lineID: "l9", deviceID: "d9"), false),
    ])
    func claimedContact(owner: SIPAccount.Owner, isFirst: Bool) throws {
        for contactHost in ["192.168.1.7", nil] {
            var site = Site(contactHost: contactHost, isRegistered: !isFirst)
            let target = try #require(site.contacts.first?.contact)
            func register(_ sequence: UInt32) throws {
                let flow = SIPFlow(
                    transport: .udp, channel: 1, remote: SIPAddress(host: "10.0.0.99", port: 5060), local: site.phone.flow.local)
                let claim = RegistrarBindings.Binding(
                    account: SIPAccount(username: "mallory", password: "x", owner: owner), contact: target, flow: flow, remote: flow.remote,
                    transport: .udp, userAgent: nil, callID: "m", sequence: sequence, expiry: site.phone.now + .seconds(3_600))
                _ = try site.phone.server.bindings.update([claim], of: "mallory")
            }
            func found() -> String? { site.phone.server.bindings.binding(at: target)?.account.username }
            try register(1)
            if isFirst { try site.register() }
            #expect(found() == "bob")
            try register(2)
            #expect(found() == "bob", "a refresh changes nothing")
            _ = try site.phone.server.bindings.remove(of: "mallory", callID: "m", sequence: 3) { _ in true }
            #expect(found() == "bob", "nor does leaving")
        }
    }

    @Test("Among accounts that claim a place with equal right the first keeps it, through refreshes, until it leaves")
    func equalClaims() throws {
        var bindings = RegistrarBindings(perAccount: 4, maximumAccounts: 10)
        let remote = SIPAddress(host: "10.0.0.99", port: 5060), place = SIPURI(user: "desk", host: "192.168.1.7", port: 5060)
        var sequence: UInt32 = 0
        func register(_ username: String) throws {
            sequence += 1
            let account = SIPAccount(username: username, password: "x", owner: .line(lineID: username, deviceID: nil))
            let binding = RegistrarBindings.Binding(
                account: account, contact: place, flow: nil, remote: remote, transport: .udp, userAgent: nil, callID: username, sequence: sequence,
                expiry: .now + .seconds(3_600))
            _ = try bindings.update([binding], of: username)
        }
        for username in ["ann", "ben", "ann", "ben"] {
            try register(username)
            #expect(bindings.binding(at: place)?.account.username == "ann")
        }
        _ = try bindings.remove(of: "ann", callID: "ann", sequence: 9) { _ in true }
        #expect(bindings.binding(at: place)?.account.username == "ben")
        _ = try bindings.remove(of: "ben", callID: "ben", sequence: 9) { _ in true }
        #expect(bindings.binding(at: place) == nil)
    }

    @Test("What cannot be passed on is refused: too many hops, a loop, an unknown extension, nobody there")
    func refusals() throws {
        var site = Site()
        #expect(try site.call(replacing: "Max-Forwards: 70", with: "Max-Forwards: 0").statusCode == 483)
        #expect(try site.call(headers: ["Proxy-Require: foo"]).headers["Unsupported"] == "foo")
        site.phone.outcome = .forward(["nobody"])
        #expect(try site.call().statusCode == 480)
        site.phone.outcome = .forward([])
        #expect(try site.call().statusCode == 480)
    }

    @Test("A caller shows itself as its own account or as nobody: whoever is called can believe it", arguments: [
        ("From: <sip:boss@10.0.0.1>;tag=f1", 403), ("From: <tel:+33123456789>;tag=f1", 403), ("From: <sip:anonymous@evil.example>;tag=f1", 403),
        ("From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=f1", 100),
    ])
    func claimedName(from: String, status: Int) throws {
        var site = Site()
        let response = try site.call(replacing: "From: <sip:ap1@10.0.0.1>;tag=f1", with: from, takingRequests: true)
        #expect(response.statusCode == status)
        #expect(site.phone.reports.contains { if case .authenticationFailed(let failure) = $0 { failure.reason == .otherAccount } else { false } } == (status == 403))
    }

    @Test("Who it is, and what the other phone is to do by itself, a caller cannot say in other fields either")
    func untrustedFields() throws {
        let claims = [
            "P-Asserted-Identity: <sip:boss@10.0.0.1>", "Remote-Party-ID: <sip:boss@10.0.0.1>;party=calling", "P-Preferred-Identity: <sip:boss@10.0.0.1>",
            "Answer-Mode: Auto", "Call-Info: <http://10.0.0.1/x>;answer-after=0", "Alert-Info: <http://192.0.2.1/a.wav>",
        ]
        var site = Site()
        let invite = try site.invite(headers: claims + ["X-Kept: yes"])
        for claim in claims { #expect(invite.headers[String(claim.prefix { $0 != ":" })] == nil, "\(claim)") }
        #expect(invite.headers["X-Kept"] == "yes")
    }

    @Test("A way through the proxy that it did not give leads nowhere", arguments: ["provd", "provd-0", "provd-1y2p0ij32e8e7"])
    func strangersRoute(user: String) throws {
        var site = Site(contactHost: "192.168.1.7")
        for method in ["NOTIFY", "INVITE", "BYE", "MESSAGE"] {
            let text = try site.phone.request(method, to: "102", toTag: "guess", headers: ["Route: <sip:\(user)@10.0.0.1:5060;lr>", "Event: check-sync"])
                .replacing("\(method) sip:102@10.0.0.1 ", with: "\(method) sip:bob@192.168.1.7:5060 ")
            try site.phone.receive(text)
            #expect(site.phone.sent.compactMap(\.request).isEmpty, "\(method)")
            site.phone.sent = []
        }
    }

    @Test("Between TLS and UDP each side gets an address of its own kind, and what follows passes in both directions")
    func twoTransports() throws {
        var site = Site(contactHost: "192.168.1.7")
        let tls = SIPFlow(
            transport: .tls, channel: 7, remote: SIPAddress(host: "10.0.0.11", port: 50_000), local: SIPAddress(host: "10.0.0.1", port: 5061))
        let invite = try site.invite(over: tls)
        let routes = invite.headers.all("Record-Route").map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(routes.count == 2 && routes[0].hasSuffix("@10.0.0.1:5060;lr>") && routes[1].hasSuffix("@10.0.0.1:5061;transport=tls;lr>"))
        try site.answer(200, invite)
        // The caller's way is the other way round, in one field or in two.
        for headers in [["Route: \(routes[1])", "Route: \(routes[0])"], ["Route: \(routes[1]), \(routes[0]), <sip:other.example;lr>"]] {
            site.phone.sent = []
            try site.phone.receive(
                try site.phone.request("ACK", to: "102", toTag: "b1", headers: headers)
                    .replacing("ACK sip:102@10.0.0.1 ", with: "ACK sip:bob@192.168.1.7:5060 "), over: tls)
            let ack = try site.phone.takeRequest()
            #expect(ack.method == .ack && ack.headers.all("Route").map { String(decoding: $0.bytes, as: UTF8.self) } == (headers.count == 1 ? ["<sip:other.example;lr>"] : []))
        }
    }

    @Test("Above its bounds the proxy says so", arguments: [true, false])
    func bounds(lines: Bool) throws {
        var site = Site { if lines { $0.maximumRelayedLines = 0 } else { $0.maximumRelayedCalls = 0 } }
        let response = try site.call()
        #expect(response.statusCode == 503 && response.headers["Warning"]?.contains("connects calls of at most") == true)
        // The administrator is told too, once in a while.
        let told = site.phone.reports.filter { if case .outgrown = $0 { true } else { false } }
        #expect(told == [.outgrown(lines ? .lines(1, most: 0) : .calls(most: 0))])
    }
}

/// A caller, and the phones of the line 102.
private struct Site {
    var phone: ServerFixture
    private let flows: [SIPFlow]
    /// Where the phones are.
    let contacts: [RegistrarBindings.Binding]

    init(phones: Int = 1, contactHost: String? = nil, isRegistered: Bool = true, _ configure: (inout SIPEndpointConfiguration) -> Void = { _ in }) {
        phone = ServerFixture(configure)
        phone.account = SIPAccount(username: "ap1", password: "s3cret", owner: .line(lineID: "l1", deviceID: "d1"))
        phone.outcome = .forward(["bob"])
        let bob = SIPAccount(username: "bob", password: "x", owner: .line(lineID: "l2", deviceID: "d2"))
        var flows: [SIPFlow] = []
        var contacts: [RegistrarBindings.Binding] = []
        for number in 0..<phones {
            let flow = SIPFlow(
                transport: .udp, channel: 1, remote: SIPAddress(host: "10.0.0.1\(2 + number)", port: 5060), local: phone.flow.local)
            contacts.append(
                RegistrarBindings.Binding(
                    account: bob, contact: SIPURI(user: "bob", host: contactHost ?? flow.remote.host, port: 5060), flow: flow, remote: flow.remote,
                    transport: .udp, userAgent: nil, callID: "r\(number)", sequence: 1, expiry: phone.now + .seconds(3_600)))
            flows.append(flow)
        }
        self.flows = flows
        self.contacts = contacts
        if isRegistered { try? register() }
    }

    mutating func register() throws { _ = try phone.server.bindings.update(contacts, of: "bob") }

    /// - Parameter takingRequests: whether requests to the phones are expected.
    mutating func call(
        headers: [String] = [], replacing text: String = "", with other: String = "", takingRequests: Bool = false
    ) throws -> SIPResponse {
        let headers = headers + [ServerFixture.contact, "Content-Type: application/sdp"], body = ServerFixture.offer.replacing("\r\n", with: "\n")
        try phone.receive(try phone.request("INVITE", to: "102", headers: headers, body: body))
        let challenge = try phone.takeResponse()
        let invite = try phone.request("INVITE", to: "102", headers: headers, challenge: challenge, body: body)
        try phone.receive(text.isEmpty ? invite : invite.replacing(text, with: other))
        if takingRequests { phone.sent.removeAll { $0.request != nil } }
        return try phone.takeResponse()
    }

    /// The requests that reach the phones of the line.
    mutating func invites(headers: [String] = [], over flow: SIPFlow? = nil) throws -> [SIPRequest] {
        let headers = headers + [ServerFixture.contact, "Content-Type: application/sdp"], body = ServerFixture.offer.replacing("\r\n", with: "\n")
        try phone.receive(try phone.request("INVITE", to: "102", headers: headers, body: body), over: flow)
        let challenge = try phone.takeResponse()
        try phone.receive(try phone.request("INVITE", to: "102", branch: "call", headers: headers, challenge: challenge, body: body), over: flow)
        defer { phone.sent = [] }
        return phone.sent.compactMap(\.request)
    }

    mutating func invite(headers: [String] = [], over flow: SIPFlow? = nil) throws -> SIPRequest {
        try #require(try invites(headers: headers, over: flow).first)
    }

    /// A phone of the line answers.
    mutating func answer(_ status: Int, _ request: SIPRequest) throws {
        var response = SIPResponse(status, answering: request.headers, toTag: "b1")
        response.headers.append("Contact", "<\(request.uri)>")
        try phone.receive(String(decoding: response.encoded, as: UTF8.self).replacing("\r\n", with: "\n"), over: flows.first)
    }

    /// Requires that nothing is remembered once all timers have run out.
    mutating func expectNothingLeft() throws {
        try phone.advance(by: .seconds(400))
        #expect(phone.server.relayed.isEmpty && phone.server.clientTransactions.isEmpty && phone.server.serverTransactions.isEmpty)
    }
}
