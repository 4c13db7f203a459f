// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// A LAN whose DHCP server, on another machine, knows nothing of phones and cannot be changed.
@Suite("DHCPINFORM on a LAN", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPInformTests {
    private struct Answer: Decodable {
        let server: String
        let type: Int
        let address: String
        let options: [String: String]
    }

    @Test("A phone is told its options and nothing else, a stranger nothing, and another responder is warned of")
    func inform() async throws {
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("plug", "laptop", "02:00:00:00:00:77")
            try await lab.succeed("plug", "router", "02:00:00:00:00:66")
            try await lab.succeed("in", "router", "ip", "address", "add", "10.77.0.66/24", "dev", "eth0")
            try await lab.startBareServer(in: "router", range: "10.77.0.210,10.77.0.220")
            try await Self.start(lab, inform: "{enabled: true, interface: br0}")

            // The phone's lease comes from the router, which tells it nothing.
            let lease = try await lab.lease("yealink", vendorClass: "yealink", asking: [66])
            let address = try #require(lease["ip"])
            #expect(address.hasPrefix("10.77.0.2") && lease["tftp"] == nil)
            try await lab.succeed("in", "yealink", "ip", "address", "add", "\(address)/24", "dev", "eth0")
            let answers = try await Self.ask(lab, "yealink", address, Lab.yealink, "--vendor-class", "yealink", "--until", "10.77.0.1", "10.77.0.66")
            let told = try #require(answers.first { $0.server == "10.77.0.1" }, "provd is silent: \(lab.log(of: "provd"))")
            #expect(answers.filter { $0.server == "10.77.0.1" }.count == 1)
            #expect(told.type == 5 && told.address == "0.0.0.0")
            #expect(told.options["66"] == "http://10.77.0.1:8667".utf8.map { String(format: "%02x", $0) }.joined())
            #expect(Set(told.options.keys) == ["53", "54", "66"], "nothing that belongs to a lease: \(told.options)")
            // The router answers too, without what the phone needs.
            #expect(answers.contains { $0.server == "10.77.0.66" && $0.options["66"] == nil })
            try await lab.wait(for: "the phone is known") { try await lab.timeline().contains("asked by DHCPINFORM") }
            #expect(try await lab.device(Lab.yealink).ip == address)

            try await lab.succeed("in", "laptop", "ip", "address", "add", "10.77.0.230/24", "dev", "eth0")
            let strange = try await Self.ask(lab, "laptop", "10.77.0.230", "02:00:00:00:00:77", "--vendor-class", "MSFT 5.0")
            #expect(!strange.contains { $0.server == "10.77.0.1" }, "a stranger got an answer")

            try await lab.succeed("in", "router", Lab.path("scripts/lab/inform"), "10.77.0.66", Lab.yealink, "--broadcast-answer")
            try await lab.wait(for: "the warning") { lab.log(of: "provd").contains("10.77.0.66 answers DHCPINFORM as well") }
        }
    }

    @Test("It is answered on the interface that is named, and on no other; one that is not there is an error")
    func interface() async throws {
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("in", "appliance", "sh", "-c", "ip link add quiet0 type bridge && ip link set quiet0 up && ip address add 10.99.0.1/24 dev quiet0")
            try await lab.succeed("in", "yealink", "ip", "address", "add", "10.77.0.50/24", "dev", "eth0")
            try await Self.start(lab, inform: "{enabled: true, interface: quiet0}")
            #expect(try await Self.ask(lab, "yealink", "10.77.0.50", Lab.yealink).isEmpty)
            try await lab.succeed("stop", "provd")

            try await Self.start(lab, inform: "{enabled: true, interface: br0, address: 10.77.0.1}")
            #expect(try await Self.ask(lab, "yealink", "10.77.0.50", Lab.yealink, "--until", "10.77.0.1").map(\.server) == ["10.77.0.1"])
            try await lab.succeed("stop", "provd")

            try await Self.configure(lab, inform: "{enabled: true, interface: nosuch0}")
            let failed = try await lab.command(["in", "appliance", Lab.program("provd"), "serve", "--config", lab.state.appending(path: "provd.yml").path])
            #expect(failed.status != 0 && failed.output.contains("nosuch0") && failed.output.contains("dhcp_inform.interface"), "\(failed.output)")
        }
    }

    // MARK: - Steps

    /// Writes provd's configuration, which the lab would write when it starts provd, with this setting.
    private static func configure(_ lab: Lab, inform: String) async throws {
        let file = lab.state.appending(path: "provd.yml")
        if !FileManager.default.fileExists(atPath: file.path) {
            try await lab.succeed("start", "provd")
            try await lab.succeed("stop", "provd")
        }
        let text = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("dhcp_inform:") }
        try (text + ["dhcp_inform: \(inform)", ""]).joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    }

    private static func start(_ lab: Lab, inform: String) async throws {
        try await configure(lab, inform: inform)
        try await lab.succeed("start", "provd")
        try await lab.wait(for: "questions are heard") { lab.log(of: "provd").contains("DHCPINFORM is being answered") }
    }

    private static func ask(_ lab: Lab, _ phone: String, _ address: String, _ mac: String, _ more: String...) async throws -> [Answer] {
        let lines = try await lab.succeed(["in", phone, Lab.path("scripts/lab/inform"), address, mac] + more)
        return try lines.split(separator: "\n").map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
    }
}
