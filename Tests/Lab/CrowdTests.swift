// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// What one phone of `scripts/lab/crowd` tells at its end.
private struct CrowdPhone: Decodable {
    struct Call: Decodable {
        var code: String
        var status: Int
    }

    var mac: String
    var users: [String]
    var calls: [Call]
    var notified: [String]
    var error: String?

    /// The reports in the output of a crowd.
    static func all(_ output: String) throws -> [CrowdPhone] {
        try output.split(separator: "\n").filter { $0.hasPrefix("{") }.map { try JSONDecoder().decode(CrowdPhone.self, from: Data($0.utf8)) }
    }
}

private let programs = ["ip", "nft", "sipp", "python3", "curl"]

@Suite(
    "Phones behind one address", .enabled(if: Lab.obstacle(programs) == nil, "\(Lab.obstacle(programs) ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct CrowdTests {
    /// A lab with provd and a LAN behind an address translator; nothing, and a word about it, where the kernel has none.
    private func behindNAT(_ variables: [String: String], _ body: (Lab) async throws -> Void) async throws {
        try await Lab.run(by: "network", variables: variables) { lab in
            let made = try await lab("nat")
            guard made.succeeded else {
                print("SKIPPED: \(made.output)")
                return
            }
            try await lab.succeed("start", "provd")
            try await body(lab)
        }
    }

    /// Runs phones behind the translator to their end.
    private func crowd(_ lab: Lab, _ arguments: String...) async throws -> [CrowdPhone] {
        let run = try await lab.command(["in", "nat", Lab.path("scripts/lab/crowd"), "--address", "10.99.0.2"] + arguments)
        let phones = try CrowdPhone.all(run.output)
        try #require(!phones.isEmpty, "\(run.output)")
        return phones
    }

    @Test("Two phones behind one address dial different codes at the same moment, and each gets its own line")
    func differentCodes() async throws {
        try await behindNAT([:]) { lab in
            let codes = [try await lab.succeed("line", "101", "Alice Martin"), try await lab.succeed("line", "102", "Bob Dupont")]
            let phones = try await crowd(lab, "--phones", "2", "--notified", "1", "--dial", codes[0], codes[1])
            for (phone, number) in zip(phones, ["101", "102"]) {
                #expect(phone.error == nil && phone.users.last == number, "\(phone)")
                #expect(phone.calls.map(\.status) == [200] && phone.notified.count == 1, "\(phone)")
            }
        }
    }

    @Test("Of two people who dial one code at once one gets the line, and the other hears that it is in use")
    func oneCode() async throws {
        try await behindNAT(["LAB_SPEECH": "off", "LAB_CODES": "move: false"]) { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let phones = try await crowd(lab, "--phones", "2", "--dial", code, code)
            #expect(phones.allSatisfy { $0.error == nil })
            #expect(phones.flatMap(\.calls).map(\.status).sorted() == [200, 410])
            #expect(try await !lab.succeed("api", "/1.0/lines").contains(#""device":null"#))
        }
    }

    @Test("Wrong codes lock a phone, longer and longer, until an administrator lifts the lock")
    func locked() async throws {
        try await behindNAT(["LAB_SPEECH": "off"]) { lab in
            let code = try await lab.succeed("line", "101", "Alice Martin")
            let wrong = code == "200000" ? "200001" : "200000"
            let tries = [wrong, wrong, wrong, code].joined(separator: ",")
            let refused = try await crowd(lab, "--phones", "1", "--dial", tries)
            // On a machine so slow that five seconds pass between two calls the right code is heard.
            try #require(refused[0].calls.prefix(3).map(\.status) == [404, 404, 404], "\(refused)")
            guard refused[0].calls.last?.status == 429 else { return }
            _ = try await lab.provctl("line", "unlock", "--every")
            let heard = try await crowd(lab, "--phones", "1", "--notified", "1", "--dial", code)
            #expect(heard[0].calls.map(\.status) == [200] && heard[0].users.last == "101", "\(heard)")
            #expect(try await lab.provctl("line", "locks").contains("device-") == false)
        }
    }

    @Test("A hundred phones behind one address are synchronised together, and provctl says so when all are back")
    func synchronised() async throws {
        try await behindNAT([:]) { lab in
            let ready = lab.state.appending(path: "ready")
            async let crowd = crowd(lab, "--phones", "100", "--notified", "1", "--ready", ready.path)
            try await lab.awaitFile(ready)
            let told = try await lab.provctl("device", "sync", "--all", "--yes")
            #expect(told.contains("100 devices were synchronised"), "\(told)")
            let phones = try await crowd
            #expect(phones.count == 100 && phones.allSatisfy { $0.error == nil && $0.notified.count == 1 })
            #expect(Set(phones.compactMap(\.users.last)).count == 100, "each has kept an account of its own")
        }
    }
}

@Suite(
    "provd ends without warning", .enabled(if: Lab.obstacle(programs) == nil, "\(Lab.obstacle(programs) ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct PowerCutTests {
    private struct Report: Decodable {
        var step: String
        var number: String
        var users: [String]?
        var error: String?
    }

    @Test("After a power cut at any step of an onboarding, dialling again makes the phone its owner's")
    func everyStep() async throws {
        try await Lab.run(by: "network", variables: ["LAB_CODES": "confirm: true"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("in", "yealink", "ip", "address", "add", "10.77.0.20/24", "dev", "eth0")
            var steps: [String] = []
            for (place, step) in ["fetched", "registered", "invited", "answered", "confirmed", "ended", "notified", "owned"].enumerated() {
                steps.append("\(step)=\(101 + place)=\(try await lab.succeed("line", "\(101 + place)", "Owner \(place)"))")
            }
            let run = try await lab.command(["in", "yealink", Lab.path("scripts/lab/power-cut")] + steps)
            let reports = try run.output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSONDecoder().decode(Report.self, from: Data($0.utf8))
            }
            #expect(reports.count == steps.count, "\(run.output)")
            for report in reports { #expect(report.error == nil && report.users?.last == report.number, "\(report)") }
        }
    }
}
