// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("What the sniffer sees", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct SnifferCaptureTests {
    @Test("Tagged frames show their VLAN, relayed ones their relay")
    func tagsAndRelays() async throws {
        try await Lab.run { lab in
            let seen = lab.state.appending(path: "seen.json")
            try await lab.startPrinting(["--interface", "br0"], to: seen)
            try await lab.discover(["--vlan", "100"])
            try await lab.discover(["--relay", "10.88.0.1"])
            try await lab.wait(for: "both are seen") {
                let text = try Lab.text(seen)
                return text.contains("\"vlan\":100") && text.contains("\"relay\":\"10.88.0.1\"")
            }
            try await lab.wait(for: "provd knows the VLAN") { try await lab.timeline().contains("in VLAN 100") }
        }
    }

    @Test("What is seen while provd is away is told when it is back")
    func provdRestarts() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "provd")
            try await lab.takeLease()
            try await lab.discover(from: "cisco")
            try await lab.succeed("start", "provd")
            try await lab.wait(for: "provd knows the lease") { try await lab.timeline().contains("has 10.77.0.1") }
            try await lab.wait(for: "provd knows the other phone") {
                try await lab.timeline("50:3d:e5:0a:bb:02").contains("looks for a DHCP server")
            }
        }
    }

    @Test("An interface that is plugged in is captured on, also when it went away and came back")
    func hotPlug() async throws {
        try await Lab.run { lab in
            let seen = lab.state.appending(path: "seen.json")
            try await lab.startPrinting([], to: seen)
            for number in 1...2 {
                let mac = "00:15:65:00:00:0\(number)"
                let line = "ip link add hot0 type veth peer name hot1 && ip link set hot0 up && ip link set hot1 up"
                try await lab.succeed("in", "appliance", "sh", "-c", line)
                try await lab.wait(for: "hot0 is captured on, time \(number)") {
                    let log = try Lab.text(URL(filePath: seen.path + ".log"))
                    return log.split(separator: "\n").count { $0.contains("listening on hot0, which has come up") } == number
                }
                try await lab.succeed("in", "appliance", Lab.path("scripts/lab/discover"), mac, "--interface", "hot1")
                try await lab.wait(for: "the phone on hot0 is seen, time \(number)") {
                    try Lab.text(seen).split(separator: "\n").contains { $0.contains(mac) && $0.contains("\"interface\":\"hot0\"") }
                }
                try await lab.succeed("in", "appliance", "ip", "link", "delete", "hot0")
            }
            try await lab.discover()
            try await lab.wait(for: "the other interfaces are still captured on") { try Lab.text(seen).contains(Lab.yealink) }
        }
    }

    @Test("No thread of a capture has a capability in effect, nor more than the one permitted; and no file is open")
    func privileges() async throws {
        try await Lab.run { lab in
            let seen = lab.state.appending(path: "seen.json")
            try await lab.startPrinting(["--interface", "br0", "--user", "nobody"], to: seen)
            try await lab.discover()
            try await lab.wait(for: "the capture works") { try Lab.text(seen).contains(Lab.yealink) }

            let process = "/proc/" + (try Lab.text(URL(filePath: seen.path + ".pid")))
            let nobody = try await lab.succeed("in", "appliance", "id", "-u", "nobody")
            let threads = try FileManager.default.contentsOfDirectory(atPath: process + "/task")
            #expect(!threads.isEmpty)
            for thread in threads {
                let status = try String(contentsOfFile: "\(process)/task/\(thread)/status", encoding: .utf8)
                let fields: [String: String] = status.split(separator: "\n").reduce(into: [:]) { fields, line in
                    let words = line.split(whereSeparator: \.isWhitespace)
                    fields[String(words.first ?? "")] = words.dropFirst().joined(separator: " ")
                }
                // Bit 13 is CAP_NET_RAW (capabilities(7)).
                let rawSockets = "0000000000002000", nothing = "0000000000000000"
                #expect(fields["CapEff:"] == nothing && fields["CapInh:"] == nothing && fields["CapAmb:"] == nothing, "\(status)")
                #expect(fields["CapPrm:"] == rawSockets && fields["CapBnd:"] == rawSockets, "\(status)")
                #expect(fields["NoNewPrivs:"] == "1")
                #expect(fields["Uid:"] == "\(nobody) \(nobody) \(nobody) \(nobody)")
            }
            let open = try FileManager.default.contentsOfDirectory(atPath: process + "/fd").compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(process)/fd/\($0)")
            }
            let files = open.filter { $0.hasPrefix("/") && !$0.hasPrefix("/dev/null") && !$0.hasPrefix(seen.path) }
            #expect(files.isEmpty, "\(files)")
        }
    }
}
