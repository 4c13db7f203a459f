// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("Codes that provd refuses", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct RefusedCodeTests {
    @Test("A wrong code changes nothing, and the right one still works afterwards")
    func wrongCode() async throws {
        try await Lab.run { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let wrong = code == "000000" ? "000001" : "000000"
            let refused = try await lab.boot("yealink", dialling: [wrong], until: "called")
            #expect(refused.notified.isEmpty)
            #expect(try await !lab("arrived", "--settle", "5", "yealink=101").succeeded, "the line must not be on the phone")

            let report = try await lab.boot("yealink", dialling: [wrong, code])
            #expect(report.error == nil, "\(report.output)")
            try await lab.succeed("arrived", "yealink=101")
        }
    }

    @Test("A used code does not take the line from the phone that has it")
    func usedCode() async throws {
        try await Lab.run { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let first = try await lab.boot("yealink", dialling: [code])
            try #require(first.error == nil, "\(first.output)")
            try await lab.succeed("plug", "yealink2", "00:15:65:0a:bb:03")
            let second = try await lab.boot("yealink2", dialling: [code], until: "called")
            #expect(second.error == nil, "\(second.output)")
            #expect(second.notified.isEmpty)
            let again = try await lab.boot("yealink2", until: "registered")
            #expect(again.boots.first?.user == second.boots.first?.user, "it stays a phone without an owner")
            #expect(again.boots.first?.user != first.boots.last?.user)
        }
    }
}
