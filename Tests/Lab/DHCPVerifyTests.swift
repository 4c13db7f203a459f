// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("What DHCP servers tell phones, by bytes", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized)
struct DHCPVerifyTests {
    private static func verify(_ server: DHCPServer, _ arguments: [String]) async throws -> Command {
        try await Command.run(
            Lab.program("dhcpd-config"), ["verify", "--for", server.rawValue, "--json", "--definitions", Lab.definitions] + arguments)
    }

    private static func report(_ command: Command) throws -> VerifyReport {
        // Findings on standard error come before the JSON.
        let json = command.output[(command.output.range(of: "{\n")?.lowerBound ?? command.output.startIndex)...]
        return try JSONDecoder().decode(VerifyReport.self, from: Data(json.utf8))
    }

    @Test(
        "Every family gets exactly what explain says, in every subnet, directly and through a relay",
        arguments: DHCPServer.allCases, ["scripts/lab/site.yml", "scripts/lab/site-branch.yml", "dhcp/site.example.yml"])
    func everyFamily(server: DHCPServer, site: String) async throws {
        let command = try await Self.verify(server, [Lab.path(site)])
        #expect(command.status == 0, "\(command.output.suffix(2000))")
        let report = try Self.report(command)
        #expect(report.failures == 0)
        let vendors = try await Command.run(Lab.program("dhcpd-config"), ["vendors", "--definitions", Lab.definitions])
        let families = vendors.output.split(separator: "\n").filter { $0.hasPrefix("  ") && $0.hasSuffix(")") }.map { $0.dropFirst(2).prefix { $0 != ":" } }
        for family in families {
            #expect(report.rows.contains { $0.family == family && $0.verdict != "missing" }, "no sample of \(family) was asked for")
        }
        #expect(families.count > 20)
    }

    @Test("A server that tells something else is found out, and one that does not is not", arguments: DHCPServer.allCases)
    func live(server: DHCPServer) async throws {
        let wrong = FileManager.default.temporaryDirectory.appending(path: "provd-site-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: wrong) }
        try String(contentsOfFile: Lab.site, encoding: .utf8).replacing("http://10.77.0.1:8667", with: "http://10.77.0.9:8667")
            .write(to: wrong, atomically: true, encoding: .utf8)
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("start", server.rawValue)
            let question = [
                "in", "yealink", Lab.program("dhcpd-config"), "verify", "--for", server.rawValue, "--definitions", Lab.definitions, "--family",
                "yealink", "--live", "--interface", "eth0",
            ]
            let unasked = try await lab.command(question + [Lab.site])
            #expect(unasked.status != 0 && unasked.output.contains("--yes-send-discover"), "it must not send without consent")
            let right = try await lab.command(question + ["--yes-send-discover", Lab.site])
            #expect(right.status == 0, "\(right.output)")
            let found = try await lab.command(question + ["--yes-send-discover", wrong.path])
            #expect(found.status == 1)
            #expect(found.output.contains("different") && found.output.contains("http://10.77.0.9:8667"), "\(found.output)")
        }
    }

    @Test("A second server on the LAN is named with its hardware address and what it tells phones")
    func rogue() async throws {
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("start", "kea")
            try await lab.succeed("plug", "intruder", "02:00:00:00:00:66")
            try await lab.succeed("in", "intruder", "ip", "address", "add", "10.77.0.66/24", "dev", "eth0")
            try await lab.startBareServer(in: "intruder", range: "10.77.0.210,10.77.0.220")
            let question = [
                "in", "yealink", Lab.program("dhcpd-config"), "verify", "--for", "kea", "--definitions", Lab.definitions, "--family", "yealink",
                "--live", "--interface", "eth0", "--yes-send-discover",
            ]
            let found = try await lab.command(question + [Lab.site])
            #expect(found.status == 1)
            #expect(found.output.contains("other server: 10.77.0.66 (02:00:00:00:00:66) answers too"), "\(found.output)")
            #expect(found.output.contains("10.77.0.1: ") && found.output.contains(" 0 wrong"), "the site's server is right: \(found.output)")
            let named = try await lab.command(question + ["--server", "10.77.0.66", Lab.site])
            #expect(named.status == 1 && named.output.contains("other server: 10.77.0.1 "), "\(named.output)")
            #expect(named.output.contains("missing") && named.output.contains("http://10.77.0.1:8667"), "\(named.output)")
        }
    }
}
