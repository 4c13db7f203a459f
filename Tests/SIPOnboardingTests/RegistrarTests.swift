// SPDX-License-Identifier: GPL-3.0-or-later

import SIPWire
import Testing

@testable import SIPOnboarding

@Suite("Registrar")
struct RegistrarTests {
    @Test("A phone registers, refreshes and leaves, and each is told")
    func life() throws {
        var phone = ServerFixture()
        let ok = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 300"])
        #expect(ok.statusCode == 200)
        #expect(ok.headers["Contact"] == "<sip:ap1@10.0.0.11:5060>;expires=300")
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 300"])
        let gone = try phone.authenticated("REGISTER", headers: [ServerFixture.contact + ";expires=0"])
        #expect(gone.headers["Contact"] == nil)
        #expect(phone.changes == [.first, .refresh, .removed])
    }

    @Test("A registration that is not refreshed runs out")
    func expiry() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.advance(by: .seconds(59))
        #expect(phone.changes == [.first])
        try phone.advance(by: .seconds(1))
        #expect(phone.changes == [.first, .expired])
        #expect(phone.server.registrations(of: "ap1", now: phone.now).isEmpty)
    }

    @Test("Expires: too brief is 423, too long is shortened, none is the default, nonsense is an hour")
    func expires() throws {
        var phone = ServerFixture { $0.defaultExpires = 120 }
        let brief = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 5"])
        #expect(brief.statusCode == 423)
        #expect(brief.headers["Min-Expires"] == "30")
        for (value, granted) in [("99999999999999999999", 3600), ("abc", 3600), ("600", 600)] {
            let ok = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: \(value)"])
            #expect(ok.headers["Contact"] == "<sip:ap1@10.0.0.11:5060>;expires=\(granted)")
        }
        let unnamed = try phone.authenticated("REGISTER", headers: [ServerFixture.contact])
        #expect(unnamed.headers["Contact"] == "<sip:ap1@10.0.0.11:5060>;expires=120")
    }

    @Test("Contact * removes everything, and needs Expires: 0")
    func star() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: ["Contact: <sip:ap1@10.0.0.11>, <sip:ap1@10.0.0.12>", "Expires: 60"])
        #expect(try phone.authenticated("REGISTER", headers: ["Contact: *", "Expires: 60"]).statusCode == 400)
        #expect(try phone.authenticated("REGISTER", headers: ["Contact: *"]).statusCode == 400)
        #expect(try phone.authenticated("REGISTER", headers: ["Contact: *", "Expires: 0"]).statusCode == 200)
        #expect(phone.changes == [.first, .first, .removed, .removed])
    }

    @Test("A REGISTER without Contact asks what is registered")
    func fetch() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.advance(by: .seconds(20))
        #expect(try phone.authenticated("REGISTER").headers["Contact"] == "<sip:ap1@10.0.0.11:5060>;expires=40")
    }

    @Test("The oldest contact makes place for a fifth; more at once are refused")
    func bounded() throws {
        var phone = ServerFixture()
        for host in 1...5 {
            _ = try phone.authenticated("REGISTER", headers: ["Contact: <sip:ap1@10.0.0.\(host)>", "Expires: 60"])
        }
        #expect(phone.changes == [.first, .first, .first, .first, .first, .expired])
        #expect(phone.server.registrations(of: "ap1", now: phone.now).map(\.contact).last == "sip:ap1@10.0.0.2")
        let many = (1...5).map { "Contact: <sip:ap1@10.0.1.\($0)>" }
        #expect(try phone.authenticated("REGISTER", headers: many).statusCode == 400)
    }

    @Test("An old REGISTER of the same Call-ID changes nothing")
    func order() throws {
        var phone = ServerFixture()
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact, "Expires: 60"])
        try phone.receive(try phone.request("REGISTER"))
        let challenge = try phone.takeResponse()
        try phone.receive(try phone.request("REGISTER", number: 1, headers: [ServerFixture.contact, "Expires: 0"], challenge: challenge))
        #expect(try phone.takeResponse().statusCode == 500)
        #expect(phone.server.registrations(of: "ap1", now: phone.now).count == 1)
    }

    @Test("A wrong password and an unknown account get the same answers, and are told apart only inside")
    func wrongCredentials() throws {
        var phone = ServerFixture()
        let wrong = try phone.authenticated("REGISTER", headers: [ServerFixture.contact], password: "wrong")
        let unknown = try phone.authenticated("REGISTER", headers: [ServerFixture.contact], password: "any", username: "nobody")
        #expect(wrong.statusCode == 403)
        #expect(unknown.statusCode == 403)
        #expect(wrong.reason == unknown.reason)
        #expect(wrong.headers.fields.map(\.name) == unknown.headers.fields.map(\.name))
        #expect(phone.failures.map(\.reason) == [.wrongPassword, .unknownAccount])
        #expect(phone.failures.map(\.failureCount) == [1, 2])
    }

    @Test("Wrong credentials are answered and forgotten: strangers take no room from phones")
    func junkCredentials() throws {
        var phone = ServerFixture { $0.maximumTransactions = 1 }
        for method in ["REGISTER", "INVITE"] {
            for username in ["ap1", "nobody"] {
                #expect(try phone.authenticated(method, headers: [ServerFixture.contact], password: "wrong", username: username).statusCode == 403)
                #expect(phone.server.serverTransactions.isEmpty && phone.server.timers.count == 0)
            }
        }
        #expect(try phone.authenticated("REGISTER", headers: [ServerFixture.contact]).statusCode == 200)
    }

    @Test("An account registers itself and nobody else")
    func otherAccount() throws {
        var phone = ServerFixture()
        #expect(try phone.authenticated("REGISTER", to: "ap2", headers: [ServerFixture.contact]).statusCode == 403)
        #expect(phone.failures.map(\.reason) == [.otherAccount])
    }

    @Test("An old nonce is stale, and the same request twice is one request")
    func nonces() throws {
        var phone = ServerFixture()
        try phone.receive(try phone.request("REGISTER"))
        let challenge = try phone.takeResponse()
        let register = try phone.request("REGISTER", headers: [ServerFixture.contact], challenge: challenge)
        try phone.receive(register)
        let first = try phone.takeResponse()
        try phone.receive(register)
        #expect(try phone.takeResponse() == first)
        #expect(phone.questions.count == 1)
        try phone.advance(by: .seconds(301))
        try phone.receive(try phone.request("REGISTER", headers: [ServerFixture.contact], challenge: challenge))
        let again = try phone.takeResponse()
        #expect(again.statusCode == 401)
        #expect(again.headers["WWW-Authenticate"]?.contains("stale=true") == true)
    }

    @Test("Requests without credentials are not remembered")
    func flood() throws {
        var phone = ServerFixture()
        for _ in 0..<100 { try phone.receive(try phone.request("REGISTER", headers: [ServerFixture.contact])) }
        #expect(phone.server.serverTransactions.isEmpty)
        #expect(phone.sent.count == 100)
        #expect(phone.reports.count == 1)
    }

    @Test("A client that gives up at two algorithms is offered MD5 alone when it asks again, and stays with it")
    func onlyMD5() throws {
        var phone = ServerFixture { $0.digestAlgorithms = [.md5, .sha256] }
        func challenges(_ request: String) throws -> Int {
            try phone.receive(request)
            return try phone.takeResponse().headers.all("WWW-Authenticate").count
        }
        let first = try phone.request("REGISTER")
        #expect(try challenges(first) == 2)
        #expect(try challenges(first) == 2, "a copy of the request is no second try")
        #expect(try challenges(try phone.request("REGISTER")) == 1)
        #expect(try phone.authenticated("REGISTER", headers: [ServerFixture.contact]).statusCode == 200)
        #expect(try challenges(try phone.request("REGISTER")) == 1)
    }

    @Test("A client that answers its challenges goes on to be offered all algorithms")
    func allAlgorithms() throws {
        var phone = ServerFixture { $0.digestAlgorithms = [.md5, .sha256] }
        for _ in 0..<5 { #expect(try phone.authenticated("REGISTER", headers: [ServerFixture.contact]).statusCode == 200) }
        try phone.receive(try phone.request("REGISTER"))
        #expect(try phone.takeResponse().headers.all("WWW-Authenticate").count == 2)
    }

    @Test("Overload is 503 with Retry-After")
    func overload() throws {
        var phone = ServerFixture { $0.maximumTransactions = 1 }
        _ = try phone.authenticated("REGISTER", headers: [ServerFixture.contact])
        let refused = try phone.authenticated("REGISTER", headers: [ServerFixture.contact])
        #expect(refused.statusCode == 503)
        #expect(refused.headers["Retry-After"] == "5")
        try phone.advance(by: .seconds(32))
        #expect(try phone.authenticated("REGISTER", headers: [ServerFixture.contact]).statusCode == 200)
    }
}

extension ServerFixture {
    var changes: [SIPRegistrationReport.Change] {
        reports.compactMap { if case .registered(let report) = $0 { report.change } else { nil } }
    }

    var failures: [SIPAuthenticationFailure] {
        reports.compactMap { if case .authenticationFailed(let failure) = $0 { failure } else { nil } }
    }

    var ends: [CallEnd.Reason] {
        reports.compactMap { if case .callEnded(let end) = $0 { end.reason } else { nil } }
    }
}
