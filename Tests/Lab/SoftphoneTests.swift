// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

private let programs = ["ip", "baresip", "python3"]

@Suite(
    "Real SIP phones", .enabled(if: Lab.obstacle(programs) == nil, "\(Lab.obstacle(programs) ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct SoftphoneTests {
    private struct Report: Decodable {
        var user: String
        /// Datagrams received in four seconds of the call.
        var packets: Int
    }

    // baresip gives up at the first challenge of two, and asks again half a minute later: offered MD5 alone it need not.
    @Test("Two phones that became their owners' by codes call each other with baresip through provd, and both hear the other")
    func baresip() async throws { try await talk(as: "baresip", ["LAB_DIGEST": "md5"]) }

    @Test(
        "Linphone dials the code itself, reads two challenges, and two of it hear each other through provd",
        .enabled(if: Lab.obstacle(["linphonec"]) == nil, "\(Lab.obstacle(["linphonec"]) ?? "")"))
    func linphone() async throws { try await talk(as: "linphone") }

    /// Lets two phones become their owners' and call each other.
    private func talk(as agent: String, _ variables: [String: String] = [:]) async throws {
        try await Lab.run(by: "network", variables: variables) { lab in
            try await lab.succeed("start", "provd")
            for (phone, address) in [("yealink", "10.77.0.20"), ("cisco", "10.77.0.21")] {
                try await lab.succeed("in", phone, "ip", "address", "add", "\(address)/24", "dev", "eth0")
            }
            let codes = [try await lab.succeed("line", "101", "Alice Martin"), try await lab.succeed("line", "102", "Bob Dupont")]
            let ready = lab.state.appending(path: "ready").path
            func talk(_ phone: String, _ arguments: String...) async throws -> Report {
                let run = try await lab.command(["in", phone, Lab.path("scripts/lab/softphone"), "--agent", agent, "--ready", ready] + arguments)
                try #require(run.succeeded, "\(run.output)")
                let told = try #require(run.output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(run.output)")
                return try JSONDecoder().decode(Report.self, from: Data(told.utf8))
            }
            async let alice = talk("yealink", "--mac", "00:15:65:30:00:01", "--address", "10.77.0.20", "--code", codes[0], "--call", "102")
            async let bob = talk("cisco", "--mac", "00:15:65:30:00:02", "--address", "10.77.0.21", "--code", codes[1])
            let reports = try await [alice, bob]
            #expect(reports.map(\.user) == ["101", "102"])
            // Two hundred are sent each way in this time; a loaded machine sends fewer.
            for report in reports { #expect(report.packets > 40, "\(report)") }
        }
    }
}
