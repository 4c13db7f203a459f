// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import SIPWire

@Suite("Messages")
struct MessageTests {
    @Test("A phone's REGISTER is read and written back unchanged")
    func roundTrip() throws {
        let bytes = message(registerText)
        guard case .request(let request) = try SIPMessage(datagram: bytes) else { return }
        #expect(request.encoded == bytes)
        let fields = try request.validated()
        #expect(fields.topVia.asksForResponsePort)
        #expect(fields.from.displayName == "Desk 1")
        #expect(fields.to.uri.sip?.userText == "ap1")
        guard case .addresses(let contacts) = fields.contacts else { return }
        #expect(contacts.first?.parameters["expires"] == "60")
        #expect(contacts.first?.parameters["+SIP.instance"] == "<urn:uuid:00000000-0000-1000-8000-001565a1b2c3>")
    }

    @Test("Every prefix of a message is a message or an error")
    func prefixes() {
        let bytes = message(registerText)
        for count in 0...bytes.count {
            guard case .request(let request) = try? SIPMessage(datagram: Array(bytes.prefix(count))) else { continue }
            _ = try? request.validated()
        }
    }

    @Test("10,000 damaged messages and 10,000 random ones are messages or errors")
    func random() {
        var generator = SeededGenerator(state: 4475)
        let sample = message(registerText)
        for round in 0..<20_000 {
            var bytes = sample
            if round.isMultiple(of: 2) {
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
            } else {
                let alphabet = Array("SIP/2.0 INVITE sip:\r\n\t;,<>\"\\=%@[]Via:To:From:CSeq:0*?\u{e9}".utf8)
                bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            }
            var framer = SIPStreamFramer()
            framer.append(bytes)
            while let element = try? framer.next() { _ = element }
            switch try? SIPMessage(datagram: bytes) {
            case .request(let request): _ = try? request.validated()
            case .response(let response): _ = try? response.transactionFields()
            case nil: break
            }
        }
    }

    @Test("Limits are errors with a status to answer")
    func limits() throws {
        let long = message("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a\nX: \(String(repeating: "x", count: 20_000))\n\n")
        #expect(throws: SIPParseError(.headersTooLarge, "Header Section Too Large")) { try SIPMessage(datagram: long) }
        let many = message("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a\n" + String(repeating: "X: y\n", count: 200) + "\n")
        let error = #expect(throws: SIPParseError.self) { try SIPMessage(datagram: many) }
        #expect(error?.statusCode == 513)
    }

    @Test("A header value cannot begin a header field of its own")
    func injection() {
        var headers = SIPHeaders()
        headers.append("Warning", "399 provd \"a\r\nContact: <sip:evil>\"")
        let text = String(decoding: SIPResponse(404, "No\r\nSuch", headers: headers).encoded, as: UTF8.self)
        #expect(!text.contains("\r\nContact"))
        #expect(text.hasPrefix("SIP/2.0 404 No"))
        #expect(!text.contains("\nSuch"))
    }

    @Test("A response repeats the request's fields and notes where it came from")
    func answer() throws {
        guard case .request(let request) = try SIPMessage(datagram: message(registerText)) else { return }
        var via = try request.validated().topVia
        via.noteSource(address: "192.0.2.9", port: 61000)
        let response = SIPResponse(401, answering: request.headers, topVia: via, toTag: "t1")
        #expect(response.headers["Via"] == "SIP/2.0/UDP 10.0.0.11:5060;branch=z9hG4bK776asdhds;rport=61000;received=192.0.2.9")
        #expect(response.headers["To"] == "<sip:ap1@10.0.0.1>;tag=t1")
        #expect(response.headers["From"] == "\"Desk 1\" <sip:ap1@10.0.0.1>;tag=456248")
        #expect(response.headers["CSeq"] == "1826 REGISTER")
    }

    @Test("A repeated, listed Via keeps its further values in the answer")
    func listedVias() throws {
        let request = message("OPTIONS sip:a SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/TCP b;branch=z9hG4bK2\nVia: SIP/2.0/UDP c\n\n")
        let headers = try SIPMessage(datagram: request).headers
        let top = try #require(try Via.list(headers).first)
        let response = SIPResponse(200, answering: headers, topVia: top, toTag: nil)
        #expect(try Via.list(response.headers).map(\.host) == ["a", "b", "c"])
    }

