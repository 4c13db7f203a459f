// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look whether the appliance is well, and say what to do where it is not.",
        discussion: "Exit codes for monitoring: 0 all is well, 1 there are warnings, 2 something failed, 5 provd does not answer.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Ask the network's DHCP servers as phones of every make do, on the machine that “provctl setup” set up, as root. They may keep the addresses that they offer for a minute.")
    var askDhcp = false

    func run() async throws {
        let client = try APIClient(connection)
        let answer: JSONValue
        do {
            answer = try await client.get("/1.0/doctor")
        } catch let failure as APIClient.Failure where failure.kind == .unreachable {
            throw APIClient.Failure(.unreachable, description: "\(failure)\n\(LocalDiagnosis.whyNoAnswer())")
        }
        let local = LocalDiagnosis.checks() + (askDhcp ? [LocalDiagnosis.offers()] : [])
        let checks = (answer["checks"]?.array ?? []) + local
        let worst = checks.compactMap { $0["outcome"]?.string }.map(Self.severity).max() ?? 0
        if connection.json {
            print((["checks": .array(checks)] as JSONValue).text(.indented))
        } else {
            for check in checks where !connection.quiet || Self.severity(check["outcome"]?.string ?? "") > 0 { Self.show(check) }
        }
        if worst > 0 { throw ExitCode(worst) }
    }

    private static func show(_ check: JSONValue) {
        let words = ["ok": "ok     ", "skipped": "-      ", "warning": "WARNING", "failed": "FAILED "]
        print("\(words[check["outcome"]?.string ?? ""] ?? "?      ")  \(Table.printable(check["title"]?.string ?? "")): \(Table.printable(check["text"]?.string ?? ""))")
        if let remedy = check["remedy"]?.string { print("         what to do: \(Table.printable(remedy))") }
    }

    private static func severity(_ outcome: String) -> Int32 {
        switch outcome {
        case "failed": 2
        case "warning": 1
        default: 0
        }
    }
}
