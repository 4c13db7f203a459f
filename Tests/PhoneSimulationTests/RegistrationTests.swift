// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

@testable import PhoneSimulation

@Suite("A simulated phone's SIP")
struct RegistrationTests {
    private let account = PhoneAccount(host: "192.0.2.1", port: 5070, user: "ap1", authUser: "auth1", password: "secret")
    private let identity = SIPIdentity(phone: 17, host: "192.0.2.9", port: 40_000, userAgent: "Yealink SIP-T46S 66.86.0.15")
    private let start = ContinuousClock.now

    private func request(_ action: Registration.Action?) throws -> SIPRequest {
        guard case .send(let bytes)? = action, case .request(let request) = try SIPMessage(datagram: bytes) else { throw Unexpected() }
        return request
    }

    private struct Unexpected: Error {}

    private func answer(_ request: SIPRequest, _ status: Int, _ fields: [(String, String)] = []) -> SIPResponse {
        var response = SIPResponse(status, answering: request.headers, toTag: "t")
        for (name, value) in fields { response.headers.append(name, value) }
        return response
    }

    @Test("It registers with its account, and proves who it is when asked")
    func registers() throws {
        var machine = Registration(account, identity)
        let first = try request(machine.begin(now: start).first)
        #expect(first.uri.description == "sip:192.0.2.1:5070" && first.headers["User-Agent"] == identity.userAgent)
        #expect(first.headers["To"] == "<sip:ap1@192.0.2.1:5070>")
        let challenge = answer(first, 401, [("WWW-Authenticate", #"Digest realm="provd", nonce="abc", algorithm=MD5, qop="auth""#)])
        let second = try request(machine.receive(challenge, now: start).first)
        let field = try #require(second.headers.first("Authorization"))
        let credentials = try #require(try DigestCredentials(field))
        #expect(credentials.username == "auth1" && credentials.isValid(secret: DigestSecret(username: "auth1", password: "secret"), method: .register))
        // The first answer once more: it was already acted upon.
        #expect(machine.receive(challenge, now: start).isEmpty)
        let done = machine.receive(answer(second, 200, [("Contact", identity.contact + ";expires=120")]), now: start)
        guard case .finished(.success(let time))? = done.first else { throw Unexpected() }
        #expect(time == .seconds(120) && machine.deadline == nil)
    }

    @Test("Wrong credentials, refusals and silence are failures with a reason")
    func failures() throws {
        var refused = Registration(account, identity)
        var asked = try request(refused.begin(now: start).first)
        var last: Registration.Action?
        for _ in 0..<5 {
            last = refused.receive(answer(asked, 401, [("WWW-Authenticate", #"Digest realm="provd", nonce="abc", algorithm=MD5, qop="auth""#)]), now: start).first
            guard let again = try? request(last) else { break }
            asked = again
        }
        guard case .finished(.failure(let failure))? = last else { throw Unexpected() }
        #expect(failure.reason.contains("401"))

        var silent = Registration(account, identity)
        _ = silent.begin(now: start)
        var sent = 0
        var end: SIPFailure?
        while let deadline = silent.deadline, end == nil {
            for action in silent.advance(to: deadline) {
                switch action {
                case .send: sent += 1
                case .finished(.failure(let failure)): end = failure
                case .finished(.success): throw Unexpected()
                }
            }
        }
        #expect(sent > 5 && end?.reason == "REGISTER: no answer")
    }

    @Test("Replies and requests find their phone by what it wrote")
    func demultiplexing() throws {
        let via = try #require(try Via.list(SIPHeaders([SIPHeader("Via", identity.via())])).first)
        #expect(via.branch.flatMap(SIPIdentity.phone(branch:)) == 17)
        #expect(SIPIdentity.phone(contactUser: identity.contactUser) == 17)
        #expect(SIPIdentity.phone(branch: "z9hG4bKother") == nil && SIPIdentity.phone(contactUser: "alice") == nil)
    }

    @Test("A call to a code is confirmed, listened to, and ended by the server's word")
    func call() throws {
        var call = CodeCall("123456", account, identity, mediaPort: 4_000)
        guard case .send(let bytes)? = call.begin(now: start).first, case .request(let invite) = try SIPMessage(datagram: bytes) else { throw Unexpected() }
        #expect(invite.uri.sip?.userText == "123456" && !invite.body.isEmpty)
        let answered = call.receive(answer(invite, 200, [("Contact", "<sip:code@192.0.2.1:5070>")]), now: start)
        guard case .send(let ack)? = answered.first, case .request(let confirmation) = try SIPMessage(datagram: ack) else { throw Unexpected() }
        #expect(confirmation.method == .ack && confirmation.uri.description == "sip:code@192.0.2.1:5070")
        var bye = SIPRequest(.bye, try AddrSpec("sip:x@y"))
        bye.headers.append("Reason", "SIP;cause=404;text=\"no line\"")
        guard case .finished(.success(let status))? = call.hangUp(bye).first else { throw Unexpected() }
        #expect(status == 404)
    }

    @Test("Servers are named as they are typed into phones")
    func servers() {
        let server = ProvisioningServer("http://10.0.0.1:8667/device/")
        #expect(server?.host == "10.0.0.1" && server?.httpPort == 8667 && server?.prefix == "/device" && server?.tftpPort == 69)
        #expect(ProvisioningServer("tftp://[2001:db8::1]")?.host == "2001:db8::1")
        for wrong in ["10.0.0.1", "https://10.0.0.1", "http://", "http://a:99999", "http://user@host"] { #expect(ProvisioningServer(wrong) == nil) }
    }
}
