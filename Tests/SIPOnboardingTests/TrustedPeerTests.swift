// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Proxies that name the sender of a request")
struct TrustedPeerTests {
    private let proxy = "10.0.0.2"

    private func connection(from host: String = "10.0.0.2", _ transport: SIPTransport = .tcp) -> SIPFlow {
        SIPFlow(
            transport: transport, channel: 7, remote: SIPAddress(host: host, port: 40_123), local: SIPAddress(host: "10.0.0.1", port: 5060))
    }

    private func fixture() -> ServerFixture { ServerFixture { $0.trustedPeers = ["10.0.0.2"] } }

    /// A call that a proxy passes on, as Kamailio writes it.
    private func call(
        _ test: inout ServerFixture, identity: String? = "<sip:ap1@pbx.example>", phone: String = "10.0.0.99:5062;received=192.0.2.7;rport=31000;branch=z9hG4bKp"
    ) throws -> String {
        let headers = (identity.map { ["P-Asserted-Identity: \($0)"] } ?? []) + [ServerFixture.contact, "Content-Type: application/sdp"]
        let text = try test.request("INVITE", to: "123456", headers: headers, body: ServerFixture.offer.replacing("\r\n", with: "\n"))
        let via = "Via: SIP/2.0/TCP \(proxy):5060;branch=z9hG4bKkam\nVia: SIP/2.0/UDP \(phone)"
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix("Via: ") ? via : String($0) }.joined(separator: "\n")
    }

    @Test("A call of a phone that a trusted proxy names is heard without a password, as from the phone's own address")
    func call() throws {
        var test = fixture()
        test.answersQuestions = false
        try test.receive(try call(&test), over: connection())
        guard case .account("ap1", _)? = test.questions.first else {
            Issue.record("\(test.questions)")
            return
        }
        try test.answer(test.questions.removeFirst())
        guard case .dialled(let call, _)? = test.questions.last else {
            Issue.record("\(test.questions)")
            return
        }
        #expect(call.digits == "123456" && call.account.username == "ap1")
        #expect(call.remote == SIPAddress(host: "192.0.2.7", port: 31_000))
        try test.answer(test.questions.removeLast())
        #expect(try test.takeResponse().statusCode == 200)
    }

    @Test("Others are asked for a password whatever they write: strangers, datagrams, and who asserts nothing or too much")
    func strangers() throws {
        for (flow, identity) in [
            (connection(from: "10.0.0.3"), "<sip:ap1@pbx.example>"), (connection(.udp), "<sip:ap1@pbx.example>"), (connection(), nil),
            (connection(), "<sip:ap1@pbx.example>, <sip:ap2@pbx.example>"), (connection(), "<tel:+331>"), (connection(), "<sip:pbx.example>"),
            (connection(), "<<<"),
        ] {
            var test = fixture()
            try test.receive(try call(&test, identity: identity), over: flow)
            #expect(try test.takeResponse().statusCode == 401, "\(flow) \(identity ?? "-")")
        }
        var none = ServerFixture()
        try none.receive(try call(&none), over: connection())
        #expect(try none.takeResponse().statusCode == 401)
    }

    @Test("An account that there is not is refused")
    func unknown() throws {
        var test = fixture()
        try test.receive(try call(&test, identity: "<sip:nobody@pbx.example>"), over: connection())
        #expect(try test.takeResponse().statusCode == 403)
    }

    @Test("A registration that a trusted proxy tells of is noted, and NOTIFY takes the way through the proxy")
    func registration() throws {
        var test = fixture()
        let text = try test.request(
            "REGISTER", headers: ["P-Asserted-Identity: <sip:ap1@pbx.example>", "Contact: <sip:ap1@10.0.0.2:5060>", "Expires: 600"])
        try test.receive(text, over: connection())
        #expect(try test.takeResponse().statusCode == 200)
        guard case .registered(let report)? = test.reports.last else {
            Issue.record("\(test.reports)")
            return
        }
        #expect(report.change == .first && report.account.username == "ap1")
        try test.perform(test.server.notify(1, account: "ap1", SIPNotification(event: "check-sync"), now: test.now))
        let request = try test.takeRequest()
        #expect(request.method == .notify && "\(request.uri)" == "sip:ap1@10.0.0.2:5060")
        #expect(test.flows.last?.remote == SIPAddress(host: "10.0.0.2", port: 40_123))
        // The proxy's connection ends; the way is then to the address of its contact.
        try test.perform(test.server.closed(7))
        try test.perform(test.server.notify(2, account: "ap1", SIPNotification(event: "check-sync"), now: test.now))
        #expect(test.flows.last?.remote == SIPAddress(host: "10.0.0.2", port: 5060) && test.flows.last?.transport == .udp)
    }

    @Test("A phone that proves itself through a trusted proxy is reached by the way that the proxy names")
    func path() throws {
        var test = fixture()
        let way = "<sip:10.0.0.2;lr;received=sip:192.0.2.7:31000>"
        func registered(_ text: String, _ branch: String) -> String {
            let via = "Via: SIP/2.0/TCP \(proxy):5060;branch=z9hG4bK\(branch)\nVia: SIP/2.0/UDP 10.0.0.99:5062;received=192.0.2.7;rport=31000;branch=z9hG4bKp"
            return text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.hasPrefix("Via: ") ? via : String($0) }.joined(separator: "\n")
        }
        let headers = ["Contact: <sip:ap1@10.0.0.99:5062>", "Path: \(way)", "Supported: path"]
        try test.receive(registered(try test.request("REGISTER", headers: headers), "first"), over: connection())
        let challenge = try test.takeResponse()
        #expect(challenge.statusCode == 401)
        try test.receive(registered(try test.request("REGISTER", headers: headers, challenge: challenge), "second"), over: connection())
        let response = try test.takeResponse()
        #expect(response.statusCode == 200 && response.headers["Path"] == way)
        guard case .registered(let report)? = test.reports.last else {
            Issue.record("\(test.reports)")
            return
        }
        #expect(report.remote == SIPAddress(host: "192.0.2.7", port: 31_000))
        try test.perform(test.server.notify(1, account: "ap1", SIPNotification(event: "check-sync"), now: test.now))
        let request = try test.takeRequest()
        #expect("\(request.uri)" == "sip:ap1@10.0.0.99:5062" && request.headers["Route"] == way)
        #expect(test.flows.last?.remote == SIPAddress(host: "10.0.0.2", port: 40_123))
    }

    @Test("A way that somebody else names is not taken: NOTIFY would go wherever it says")
    func foreignPath() throws {
        var test = fixture()
        let response = try test.authenticated("REGISTER", headers: [ServerFixture.contact, "Path: <sip:203.0.113.9;lr>"])
        #expect(response.statusCode == 200 && response.headers["Path"] == nil)
        try test.perform(test.server.notify(1, account: "ap1", SIPNotification(event: "check-sync"), now: test.now))
        #expect(try test.takeRequest().headers["Route"] == nil)
    }

    @Test("A proxy cannot register one account in the name of another")
    func otherAccount() throws {
        var test = fixture()
        let text = try test.request(
            "REGISTER", headers: ["P-Asserted-Identity: <sip:ap1@pbx.example>", "Contact: <sip:x@10.0.0.2:5060>"], username: "ap2")
        try test.receive(text, over: connection())
        #expect(try test.takeResponse().statusCode == 403)
    }
}