    @Test(
        "URIs are read and written unchanged",
        arguments: [
            "sip:alice@example.com", "sips:alice:secret@example.com:5061;transport=tcp?subject=x&priority=urgent", "sip:10.0.0.1",
            "sip:*98@[2001:db8::1]:5060;lr", "tel:+1-201-555-0123;phone-context=example.com", "urn:service:sos", "sip:%75ser@h",
            "sip:*72#@10.0.0.1",
        ])
    func uris(text: String) throws {
        #expect(try AddrSpec(text).description == text)
    }

    @Test(
        "What is not a URI is refused",
        arguments: ["", "sip:", "sip:@host", "sip:a@", "sip:a@b:99999", "sip:a@[::1", "sip:a b@c", "sip:a%2@c", "5060", "sip:a@b;", "<sip:a@b>"])
    func badURIs(text: String) {
        #expect(throws: SIPParseError.self) { try AddrSpec(text) }
    }

    @Test("URIs compare as RFC 3261 section 19.1.4 says")
    func equivalence() throws {
        func same(_ left: String, _ right: String) throws -> Bool {
            guard let a = try AddrSpec(left).sip, let b = try AddrSpec(right).sip else { return false }
            return a.isEquivalent(to: b) && b.isEquivalent(to: a)
        }
        #expect(try same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"))
        #expect(try same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"))
        #expect(try !same("sip:alice@atlanta.com", "sip:ALICE@atlanta.com"))
        #expect(try !same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"))
        #expect(try !same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"))
        #expect(try !same("sip:carol@chicago.com;newparam=6", "sip:carol@chicago.com;newparam=5"))
    }

    @Test("Contact * stands alone")
    func contactStar() throws {
        #expect(try ContactList(SIPHeaders([SIPHeader("m", "*")])) == .all)
        #expect(throws: SIPParseError.self) { try ContactList(SIPHeaders([SIPHeader("m", "*"), SIPHeader("m", "<sip:a@b>")])) }
    }
}

@Suite("Streams")
struct StreamFramerTests {
    @Test("Messages cut at any byte come out whole")
    func everyCut() throws {
        let one = message(registerText)
        let stream = one + one
        for cut in 0...stream.count {
            var framer = SIPStreamFramer()
            var found = 0
            for part in [stream.prefix(cut), stream.suffix(from: cut)] {
                framer.append(part)
                while let element = try framer.next() {
                    guard case .message = element else { continue }
                    found += 1
                }
            }
            #expect(found == 2)
            #expect(framer.bufferedByteCount == 0)
        }
    }

    @Test("A double CRLF is a ping, byte by byte too; a single one is nothing")
    func keepAlive() throws {
        var framer = SIPStreamFramer()
        for byte: UInt8 in [0x0D, 0x0A, 0x0D] {
            framer.append([byte])
            #expect(try framer.next() == nil)
        }
        framer.append([0x0A])
        #expect(try framer.next() == .ping)
        framer.append([0x0D, 0x0A])
        #expect(try framer.next() == nil)
        #expect(!framer.isInsideMessage)
        framer.append(message(registerText))
        guard case .message = try framer.next() else {
            Issue.record("no message after a single CRLF")
            return
        }
    }

    @Test("Pings that arrive together are one, and what follows them is read")
    func pings() throws {
        var framer = SIPStreamFramer()
        framer.append((0..<30_000).flatMap { _ in [0x0D, 0x0A] as [UInt8] } + [0x0D, 0x0A] + message(registerText))
        #expect(try framer.next() == .ping)
        guard case .message = try framer.next() else {
            Issue.record("no message after the pings")
            return
        }
        #expect(try framer.next() == nil)
        // Half a ping at the end is kept for its other half.
        framer.append([0x0D, 0x0A, 0x0D, 0x0A, 0x0D, 0x0A])
        #expect(try framer.next() == .ping)
        #expect(framer.bufferedByteCount == 2)
        framer.append([0x0D, 0x0A])
        #expect(try framer.next() == .ping)
        #expect(framer.bufferedByteCount == 0)
    }

    @Test("A header section without end and a body without length are refused")
    func bounds() {
        var endless = SIPStreamFramer()
        endless.append(Array(repeating: UInt8(ascii: "a"), count: 17 * 1024))
        #expect(throws: SIPParseError.self) { try endless.next() }
        var unbounded = SIPStreamFramer()
        unbounded.append(message("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/TCP a\n\n"))
        #expect(throws: SIPParseError.self) { try unbounded.next() }
        var huge = SIPStreamFramer()
        huge.append(message("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/TCP a\nl: 99999999\n\n"))
        let error = #expect(throws: SIPParseError.self) { try huge.next() }
        #expect(error?.statusCode == 513)
        #expect(error?.headers != nil)
    }
}
