// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import SIPWire

@Suite("Digest authentication")
struct DigestTests {
    private let start = ContinuousClock.now
    private let secret = DigestSecret(username: "ap1", password: "s3cret")

    @Test(
        "The examples of RFC 7616 section 3.9.1",
        arguments: [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ])
    func vectors(algorithm: DigestAlgorithm, response: String) {
        let challenge = DigestChallenge(
            realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm: algorithm)
        let mufasa = DigestSecret(username: "Mufasa", password: "Circle of Life")
        let credentials = DigestCredentials(
            answering: challenge, secret: mufasa, method: SIPMethod(rawValue: "GET"), uri: "/dir/index.html",
            protection: .init(nonceCount: 1, clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"))
        #expect(credentials.response == response)
    }

    @Test("SHA-256 is offered first, MD5 second, and both are accepted", arguments: DigestAlgorithm.allCases)
    func login(algorithm: DigestAlgorithm) throws {
        var verifier = makeVerifier()
        let challenges = verifier.challenges(stale: false, now: start)
        #expect(challenges.map(\.algorithm) == [.sha256, .md5])
        let headers = try authorization(challenges, algorithm, secret, count: 1)
        guard case .credentials(let credentials) = verifier.screen(headers, now: start) else {
            Issue.record("not credentials")
            return
        }
        #expect(verifier.verify(credentials, secret: secret, method: .register, now: start) == .accepted)
        // The same proof a second time is a replay; the next count is a new request.
        #expect(verifier.verify(credentials, secret: secret, method: .register, now: start) == .stale)
        guard case .credentials(let next) = verifier.screen(try authorization(challenges, algorithm, secret, count: 2), now: start) else { return }
        #expect(verifier.verify(next, secret: secret, method: .register, now: start) == .accepted)
    }

    @Test("More parameters than any client has are refused before they are compared")
    func parameterCount() throws {
        func screening(_ count: Int) -> DigestVerifier.Screening {
            let parameters = (0..<count).map { "p\($0)=x" }.joined(separator: ", ")
            return makeVerifier().screen(SIPHeaders([SIPHeader("Authorization", "Other \(parameters)")]), now: start)
        }
        #expect(screening(AuthParameters.maximumCount) == .challenge(stale: false))
        guard case .malformed(let error) = screening(AuthParameters.maximumCount + 1) else {
            Issue.record("it was read")
            return
        }
        #expect(error.statusCode == 400)
        let tail = String(repeating: ";p", count: SIPParameters.maximumCount)
        #expect(try NameAddr.list(SIPHeader("Contact", "<sip:a@b\(tail)>\(tail)")).count == 1)
        #expect(throws: SIPParseError.self) { try NameAddr.list(SIPHeader("Contact", "<sip:a@b\(tail);p>")) }
        #expect(throws: SIPParseError.self) { try NameAddr.list(SIPHeader("Contact", "<sip:a@b>\(tail);p")) }
    }

    @Test("A wrong password, a wrong method and an unknown account are the same")
    func wrong() throws {
        var verifier = makeVerifier()
        let headers = try authorization(verifier.challenges(stale: false, now: start), .md5, secret, count: 1)
        guard case .credentials(let credentials) = verifier.screen(headers, now: start) else { return }
        let other = DigestSecret(username: "ap1", password: "other")
        #expect(verifier.verify(credentials, secret: other, method: .register, now: start) == .wrong)
        #expect(verifier.verify(credentials, secret: secret, method: .invite, now: start) == .wrong)
        #expect(verifier.verify(credentials, secret: nil, method: .register, now: start) == .wrong)
    }

    @Test("An old nonce and a forged one are stale, and another realm's credentials are ignored")
    func nonces() throws {
        let verifier = makeVerifier()
        let challenges = verifier.challenges(stale: false, now: start)
        let headers = try authorization(challenges, .md5, secret, count: 1)
        #expect(verifier.screen(headers, now: start + .seconds(301)) == .challenge(stale: true))
        #expect(makeVerifier().screen(headers, now: start) == .challenge(stale: true))
        let elsewhere = DigestVerifier(realm: "elsewhere", nonceLifetime: .seconds(300), nonceCapacity: 4, now: start)
        #expect(elsewhere.screen(headers, now: start) == .challenge(stale: false))
        #expect(verifier.screen(SIPHeaders(), now: start) == .challenge(stale: false))
        let unknown = SIPHeaders([SIPHeader("Authorization", "NoOneKnowsThisScheme opaque-data=here")])
        #expect(verifier.screen(unknown, now: start) == .challenge(stale: false))
        let broken = SIPHeaders([SIPHeader("Authorization", "Digest username=\"ap1")])
        guard case .malformed = verifier.screen(broken, now: start) else {
            Issue.record("not malformed")
            return
        }
    }

    @Test("A full table takes no new nonce until an old one has expired")
    func table() {
        var table = NonceCountTable(capacity: 2)
        let expiry = start + .seconds(10)
        let taken = [
            table.take("a", count: 1, expiry: expiry, now: start),
            table.take("b", count: 5, expiry: expiry, now: start),
            table.take("b", count: 5, expiry: expiry, now: start),
            table.take("c", count: 1, expiry: expiry, now: start),
            table.take("c", count: 1, expiry: expiry + .seconds(20), now: start + .seconds(10)),
        ]
        #expect(taken == [true, true, false, false, true])
    }

    @Test("A client of RFC 2069 without qop gets one request for each nonce")
    func withoutQop() throws {
        var verifier = makeVerifier()
        var challenge = try #require(verifier.challenges(stale: false, now: start).last)
        challenge.offersAuth = false
        let headers = try authorization([challenge], .md5, secret, count: 1)
        guard case .credentials(let credentials) = verifier.screen(headers, now: start) else { return }
        #expect(credentials.protection == nil)
        #expect(verifier.verify(credentials, secret: secret, method: .register, now: start) == .accepted)
        #expect(verifier.verify(credentials, secret: secret, method: .register, now: start) == .stale)
    }

    @Test("Challenges and credentials are read as they are written, quotes in names included")
    func headers() throws {
        let challenge = DigestChallenge(realm: "a \"b\" \\c", nonce: "n", algorithm: .sha256, isStale: true, opaque: "o")
        #expect(try DigestChallenge(SIPHeader("WWW-Authenticate", challenge.description)) == challenge)
        let credentials = DigestCredentials(
            answering: challenge, secret: DigestSecret(username: "x\"y", password: "p"), method: .invite, uri: "sip:a",
            protection: .init(nonceCount: 0xAB, clientNonce: "c"))
        #expect(try DigestCredentials(SIPHeader("Authorization", credentials.description)) == credentials)
    }

    private func makeVerifier() -> DigestVerifier {
        DigestVerifier(realm: "provd", nonceLifetime: .seconds(300), nonceCapacity: 4, now: start)
    }

    private func authorization(
        _ challenges: [DigestChallenge], _ algorithm: DigestAlgorithm, _ secret: DigestSecret, count: UInt32
    ) throws -> SIPHeaders {
        let challenge = try #require(challenges.first { $0.algorithm == algorithm })
        let credentials = DigestCredentials(
            answering: challenge, secret: secret, method: .register, uri: "sip:10.0.0.1",
            protection: .init(nonceCount: count, clientNonce: "0a4f113b"))
        return SIPHeaders([SIPHeader("Authorization", credentials.description)])
    }
}
