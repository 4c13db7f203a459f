// SPDX-License-Identifier: GPL-3.0-or-later

import RTP
import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Calls that are spoken to")
struct SpeechTests {
    private let welcome = Announcement(.assigned, .init(number: "101"))

    @Test("An accepted call is answered with audio, hears its words after the ACK, and ends after the last")
    func accepted() throws {
        var phone = ServerFixture()
        phone.outcome = .accepted(CallAnswer(speech: CallSpeech(welcome)))
        let (ok, tag) = try answered(&phone)
        let sdp = String(decoding: ok.body, as: UTF8.self)
        #expect(sdp.contains("m=audio 40000 RTP/AVP 8 101\r\n") && sdp.contains("a=sendrecv\r\n"))
        guard case .openMedia(let id, let request) = phone.media.first else { throw ServerFixture.UnexpectedMessage() }
        #expect(request.remote == SIPAddress(host: "10.0.0.11", port: 11_780) && request.encoding == .aLaw && request.telephoneEvents == 101)
        #expect(phone.media.count == 1, "nothing is said before the ACK")
        try phone.receive(try phone.request("ACK", to: "1234", toTag: tag, number: 2))
        #expect(phone.media.last == .play(id, welcome))
        try phone.perform(phone.server.finishedSpeaking(id, now: phone.now))
        try phone.advance(by: .milliseconds(1))
        let bye = try phone.takeRequest()
        #expect(bye.method == .bye && bye.headers["Reason"] == nil)
        try phone.receive(response(200, to: bye))
        #expect(phone.media.last == .closeMedia(id) && phone.ends == [.hungUpByServer])
        #expect(phone.server.calls.isEmpty && phone.server.spoken.isEmpty && phone.server.unanswered.isEmpty)
    }

    @Test("A refused call hears why, and the BYE says it too; nothing follows from it")
    func refused() throws {
        var phone = ServerFixture()
        phone.outcome = .refused(.unknownCode, speech: CallSpeech(Announcement(.unknownCode)))
        let id = try spokenCall(&phone)
        try phone.perform(phone.server.finishedSpeaking(id, now: phone.now))
        try phone.advance(by: .milliseconds(1))
        let bye = try phone.takeRequest()
        #expect(bye.headers["Reason"]?.hasPrefix("SIP;cause=404;") == true)
        try phone.receive(response(200, to: bye))
        #expect(phone.ends.isEmpty)
    }

    @Test("As early media a refusal is heard before its status")
    func early() throws {
        var phone = ServerFixture()
        phone.outcome = .refused(.usedCode, speech: CallSpeech(Announcement(.usedCode), .early))
        let progress = try phone.call("1234")
        #expect(progress.statusCode == 183 && String(decoding: progress.body, as: UTF8.self).contains("m=audio 40000 "))
        guard case .play(let id, _) = phone.media.last else { throw ServerFixture.UnexpectedMessage() }
        try phone.perform(phone.server.finishedSpeaking(id, now: phone.now))
        #expect(try phone.takeResponse().statusCode == 410)
        #expect(phone.media.last == .closeMedia(id))
    }

    @Test("As early media good news is heard, and then the call is answered and ends")
    func earlyAccepted() throws {
        var phone = ServerFixture()
        phone.outcome = .accepted(CallAnswer(speech: CallSpeech(welcome, .early)))
        #expect(try phone.call("1234").statusCode == 183)
        try phone.perform(phone.server.finishedSpeaking(1, now: phone.now))
        let ok = try phone.takeResponse()
        #expect(ok.statusCode == 200)
        try phone.receive(try phone.request("ACK", to: "1234", toTag: try Self.tag(ok), number: 2))
        try phone.advance(by: .milliseconds(1))
        try phone.receive(response(200, to: try phone.takeRequest()))
        #expect(phone.ends == [.hungUpByServer] && phone.media.last == .closeMedia(1))
    }

    @Test("Whoever hangs up during early media hears no more, and what was done is followed up")
    func cancelled() throws {
        var phone = ServerFixture()
        phone.outcome = .accepted(CallAnswer(speech: CallSpeech(welcome, .early)))
        _ = try phone.call("1234", branch: "x")
        try phone.receive(try phone.request("CANCEL", to: "1234", branch: "x", number: 2))
        #expect(try phone.takeResponse().statusCode == 487)
        #expect(phone.media.last == .closeMedia(1) && phone.ends == [.cancelled] && phone.server.unanswered.isEmpty)
    }

    @Test("Without a port, without room or on hold the call goes on in silence")
    func silent() throws {
        var phone = ServerFixture()
        phone.outcome = .accepted(CallAnswer(speech: CallSpeech(welcome)))
        phone.mediaPort = nil
        #expect(String(decoding: try phone.call("1234").body, as: UTF8.self).contains("a=inactive"))
        var full = ServerFixture { $0.maximumSpokenCalls = 0 }
        full.outcome = phone.outcome
        #expect(try full.call("1234").statusCode == 200)
        #expect(full.media.isEmpty)
        let held = try #require(SDPAnswer(offer: Array("v=0\nc=IN IP4 10.0.0.11\nm=audio 4000 RTP/AVP 0\na=sendonly\n".utf8)))
        #expect(!held.hearsSpeech && held.text(host: "h", isIPv6: false, id: 1, port: 2).contains("a=recvonly"))
    }

