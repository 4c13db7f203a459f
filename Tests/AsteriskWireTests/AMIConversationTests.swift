// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import Testing

/// A conversation and the Asterisk at its other end, which says what the test tells it to say.
private struct Line {
    var conversation: AMIConversation
    var now = ContinuousClock.now

    init(_ change: (inout AMIConversation.Settings) -> Void = { _ in }) {
        var settings = AMIConversation.Settings(username: "provd")
        change(&settings)
        conversation = AMIConversation(settings)
    }

    mutating func hear(_ fields: KeyValuePairs<String, String>) -> [AMIConversation.Effect] {
        conversation.receive(.message(AMIMessage(fields.map { .init($0.key, $0.value) })), now: now)
    }

    mutating func wait(_ duration: Duration) -> [AMIConversation.Effect] {
        now += duration
        return conversation.advance(to: now)
    }

    /// Connects and logs in.
    mutating func logIn() -> [AMIConversation.Effect] {
        conversation.connected(now: now)
        let first = sent(conversation.receive(.greeting(version: "9.0.0"), now: now))
        #expect(first == ["Action: Challenge\r\nActionID: \(id(first))\r\nAuthType: MD5\r\n\r\n"])
        #expect(hear(["Response": "Success", "ActionID": id(first), "Challenge": "157180596"]) == [.answerChallenge("157180596")])
        let second = sent(conversation.logIn(key: "0123", now: now))
        #expect(second == ["Action: Login\r\nActionID: \(id(second))\r\nAuthType: MD5\r\nUsername: provd\r\nKey: 0123\r\nEvents: system\r\n\r\n"])
        return hear(["Response": "Success", "ActionID": id(second), "Message": "Authentication accepted"])
    }
}

