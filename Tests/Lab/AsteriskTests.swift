// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

private let programs = ["ip", "python3", "curl"]

/// The programs beside what an Asterisk says: Debian has none, so that `scripts/lab/asterisk` says what one said when it was recorded.
@Suite(
    "Asterisk as the PBX", .enabled(if: Lab.obstacle(programs) == nil, "\(Lab.obstacle(programs) ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct AsteriskTests {
    /// A file of the lab's Asterisk.
    private func file(_ name: String, _ lab: Lab) -> String {
        (try? String(contentsOf: lab.state.appending(path: name), encoding: .utf8)) ?? ""
    }

    /// The variables that provd sets for a channel.
    private func asks(_ lab: Lab, _ arguments: String...) async throws -> [String: String] {
        let said = try await lab.succeed(["in", "appliance", Lab.path("scripts/lab/asterisk"), "agi"] + arguments)
        let pairs = said.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init) }
        return Dictionary(pairs.map { ($0[0], $0.last ?? "") }, uniquingKeysWith: { $1 })
    }

    @Test("A phone that comes gets its endpoint at Asterisk without a hand, dials a code there, is told through it, and lends itself to somebody else")
    func wholePath() async throws {
        try await Lab.run(by: "network", variables: ["LAB_ASTERISK": "10.77.0.1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("asterisk")
            let alice = try await lab.succeed("line", "101", "Alice Martin"), bob = try await lab.succeed("line", "102", "Bob Dupont")
            try await lab.succeed("in", "yealink", "ip", "address", "add", "10.77.0.20/24", "dev", "eth0")
            let text = try await lab.succeed(
                "in", "yealink", "curl", "--silent", "--fail", "--max-time", "60", "--user-agent", "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:01",
                "http://10.77.0.1:8667/0015650abb01.cfg")
            let name = try #require(text.split(separator: "\n").first { $0.hasPrefix("account.1.user_name = ") }?.split(separator: " ").last, "\(text)")

            try await lab.wait(for: "the phone's endpoint is written") { file("asterisk/pjsip_provd.conf", lab).contains("[\(name)](provd-endpoint)") }
            try await lab.wait(for: "Asterisk has loaded it after that") {
                // Of both modules the dialplan's comes last.
                let said = file("logs/asterisk.log", lab).split(separator: "\n")
                return said.firstIndex(of: "Reachable=\(name)").map { said[$0...].contains("Action=Reload Module=pbx_config.so") } == true
            }

            let prompt = try await asks(lab, "prompt", "\(name)", "enter_code", "10.77.0.20:5060")
            #expect(prompt == ["PROV_SAY": "provd/en/enter-code"])
            let wrong = try await asks(lab, "provision", "\(name)", alice == "200000" ? "200001" : "200000", "10.77.0.20:5060")
            #expect(wrong == ["PROV_REASON": "unknown_code", "PROV_SAY": "provd/en/unknown-code"])
            let right = try await asks(lab, "provision", "\(name)", alice, "10.77.0.20:5060")
            #expect(right["WAZO_PROV_OK"] == "1" && right["PROV_NUMBER"] == "101", "\(right)")
            #expect(right["PROV_SAY"]?.hasPrefix("provd/en/this-phone&provd/en/vendor-yealink&") == true, "\(right)")
            try await lab.wait(for: "the phone is told through Asterisk") {
                file("logs/asterisk.log", lab).contains("Action=PJSIPNotify Endpoint=\(name) Variable=Event=check-sync")
            }

            let login = try await asks(lab, "login", "101", bob, "10.77.0.20:5060")
            #expect(login["PROV_REASON"] == "logged_in" && login["PROV_NUMBER"] == "102", "\(login)")
            let logout = try await asks(lab, "logout", "102", "", "10.77.0.20:5060")
            #expect(logout["PROV_REASON"] == "logged_out", "\(logout)")
        }
    }
}
