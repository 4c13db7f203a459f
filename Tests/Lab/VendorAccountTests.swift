// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

private let programs = ["ip", "curl", "python3"]

@Suite(
    "Every make's own file", .enabled(if: Lab.obstacle(programs) == nil, "\(Lab.obstacle(programs) ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct VendorAccountTests {
    private struct Report: Decodable {
        var plugin: String
        var status: Int?
        var assigned: Bool?
        var error: String?
        var skipped: String?
    }

    /// The plugins whose phones get no SIP account from a file; the script says why.
    private let withoutAccount: Set = ["cisco-sccp/8.5.2", "cisco-sccp/9.4", "cisco-sccp/legacy", "gigaset/c"]

    @Test("With what its file says under its make's own names a phone of each plugin registers, dials a code, and becomes its owner's")
    func everyPlugin() async throws {
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("in", "yealink", "ip", "address", "add", "10.77.0.20/24", "dev", "eth0")
            let token = try String(contentsOf: lab.state.appending(path: "provd/admin-token"), encoding: .utf8).trimmingCharacters(in: .newlines)
            let run = try await lab.command(["in", "yealink", "env", "TOKEN=\(token)", Lab.path("scripts/lab/vendor-phones")])
            let reports = try run.output.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSONDecoder().decode(Report.self, from: Data($0.utf8))
            }
            #expect(reports.count >= 62, "\(run.output)")
            #expect(Set(reports.filter { $0.skipped != nil }.map(\.plugin)) == withoutAccount)
            for report in reports where report.skipped == nil { #expect(report.error == nil && report.status == 200 && report.assigned == true, "\(report)") }
        }
    }
}
