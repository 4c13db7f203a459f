// SPDX-License-Identifier: GPL-3.0-or-later

import AsteriskWire
import Testing

@Suite("AMI")
struct AMITests {
    private func elements(_ text: String) throws -> [AMIReader.Element] {
        var reader = AMIReader()
        reader.append(text.utf8)
        var elements: [AMIReader.Element] = []
        while let element = try reader.next() { elements.append(element) }
        return elements
    }

    private func messages(_ text: String) throws -> [AMIMessage] {
        try elements(text).compactMap { if case .message(let message) = $0 { message } else { nil } }
    }

    @Test("what an Asterisk said is read: its greeting, responses, a list, a command's output")
    func recording() throws {
        let said = try Recording("ami").said(by: .asterisk, in: 1)
        let read = try elements(said)
        #expect(read.first == .greeting(version: "9.0.0"))
        let messages = try messages(said)
        #expect(messages[1]["Ping"] == "Pong")
        #expect(messages.filter { $0.event == "EndpointList" }.map { $0["ObjectName"] } == ["101", "102", "103"])
        #expect(messages.first { $0["ActionID"] == "7" }?.all("Output") == ["Dialplan reloaded."])
        #expect(messages.last?["Response"] == "Goodbye")
    }

    @Test("actions are written as the Asterisk took them")
    func actions() throws {
        let said = try Recording("ami").said(by: .client, in: 1)
        let ours: [(AMIMessage, String)] = [
            (AMIMessage(action: "Ping"), "1"), (.notify(endpoint: "101", headers: [("Event", "check-sync;reboot=true")]), "2"),
            (.notify(endpoint: "nosuch", headers: [("Event", "check-sync")]), "3"),
            (.notify(uri: "sip:anonymous@10.77.0.11:5062", headers: [("Event", "check-sync")]), "4"), (.reload(module: "res_pjsip.so"), "8"),
        ]
        for (action, id) in ours { #expect(said.contains(String(decoding: try action.numbered(id).encoded, as: UTF8.self))) }
    }

    @Test("what was read is written again as it was")
    func roundTrip() throws {
        for conversation in 0...1 {
            let recording = try Recording("ami")
            let greeting = "Asterisk Call Manager/9.0.0\r\n"
            for speaker in [Recording.Speaker.asterisk, .client] {
                let said = (speaker == .client ? greeting : "") + recording.said(by: speaker, in: conversation)
                let written = try messages(said).map { String(decoding: try $0.encoded, as: UTF8.self) }.joined()
                #expect(greeting + written == said)
            }
        }
    }

    @Test("a line break in a value is refused, not sent as another line")
    func lineBreaks() {
        #expect(throws: AsteriskWireError.lineBreak(field: "Endpoint")) {
            try AMIMessage.notify(endpoint: "101\r\nAction: Command", headers: []).encoded
        }
    }

    @Test("names are found whatever their case; a line without a colon is output")
    func fields() throws {
        let message = try #require(try messages("Asterisk Call Manager/1.1\r\n\r\nResponse: Follows\r\nPrivilege:Command\r\nno colon\r\n\r\n\r\n").first)
        #expect(message["privilege"] == "Command")
        #expect(message.all("output") == ["no colon"])
    }

    @Test("what does not greet like a manager is refused, and so is what has no end")
    func garbage() {
        #expect(throws: AsteriskWireError.noGreeting("SSH-2.0-OpenSSH_9.2")) { try elements("SSH-2.0-OpenSSH_9.2\r\n") }
        #expect(throws: AsteriskWireError.lineTooLong(limit: 16_384)) { try elements(String(repeating: "x", count: 20_000)) }
        let endless = "Asterisk Call Manager/9.0.0\r\n" + String(repeating: "A: b\r\n", count: 30_000)
        #expect(throws: AsteriskWireError.tooManyLines(limit: 20_000)) { try elements(endless) }
    }

    @Test("bytes one by one give the same as all at once")
    func pieces() throws {
        let said = try Recording("ami").said(by: .asterisk, in: 1)
        var reader = AMIReader(), read: [AMIReader.Element] = []
        for byte in said.utf8 {
            reader.append([byte])
            while let element = try reader.next() { read.append(element) }
        }
        #expect(try read == elements(said))
    }

    @Test("random bytes do not crash the reader or the conversation", arguments: 0..<200)
    func random(seed: Int) {
        var reader = AMIReader(), conversation = AMIConversation(.init(username: "provd"))
        let now = ContinuousClock.now
        conversation.connected(now: now)
        reader.append("Asterisk Call Manager/9.0.0\r\n".utf8)
        reader.append(randomBytes(2_000, seed: UInt64(seed) + 1))
        while let element = try? reader.next() { _ = conversation.receive(element, now: now) }
    }

    @Test("contacts are told by events and lists")
    func contacts() throws {
        let status = AMIMessage([
            .init("Event", "ContactStatus"), .init("Privilege", "system,all"), .init("URI", "sip:101@10.77.0.11:5062"),
            .init("ContactStatus", "Removed"), .init("AOR", "101"), .init("EndpointName", "101"),
        ])
        let gone = try #require(AMIContact(status))
        #expect(gone.isRemoved && gone.endpoint == "101" && gone.uri == "sip:101@10.77.0.11:5062")
        let listed = AMIMessage([
            .init("Event", "ContactList"), .init("Endpoint", "101"), .init("Uri", "sip:101@10.77.0.11:5062"), .init("ExpirationTime", "1795392451"),
        ])
        #expect(AMIContact(listed)?.expires == 1_795_392_451)
        #expect(AMIContact(AMIMessage([.init("Event", "Hangup"), .init("Endpoint", "x"), .init("Uri", "y")])) == nil)
    }
}