    // MARK: - Keys

    private let question = CallQuestion(Announcement(.enterCode), for: .code, maximumDigits: 6)

    @Test("Keys answer a question: by # or when they are enough, and the first of them breaks the question off")
    func keys() throws {
        var phone = ServerFixture()
        phone.outcome = .question(question)
        phone.answerToKeys = .accepted(CallAnswer(speech: CallSpeech(welcome)))
        let id = try spokenCall(&phone)
        for key in "12#" { try phone.perform(phone.server.pressed(key, in: id, by: .events, now: phone.now)) }
        #expect(phone.entered == ["12"])
        #expect(phone.media.suffix(3) == [.silence(id), .silence(id), .play(id, welcome)])
        // Keys after the answer say nothing.
        try phone.perform(phone.server.pressed("1", in: id, by: .events, now: phone.now))
        try phone.receive(try phone.request("BYE", to: "1234", toTag: try #require(phone.server.calls.keys.first?.localTag)))
        #expect(phone.ends == [.hungUpByPhone] && phone.media.last == .closeMedia(id))
    }

    @Test("When no key comes for a while, what was pressed is the answer")
    func timeout() throws {
        var phone = ServerFixture()
        phone.outcome = .question(question)
        phone.answerToKeys = .refused(.unknownCode, speech: CallSpeech(Announcement(.unknownCode)))
        let id = try spokenCall(&phone)
        try phone.perform(phone.server.finishedSpeaking(id, now: phone.now))
        try phone.advance(by: .seconds(9))
        try phone.perform(phone.server.pressed("7", in: id, by: .events, now: phone.now))
        try phone.advance(by: .seconds(9))
        #expect(phone.entered.isEmpty)
        try phone.advance(by: .seconds(2))
        #expect(phone.entered == ["7"])
        #expect(phone.media.last == .play(id, Announcement(.unknownCode)))
    }

    @Test(
        "SIP INFO carries keys in two notations, each request once",
        arguments: [("application/dtmf-relay", "Signal=5\nDuration=160\n", "5"), ("application/dtmf", "*", "*"), ("application/dtmf-relay", "Signal= 11\n", "#")])
    func info(type: String, body: String, key: String) throws {
        var phone = ServerFixture()
        phone.outcome = .question(CallQuestion(Announcement(.enterCode), for: .code, maximumDigits: 2))
        let id = try spokenCall(&phone)
        let tag = try #require(phone.server.calls.keys.first?.localTag)
        let info = try phone.request("INFO", to: "1234", toTag: tag, headers: ["Content-Type: \(type)"], body: body)
        try phone.receive(info)
        #expect(try phone.takeResponse().statusCode == 200)
        try phone.receive(info)
        // The same key once more by RTP does not count: the call's keys come by INFO.
        try phone.perform(phone.server.pressed("5", in: id, by: .events, now: phone.now))
        if key != "#" { try phone.receive(try phone.request("INFO", to: "1234", toTag: tag, headers: ["Content-Type: \(type)"], body: body)) }
        #expect(phone.entered == [key == "#" ? "" : key + key])
        try phone.receive(try phone.request("INFO", to: "1234", toTag: tag, headers: ["Content-Type: text/plain"], body: "5"))
        #expect(try phone.takeResponse().statusCode == 415)
    }

    @Test("A key by SIP INFO waits while all transactions are taken")
    func infoOverload() throws {
        var phone = ServerFixture { $0.maximumTransactions = 1 }
        phone.outcome = .question(CallQuestion(Announcement(.enterCode), for: .code, maximumDigits: 1))
        _ = try spokenCall(&phone)
        let tag = try #require(phone.server.calls.keys.first?.localTag)
        func press() throws -> Int {
            try phone.receive(try phone.request("INFO", to: "1234", toTag: tag, headers: ["Content-Type: application/dtmf"], body: "5"))
            return try phone.takeResponse().statusCode
        }
        #expect(try press() == 503)
        #expect(phone.server.serverTransactions.count == 1 && phone.entered.isEmpty)
        phone.server.serverTransactions = [:]
        #expect(try press() == 200)
        #expect(phone.entered == ["5"])
    }

    // MARK: - Small things

    private func answered(_ phone: inout ServerFixture) throws -> (SIPResponse, tag: String) {
        let ok = try phone.call("1234")
        #expect(ok.statusCode == 200)
        return (ok, try Self.tag(ok))
    }

    /// A call whose answer was acknowledged.
    private func spokenCall(_ phone: inout ServerFixture) throws -> UInt64 {
        let (_, tag) = try answered(&phone)
        try phone.receive(try phone.request("ACK", to: "1234", toTag: tag, number: 2))
        guard case .play(let id, _) = phone.media.last else { throw ServerFixture.UnexpectedMessage() }
        return id
    }

    private static func tag(_ response: SIPResponse) throws -> String {
        try #require(try NameAddr(SIPHeader("To", response.headers["To"] ?? "")).tag)
    }
}
