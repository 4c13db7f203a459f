// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

@testable import SIPOnboarding

/// A ``SIPServer`` with a clock that the test moves, and a phone that talks to it.
struct ServerFixture {
    var server: SIPServer
    var now = ContinuousClock.now
    let flow = SIPFlow(
        transport: .udp, channel: 1, remote: SIPAddress(host: "10.0.0.11", port: 5060), local: SIPAddress(host: "10.0.0.1", port: 5060))
    var account = SIPAccount(username: "ap1", password: "s3cret", owner: .autoprov(deviceID: "d1"))

    /// What was sent and told since the test last looked.
    var sent: [SIPMessage] = []
    /// Where each message went, in order; never cleared.
    var flows: [SIPFlow] = []
    var reports: [SIPServer.Report] = []
    var outcomes: [NotifyOutcome] = []

    /// What the use case says about dialled digits.
    var outcome = DialOutcome.accepted(CallAnswer())

    /// What it says about the keys that answer a question.
    var answerToKeys = DialOutcome.accepted(CallAnswer())
    var entered: [String] = []

    /// The port of calls' audio; `nil` if there is none.
    var mediaPort: UInt16? = 40_000
    var media: [SIPServer.Effect] = []

    /// Questions are answered at once unless the test wants to be asked.
    var answersQuestions = true
    var questions: [SIPServer.Question] = []

    init(_ configure: (inout SIPEndpointConfiguration) -> Void = { _ in }) {
        var configuration = SIPEndpointConfiguration(listeners: [])
        configure(&configuration)
        server = SIPServer(configuration, now: now)
        server.udpSockets[1] = flow.local
    }

    mutating func receive(_ text: String, over flow: SIPFlow? = nil) throws {
        let bytes = Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8)
        let message: SIPMessage
        do throws(SIPParseError) {
            message = try SIPMessage(datagram: bytes)
        } catch {
            try perform(server.receive(error, on: flow ?? self.flow))
            return
        }
        try perform(server.receive(message, on: flow ?? self.flow, now: now))
    }

    mutating func advance(by duration: Duration) throws {
        let end = now + duration
        // In the order of time, as the endpoint's loop does.
        while let next = server.timers.next, next <= end {
            now = max(now, next)
            try perform(server.advance(to: now))
        }
        now = end
    }

    mutating func perform(_ effects: [SIPServer.Effect]) throws {
        for effect in effects {
            switch effect {
            case .send(let bytes, let flow):
                sent.append(try SIPMessage(datagram: bytes))
                flows.append(flow)
            case .report(let report): reports.append(report)
            case .notified(_, let outcome): outcomes.append(outcome)
            case .openMedia(let id, _):
                media.append(effect)
                try perform(server.mediaOpened(id, port: mediaPort, now: now))
            case .play, .silence, .closeMedia: media.append(effect)
            case .ask(let question):
                questions.append(question)
                if answersQuestions { try answer(question) }
            }
        }
    }

    mutating func answer(_ question: SIPServer.Question) throws {
        switch question {
        case .account(let name, let key): try perform(server.found(name == account.username ? account : nil, for: key, now: now))
        case .dialled(let call, let key): try perform(server.decided(outcome, for: call, key, now: now))
        case .entered(let digits, _, let call):
            entered.append(digits)
            try perform(server.decided(answerToKeys, within: call, now: now))
        }
    }

    /// The last response, which is taken out.
    mutating func takeResponse() throws -> SIPResponse {
        guard case .response(let response)? = sent.popLast() else { throw UnexpectedMessage() }
        sent = []
        return response
    }

    /// The last request, which is taken out.
    mutating func takeRequest() throws -> SIPRequest {
        guard case .request(let request)? = sent.popLast() else { throw UnexpectedMessage() }
        sent = []
        return request
    }

    struct UnexpectedMessage: Error {}

    // MARK: - What the phone says

    private var number = 0

    mutating func request(
        _ method: String, to user: String? = nil, toTag: String = "", branch: String? = nil, callID: String = "c1", number: Int? = nil,
        headers: [String] = [], password: String? = nil, username: String = "ap1", challenge: SIPResponse? = nil, body: String = ""
    ) throws -> String {
        self.number += 1
        let uri = user.map { "sip:\($0)@10.0.0.1" } ?? "sip:10.0.0.1"
        var lines = [
            "\(method) \(uri) SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.11:5060;branch=z9hG4bK\(branch ?? "b\(self.number)")", "Max-Forwards: 70",
            "From: <sip:\(username)@10.0.0.1>;tag=f1", "To: <sip:\(user ?? username)@10.0.0.1>\(toTag.isEmpty ? "" : ";tag=\(toTag)")",
            "Call-ID: \(callID)", "CSeq: \(number ?? self.number) \(method)", "User-Agent: Yealink SIP-T46S 66.86.0.15",
        ]
        lines += headers
        if let challenge {
            let header = try #require(challenge.headers.all("WWW-Authenticate").last)
            let credentials = DigestCredentials(
                answering: try #require(try DigestChallenge(header)), secret: DigestSecret(username: username, password: password ?? account.password),
                method: SIPMethod(rawValue: method), uri: uri, protection: .init(nonceCount: UInt32(self.number), clientNonce: "c"))
            lines.append("Authorization: \(credentials)")
        }
        return (lines + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\n")
    }

    /// Sends a request, answers the challenge, and gives the final response.
    mutating func authenticated(
        _ method: String, to user: String? = nil, branch: String? = nil, headers: [String] = [], password: String? = nil, username: String = "ap1",
        body: String = ""
    ) throws -> SIPResponse {
        try receive(try request(method, to: user, headers: headers, username: username, body: body))
        let challenge = try takeResponse()
        #expect(challenge.statusCode == 401)
        try receive(
            try request(
                method, to: user, branch: branch, headers: headers, password: password, username: username, challenge: challenge, body: body))
        return try takeResponse()
    }

    static let contact = "Contact: <sip:ap1@10.0.0.11:5060>"

    static let offer = """
        v=0\r
        o=- 1 1 IN IP4 10.0.0.11\r
        s=-\r
        c=IN IP4 10.0.0.11\r
        t=0 0\r
        m=audio 11780 RTP/AVP 9 8 0 101\r
        a=rtpmap:9 G722/8000\r
        a=rtpmap:101 telephone-event/8000\r
        a=sendrecv\r

        """

    mutating func call(_ code: String, branch: String = "call") throws -> SIPResponse {
        try authenticated(
            "INVITE", to: code, branch: branch, headers: [Self.contact, "Content-Type: application/sdp"],
            body: Self.offer.replacing("\r\n", with: "\n"))
    }
}
