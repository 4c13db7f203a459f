// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import Provisioning
import SIPWire
import Testing

@testable import SIPPlugAndPlay

@Suite("SIP plug and play")
struct PlugAndPlayTests {
    private let phone = PlugAndPlayPeer(address: IPv4Address(10, 77, 0, 11), port: 5062)
    private let local = PlugAndPlayPeer(address: IPv4Address(10, 77, 0, 1), port: 40_000)
    private let url = "http://10.77.0.1:8667"

    /// A question as a Yealink phone asks it.
    private func question(
        event: String = #"ua-profile;profile-type="device";vendor="Yealink";model="SIP-T46S";version="66.86.0.15""#,
        user: String = "MAC%3a0015650ABB01", method: String = "SUBSCRIBE"
    ) -> [UInt8] {
        let lines = [
            "\(method) sip:\(user)@224.0.1.75 SIP/2.0", "Via: SIP/2.0/UDP 10.77.0.11:5062;branch=z9hG4bK1;rport",
            "From: <sip:\(user)@224.0.1.75>;tag=42", "To: <sip:\(user)@224.0.1.75>", "Call-ID: 1@10.77.0.11", "CSeq: 1 \(method)",
            "Contact: <sip:\(user)@10.77.0.11:5062>", "Max-Forwards: 70", "User-Agent: Yealink SIP-T46S 66.86.0.15", "Expires: 0",
            "Event: \(event)", "Accept: application/url", "Content-Length: 0", "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private func subscription() throws -> PlugAndPlaySubscription {
        try #require(PlugAndPlaySubscription(datagram: question(), from: phone))
    }

    @Test("An address that this machine does not have, or a group that cannot be joined, is told and opens nothing")
    func unopened() async {
        let foreign = await #expect(throws: PlugAndPlayError.self) {
            try await PlugAndPlaySockets.open(on: IPv4Address(192, 0, 2, 1), port: 0)
        }
        #expect(foreign?.description.contains("no interface of this machine has it") == true)
        await #expect(throws: PlugAndPlayError.self) {
            try await PlugAndPlaySockets.open(group: IPv4Address(127, 0, 0, 1), on: IPv4Address(127, 0, 0, 1), port: 0)
        }
    }

    private func machine() -> PlugAndPlayMachine { PlugAndPlayMachine(local: local, makeToken: { "token" }) }

    private func message(_ datagram: PlugAndPlayMachine.Datagram) throws -> SIPMessage { try SIPMessage(datagram: datagram.bytes) }

    @Test("A phone's question says who it is")
    func question() throws {
        let asked = try subscription().phone
        #expect(asked.mac.description == "00:15:65:0a:bb:01" && asked.address == phone.address)
        #expect(asked.vendor == "Yealink" && asked.model == "SIP-T46S" && asked.version == "66.86.0.15")
        #expect(asked.userAgent == "Yealink SIP-T46S 66.86.0.15")
    }

    @Test("Other events, methods and names are not for us, and no prefix of a question crashes")
    func others() {
        for bytes in [
            question(event: "message-summary"), question(user: "alice"), question(user: "MAC%3affffffffffff"), question(method: "OPTIONS"), [],
        ] {
            #expect(PlugAndPlaySubscription(datagram: bytes, from: phone) == nil)
        }
        for length in 0..<question().count { _ = PlugAndPlaySubscription(datagram: Array(question().prefix(length)), from: phone) }
        for event in ["ua-profile", "ua-profile;", "ua-profile;vendor", "ua-profile;vendor=;=x;\"", "ua-profile;vendor=\"a;b\""] {
            #expect(PlugAndPlaySubscription(datagram: question(event: event), from: phone) != nil)
        }
    }

    @Test("The phone is answered 200 and notified of its URL, within the dialog that it began")
    func answer() throws {
        var machine = machine()
        let datagrams = machine.accept(try subscription(), url: url, now: .now)
        #expect(datagrams.map(\.receiver) == [phone, phone])
        guard case .response(let accepted) = try message(datagrams[0]), case .request(let notify) = try message(datagrams[1]) else {
            Issue.record("an answer and a request are expected")
            return
        }
        #expect(accepted.statusCode == 200)
        #expect(accepted.headers["To"]?.contains("tag=token") == true)
        #expect(notify.method == .notify && notify.uri.sip?.host == "10.77.0.11" && notify.uri.sip?.port == 5062)
        #expect(notify.headers["Call-ID"] == "1@10.77.0.11")
        #expect(notify.headers["From"]?.contains("tag=token") == true && notify.headers["To"]?.contains("tag=42") == true)
        #expect(notify.headers["Content-Type"] == "application/url" && notify.headers["Event"]?.hasPrefix("ua-profile") == true)
        #expect(notify.body == Array(url.utf8))
        #expect(try notify.validated().cseq == CSeq(1, .notify))
    }

    @Test("A repeated question gets the same answer and no second NOTIFY")
    func repetition() throws {
        var machine = machine()
        let first = machine.accept(try subscription(), url: url, now: .now)
        #expect(machine.accept(try subscription(), url: url, now: .now) == [first[0]])
        #expect(machine.repetition(of: try subscription()) == first[0])
    }

    @Test("A NOTIFY is repeated until it is confirmed, by the phone alone, and given up in the end")
    func confirmation() throws {
        let start = ContinuousClock.now
        var silent = machine()
        let notify = silent.accept(try subscription(), url: url, now: start)[1]
        #expect(silent.advance(to: start + .milliseconds(400)).isEmpty)
        #expect(silent.advance(to: start + .milliseconds(500)) == [notify])
        var told = silent
        guard case .request(let request) = try message(notify) else { return }
        let confirmed = SIPResponse(200, answering: request.headers, toTag: nil).encoded
        told.receive(confirmed, from: PlugAndPlayPeer(address: IPv4Address(10, 77, 0, 66), port: 5062), now: start)
        #expect(!told.advance(to: start + .seconds(2)).isEmpty, "somebody else's confirmation does not count")
        told.receive(confirmed, from: phone, now: start + .seconds(2))
        #expect(told.advance(to: start + .seconds(4)).isEmpty)
        for machine in [silent, told] {
            var machine = machine
            _ = machine.advance(to: start + .seconds(60))
            #expect(machine.waiting == 0)
        }
    }
}
