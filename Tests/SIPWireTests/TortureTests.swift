// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

/// The messages of RFC 4475, each judged as the RFC judges it.
@Suite("RFC 4475")
struct TortureTests {
    /// Section 3.1.1, and those of 3.2 to 3.4 whose syntax is right: what is unusual in
    /// them is for the endpoint to decide.
    @Test(
        "is a valid request",
        arguments: [
            "wsinv", "intmeth", "esc01", "escnull", "esc02", "lwsdisp", "longreq", "dblreq", "semiuri", "transports", "mpart01",
            "badbranch", "unkscm", "novelsc", "unksm2", "bext01", "invut", "regaut01", "zeromf", "cparam01", "cparam02", "regescrt",
            "sdp01", "inv2543", "baddate",
        ])
    func validRequest(name: String) throws {
        guard case .request(let request) = try SIPMessage(datagram: try tortureMessage(name)) else {
            Issue.record("not a request")
            return
        }
        _ = try request.validated()
        // What is written again means the same.
        #expect(try SIPMessage(datagram: request.encoded) == .request(request.withoutContentLength))
    }

    @Test("is a valid response", arguments: ["unreason", "noreason", "bcast"])
    func validResponse(name: String) throws {
        guard case .response(let response) = try SIPMessage(datagram: try tortureMessage(name)) else {
            Issue.record("not a response")
            return
        }
        _ = try response.transactionFields()
    }

    @Test(
        "is refused, with an answer",
        arguments: [
            ("badinv01", 400, "Empty Parameter"),
            ("clerr", 400, "Body Shorter Than Content-Length"),
            ("ncl", 400, "Bad Content-Length"),
            ("scalar02", 400, "Bad Number in CSeq"),
            ("quotbal", 400, "Bad To: Unbalanced Quotes"),
            ("ltgtruri", 400, "Bad Request-URI: Missing Scheme in URI"),
            ("lwsruri", 400, "Bad Request-Line"),
            ("lwsstart", 400, "Bad Request-Line"),
            ("trws", 400, "Bad Request-Line"),
            ("escruri", 400, "Bad Request-URI: Headers Not Allowed"),
            ("regbadct", 400, "URI With Headers Needs Angle Brackets"),
            ("badaspec", 400, "Bad To: Missing Scheme in URI"),
            ("baddn", 400, "Bad From: Missing Scheme in URI"),
            ("badvers", 505, "Version Not Supported"),
            ("mismatch01", 400, "CSeq Method Does Not Match Request Method"),
            ("mismatch02", 400, "CSeq Method Does Not Match Request Method"),
            ("insuf", 400, "Missing From"),
            ("multi01", 400, "Repeated From"),
            ("mcl01", 400, "Repeated Content-Length"),
        ])
    func refusedRequest(name: String, status: Int, reason: String) throws {
        let error = #expect(throws: SIPParseError.self) {
            guard case .request(let request) = try SIPMessage(datagram: try tortureMessage(name)) else { return }
            _ = try request.validated()
        }
        #expect(error?.statusCode == status)
        #expect(error?.reason == reason)
        #expect(error?.headers?["Via"] != nil)
    }

    @Test("is a response to be dropped", arguments: ["scalarlg", "bigcode"])
    func droppedResponse(name: String) throws {
        let error = #expect(throws: SIPParseError.self) {
            guard case .response(let response) = try SIPMessage(datagram: try tortureMessage(name)) else { return }
            _ = try response.transactionFields()
        }
        #expect(error?.headers == nil)
    }

    @Test("wsinv: folding, white space and compact forms are seen through")
    func wsinv() throws {
        guard case .request(let request) = try SIPMessage(datagram: try tortureMessage("wsinv")) else { return }
        let fields = try request.validated()
        #expect(request.uri.sip?.parameters.contains("unknownparam") == true)
        #expect(fields.to.tag == "1918181833n")
        #expect(fields.from.displayName == "J Rosenberg \\\"")
        #expect(fields.maxForwards == 68)
        #expect(fields.cseq == CSeq(9, .invite))
        #expect(fields.vias.map(\.host) == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(fields.vias.map(\.transactionBranch) == [nil, "z9hG4bK9ikj8", "z9hG4bK30239"])
        #expect(request.headers["Subject"] == "")
        #expect(request.headers["UnknownHeaderWithUnusualValue"] == ";;,,;;,;")
        guard case .addresses(let contacts) = fields.contacts, let contact = contacts.first else { return }
        #expect(contact.displayName == "Quoted string \"\"")
        #expect(contact.parameters["q"] == "0.33")
        #expect(contact.parameters.contains("secondparam"))
    }

    @Test("esc01, semiuri, escnull: escapes belong to the user part")
    func escapes() throws {
        func user(_ name: String) throws -> String? {
            guard case .request(let request) = try SIPMessage(datagram: try tortureMessage(name)) else { return nil }
            return name == "escnull" ? try request.validated().to.uri.sip?.userText : request.uri.sip?.userText
        }
        #expect(try user("esc01") == "sips:user@example.com")
        #expect(try user("semiuri") == "user;par=u@example.net")
        #expect(try user("escnull") == "null-\0-null")
    }

    @Test("cparam01 and cparam02: without brackets a parameter is the header's, within them the URI's")
    func contactParameters() throws {
        func contact(_ name: String) throws -> NameAddr? {
            guard case .request(let request) = try SIPMessage(datagram: try tortureMessage(name)),
                case .addresses(let contacts) = try request.validated().contacts
            else { return nil }
            return contacts.first
        }
        #expect(try contact("cparam01")?.parameters.contains("unknownparam") == true)
        #expect(try contact("cparam02")?.parameters.contains("unknownparam") == false)
        #expect(try contact("cparam02")?.uri.sip?.parameters.contains("unknownparam") == true)
    }

    @Test("dblreq: a datagram's bytes beyond the body are ignored, a stream's are the next message")
    func twoRequests() throws {
        let bytes = try tortureMessage("dblreq")
        guard case .request(let request) = try SIPMessage(datagram: bytes) else { return }
        #expect(request.method == .register)
        var framer = SIPStreamFramer()
        framer.append(bytes)
        guard case .message(.request(let first)) = try framer.next(), case .message(.request(let second)) = try framer.next() else {
            Issue.record("the stream does not hold two requests")
            return
        }
        #expect([first.method, second.method] == [.register, .invite])
        #expect(second.body.count == 150)
    }

    @Test("unreason: a reason phrase holds any UTF-8")
    func reason() throws {
        guard case .response(let response) = try SIPMessage(datagram: try tortureMessage("unreason")) else { return }
        #expect(response.statusCode == 200)
        #expect(response.reason.hasPrefix("= 2**3 * 5**2 но сто девяносто девять"))
    }
}

extension SIPRequest {
    /// The request as it reads after it was written: Content-Length stands last.
    fileprivate var withoutContentLength: SIPRequest {
        var copy = self
        copy.headers.removeAll("Content-Length")
        copy.headers.append("Content-Length", "\(body.count)")
        return copy
    }
}