private func sent(_ effects: [AMIConversation.Effect]) -> [String] {
    effects.compactMap { if case .send(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { nil } }
}

private func id(_ sent: [String]) -> String {
    sent.first?.split(separator: "\r\n").first { $0.hasPrefix("ActionID: ") }.map { String($0.dropFirst(10)) } ?? "none"
}

@Suite("AMI conversation")
struct AMIConversationTests {
    @Test("it logs in without sending its secret, and is ready then")
    func login() {
        var line = Line()
        #expect(line.logIn() == [.ready])
        #expect(line.conversation.isReady)
    }

    @Test("a refused login closes the connection with Asterisk's words")
    func refused() throws {
        // What the Asterisk said to a wrong secret.
        let recorded = try Recording("ami").said(by: .asterisk, in: 0)
        #expect(recorded.hasSuffix("Message: Authentication failed\r\n\r\n"))
        var line = Line()
        line.conversation.connected(now: line.now)
        let challenge = sent(line.conversation.receive(.greeting(version: "9.0.0"), now: line.now))
        _ = line.hear(["Response": "Success", "ActionID": id(challenge), "Challenge": "1"])
        let login = sent(line.conversation.logIn(key: "wrong", now: line.now))
        let effects = line.hear(["Response": "Error", "ActionID": id(login), "Message": "Authentication failed"])
        #expect(effects == [.close(.refused("Authentication failed"))])
    }

    @Test("actions wait for the connection and are answered by number, in whatever order")
    func actions() {
        var line = Line()
        let (first, none) = line.conversation.submit(.notify(endpoint: "101", headers: [("Event", "check-sync")]), now: line.now)
        #expect(none.isEmpty)
        let effects = line.logIn()
        #expect(effects.first == .ready && sent(effects).count == 1)
        let (second, _) = line.conversation.submit(AMIMessage(action: "CoreStatus"), now: line.now)
        let answer = AMIMessage([.init("Response", "Success"), .init("ActionID", "\(second)")])
        #expect(line.conversation.receive(.message(answer), now: line.now) == [.finished(second, .answered(answer, list: []))])
        let refusal = AMIMessage([.init("Response", "Error"), .init("ActionID", "\(first)"), .init("Message", "Unable to retrieve endpoint 101")])
        #expect(line.conversation.receive(.message(refusal), now: line.now) == [.finished(first, .answered(refusal, list: []))])
        // A second answer to the same action means nothing.
        #expect(line.conversation.receive(.message(refusal), now: line.now).isEmpty)
    }

    @Test("a list is one answer, as an Asterisk gave it")
    func list() throws {
        var reader = AMIReader()
        reader.append(try Recording("ami").said(by: .asterisk, in: 1).utf8)
        var line = Line()
        _ = line.logIn()
        var number: UInt64 = 0
        // The list of the recording has the number 6.
        while number < 6 { number = line.conversation.submit(AMIMessage(action: "PJSIPShowEndpoints"), now: line.now).id }
        var answers: [AMIConversation.Effect] = []
        while let element = try reader.next() {
            if case .message(let message) = element, message["ActionID"] == "6" { answers += line.conversation.receive(element, now: line.now) }
        }
        guard case .finished(6, .answered(let response, let list)) = answers.first, answers.count == 1 else {
            Issue.record("\(answers)")
            return
        }
        #expect(response.isSuccess)
        #expect(list.map { $0["ObjectName"] } == ["101", "102", "103"])
    }

    @Test("events are told once it is logged in")
    func events() {
        var line = Line()
        _ = line.logIn()
        let event = AMIMessage([.init("Event", "ContactStatus"), .init("EndpointName", "101")])
        #expect(line.conversation.receive(.message(event), now: line.now) == [.event(event)])
    }

    @Test("silence is asked about, and ends the connection if it goes on")
    func keepAlive() {
        var line = Line()
        _ = line.logIn()
        #expect(line.wait(.seconds(19)).isEmpty)
        let ping = sent(line.wait(.seconds(1)))
        #expect(ping.first?.hasPrefix("Action: Ping\r\n") == true)
        #expect(line.hear(["Response": "Success", "ActionID": id(ping), "Ping": "Pong"]).isEmpty)
        #expect(line.wait(.seconds(19)).isEmpty)
        #expect(!sent(line.wait(.seconds(1))).isEmpty)
        #expect(line.wait(.seconds(30)) == [.close(.silent)])
    }

    @Test("whoever connects and does not greet is left")
    func silentGreeting() {
        var line = Line()
        line.conversation.connected(now: line.now)
        #expect(line.wait(.seconds(30)) == [.close(.silent)])
    }

    @Test("what was sent on a connection that ended is over; what was not is sent on the next")
    func reconnect() {
        var line = Line()
        _ = line.logIn()
        let (lost, _) = line.conversation.submit(AMIMessage(action: "A"), now: line.now)
        #expect(line.conversation.disconnected() == [.finished(lost, .notConnected)])
        let (kept, _) = line.conversation.submit(AMIMessage(action: "B"), now: line.now)
        #expect(sent(line.logIn()).first?.hasPrefix("Action: B\r\nActionID: \(kept)\r\n") == true)
    }

    @Test("actions do not wait for ever, nor in any number")
    func bounds() {
        var line = Line { $0.maximumWaiting = 2 }
        let (first, _) = line.conversation.submit(AMIMessage(action: "A"), now: line.now)
        let (second, _) = line.conversation.submit(AMIMessage(action: "B"), now: line.now)
        let (third, effects) = line.conversation.submit(AMIMessage(action: "C"), now: line.now)
        #expect(effects == [.finished(third, .overloaded)])
        #expect(line.wait(.seconds(10)) == [.finished(first, .notConnected), .finished(second, .notConnected)])
        _ = line.logIn()
        let (late, _) = line.conversation.submit(AMIMessage(action: "D"), now: line.now)
        #expect(line.wait(.seconds(30)).contains(.finished(late, .noAnswer)))
    }

    @Test("an action that cannot be written is over at once")
    func unsendable() {
        var line = Line()
        _ = line.logIn()
        let (id, effects) = line.conversation.submit(.notify(endpoint: "1\n2", headers: []), now: line.now)
        #expect(effects == [.finished(id, .unsendable(.lineBreak(field: "Endpoint")))])
    }
}
