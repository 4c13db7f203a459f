// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// What docs/onboarding.md tells administrators to type.
@Suite("The page on onboarding", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct OnboardingPageTests {
    /// The lines of the page's shell blocks.
    private func commands() throws -> [String] {
        let text = try String(contentsOfFile: Lab.path("docs/onboarding.md"), encoding: .utf8)
        var isShell = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
            if line.hasPrefix("```") {
                isShell = line == "```sh"
                return nil
            }
            return isShell ? String(line) : nil
        }
    }

    @Test("Every command of provctl does what it says as it stands, and Kamailio takes what was made for it")
    func commandsRun() async throws {
        try await Lab.run(by: "network", variables: ["LAB_ASTERISK": "10.77.0.3"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("asterisk")
            let folder = lab.state.appending(path: "site"), client = "PROVD_TOKEN_FILE=\(lab.state.path)/provd/admin-token"
            try FileManager.default.createDirectory(at: folder.appending(path: "kamailio"), withIntermediateDirectories: true)
            let hasKamailio = Lab.obstacle(["kamailio"]) == nil
            var count = 0
            // What goes on for ever is tried elsewhere, and so is what changes the machine.
            for command in try commands() where command.hasPrefix("provctl ") || hasKamailio && command.hasPrefix("kamailio -c ") {
                let here = command.replacing("/etc/kamailio/provd", with: folder.appending(path: "kamailio").path).replacing("/etc/asterisk", with: folder.path)
                try await lab.succeed(
                    "in", "appliance", "env", client, "PATH=\(URL(filePath: lab.program("provctl")).deletingLastPathComponent().path):/usr/sbin:/usr/bin:/sbin:/bin",
                    "sh", "-ec", "cd '\(folder.path)'; \(here)")
                count += 1
            }
            #expect(count >= 10)
            #expect(try Lab.text(folder.appending(path: "cards.html")).contains("Alice Martin"))
            #expect(try Lab.text(folder.appending(path: "pjsip_provd.conf")).contains("[101](provd-endpoint)"))
        }
    }
}
