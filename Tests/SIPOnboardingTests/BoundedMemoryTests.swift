// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SIPWire
import Testing

@testable import SIPOnboarding

/// How much the endpoint remembers, whatever comes.
@Suite("Memory under garbage")
struct BoundedMemoryTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// The messages of RFC 4475, as they are.
    private static func torture() throws -> [[UInt8]] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appending(path: "SIPWireTests/Fixtures/rfc4475")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).sorted { $0.path < $1.path }
            .map { Array(try Data(contentsOf: $0)) }
    }

    @Test("Wrong passwords, calls that nobody acknowledges, contact after contact, stray answers, damaged messages: every table keeps its bound, and is empty in the end")
    func tables() throws {
        var phone = ServerFixture { configuration in
            configuration.maximumTransactions = 40
            configuration.maximumCalls = 10
            configuration.maximumRegisteredAccounts = 5
        }
        var generator = Generator(state: 4475)
        let torture = try Self.torture()
        try phone.receive(try phone.request("REGISTER"))
        let challenge = try phone.takeResponse()
        var answers: [Int: Int] = [:]
        for round in 0..<3_000 {
            switch round % 5 {
            case 0: try phone.receive(try phone.request("REGISTER", password: "wrong\(round)", challenge: challenge))
            case 1:
                try phone.receive(
                    try phone.request(
                        "INVITE", to: "\(round)", callID: "call\(round)", headers: [ServerFixture.contact, "Content-Type: application/sdp"],
                        challenge: challenge, body: ServerFixture.offer.replacing("\r\n", with: "\n")))
            case 2: try phone.receive(try phone.request("REGISTER", callID: "reg\(round)", headers: ["Contact: <sip:ap1@10.0.0.\(round % 250):5060>"], challenge: challenge))
            case 3: try phone.receive("SIP/2.0 200 OK\nVia: SIP/2.0/UDP a;branch=z9hG4bK\(round)\nFrom: a:b\nTo: a:b\nCall-ID: \(round)\nCSeq: 1 NOTIFY\n\n")
            default:
                var bytes = torture[round / 5 % torture.count]
                for _ in 0..<Int.random(in: 0...4, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                // None of them has credentials that are asked about, so that nothing waits for what is not done here.
                do throws(SIPParseError) {
                    _ = phone.server.receive(try SIPMessage(datagram: bytes), on: phone.flow, now: phone.now)
                } catch {
                    _ = phone.server.receive(error, on: phone.flow)
                }
            }
            for case .response(let response) in phone.sent { answers[response.statusCode, default: 0] += 1 }
            phone.sent = []
            try phone.advance(by: .milliseconds(20))
            let server = phone.server
            #expect(server.serverTransactions.count <= 40 && server.clientTransactions.count <= 40 && server.calls.count <= 10)
            #expect(server.bindings.accountCount <= 5 && server.timers.count <= 200)
        }
        // Each kind was done, and each refused for want of room.
        for status in [200, 403, 503] { #expect(answers[status] ?? 0 > 10, "\(answers)") }
        try phone.advance(by: .seconds(7_200))
        let server = phone.server
        #expect(server.serverTransactions.isEmpty && server.clientTransactions.isEmpty && server.calls.isEmpty && server.unanswered.isEmpty)
        #expect(server.relayed.isEmpty && server.spoken.isEmpty && server.bindings.accountCount == 0 && server.timers.count == 0)
    }

    @Test("Who was seen, who gave a wrong password, and who was asked for one is remembered up to a bound")
    func events() {
        var seen = RecentEvents<Int>(capacity: 100, memory: .seconds(60)), failures = FailureCounts(capacity: 100), challenged = ChallengeMemory(capacity: 100)
        let now = ContinuousClock.now
        for number in 0..<10_000 {
            _ = seen.note(number, now: now)
            _ = failures.fail("\(number)")
            _ = challenged.challenge("\(number)", for: "x")
            #expect(seen.count <= 100 && failures.count <= 100 && challenged.count <= 100)
        }
    }
}
