// SPDX-License-Identifier: GPL-3.0-or-later

import RTP
import SIPOnboarding
import SIPWire
import Testing

@Suite("Speech over sockets", .timeLimit(.minutes(10)))
struct SpeechEndpointTests {
    @Test("A phone behind address translation answers a question with keys, and hears the prompt byte for byte")
    func heard() async throws {
        let wanted = try PromptShelf(directory: shippedPrompts).samples(of: FakeDecisions.welcome)
        try await withEndpoint { _, decisions, address in
            var events = decisions.events.makeAsyncIterator()
            var phone = try await SpokenPhone(server: address)
            let sdp = try await phone.call("99")
            #expect(sdp.contains("RTP/AVP 0 101\r\n"))

            // The keys come from another port than the phone has named, as address translation makes it.
            let port = try #require(sdp.split(separator: "m=audio ").last?.split(separator: " ").first.flatMap { UInt16($0) })
            var media = try await RawUDPClient(to: SIPAddress(host: address.host, port: port))
            for (index, event) in [UInt8(4), 2, 11].enumerated() {
                for copy in 0..<3 {
                    let packet = RTPPacket(
                        payloadType: 101, marker: copy == 0, sequence: UInt16(index * 3 + copy), timestamp: UInt32(index * 1_600), source: 5,
                        payload: TelephoneEvent(event: event, isEnd: copy > 0, duration: 800).payload)
                    try await media.send(packet.encoded)
                }
            }
            #expect(await events.next() == .dialled("99"))
            #expect(await events.next() == .entered("42"))

            // The call ends after the last word; whatever was said is in the queue by then.
            let bye = try #require(try await phone.signalling.next().request)
            #expect(bye.method == .bye)
            try await phone.signalling.send(SIPResponse(200, answering: bye.headers, toTag: nil).encoded)
            #expect(await events.next() == .ended(.hungUpByServer))
            var heard: [UInt8] = []
            var last: RTPPacket?
            while heard.count < wanted.count || !heard.isEnd(of: wanted) {
                let packet = try RTPPacket(try await media.nextBytes())
                if let last {
                    #expect(packet.sequence == last.sequence &+ 1 && packet.timestamp == last.timestamp &+ 160 && packet.source == last.source)
                }
                last = packet
                heard += packet.payload
            }
            try await media.close()
            try await phone.close()
        }
    }

    @Test("A refusal is heard as early media in A-law, before its status")
    func early() async throws {
        try await withEndpoint { _, decisions, address in
            var phone = try await SpokenPhone(server: address, formats: "8 0 101")
            _ = try await phone.call("5679", expecting: 183)
            let packet = try RTPPacket(try await phone.media.nextBytes())
            #expect(packet.payloadType == 8 && packet.payload == [UInt8](repeating: 0xD5, count: 160))
            let refusal = try #require(try await phone.signalling.next().response)
            #expect(refusal.statusCode == 429 && refusal.headers["Retry-After"] == "9")
            try await phone.close()
        }
    }
}

extension [UInt8] {
    /// Whether these samples end with a prompt, but for the silence of its last packet.
    fileprivate func isEnd(of prompt: [UInt8]) -> Bool {
        let padding = (160 - prompt.count % 160) % 160
        return suffix(prompt.count + padding).elementsEqual(prompt + [UInt8](repeating: 0xFF, count: padding))
    }
}

/// A phone with a socket for signalling and one for audio.
private struct SpokenPhone {
    var signalling: RawUDPClient
    var media: RawUDPClient
    private let texts: PhoneTexts
    private let offer: String

    init(server: SIPAddress, formats: String = "0 101") async throws {
        signalling = try await RawUDPClient(to: server)
        media = try await RawUDPClient(to: server)
        texts = PhoneTexts(local: signalling.local, server: server)
        offer = """
            v=0\r
            o=- 1 1 IN IP4 192.0.2.1\r
            s=-\r
            c=IN IP4 192.0.2.1\r
            t=0 0\r
            m=audio \(media.local.port) RTP/AVP \(formats)\r
            a=rtpmap:101 telephone-event/8000\r

            """
    }

    /// Calls, acknowledges what is answered, and gives the description of the other side's audio.
    mutating func call(_ digits: String, expecting status: Int = 200) async throws -> String {
        let type = ["Content-Type: application/sdp"]
        try await signalling.send(try texts.request("INVITE", digits, number: 1, branch: "i1", headers: type, body: offer))
        let challenge = try #require(try await signalling.next().response)
        try await signalling.send(try texts.request("INVITE", digits, number: 2, branch: "i2", headers: type, challenge: challenge, body: offer))
        #expect(try await signalling.next().response?.statusCode == 100)
        let answer = try #require(try await signalling.next().response)
        #expect(answer.statusCode == status)
        if status == 200 {
            let tag = try #require(try NameAddr(SIPHeader("To", answer.headers["To"] ?? "")).tag)
            try await signalling.send(try texts.request("ACK", digits, number: 2, branch: "a1", toTag: tag))
        }
        return String(decoding: answer.body, as: UTF8.self)
    }

    func close() async throws {
        try await signalling.close()
        try await media.close()
    }
}
