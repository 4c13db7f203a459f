// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("SIP plug and play on a LAN", .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct SnifferPlugAndPlayTests {
    @Test("A phone that asks by multicast is told provd's URL, another device is not")
    func multicast() async throws {
        try await Lab.run { lab in
            try await lab.succeed("stop", "dnsmasq")
            try await lab.succeed("stop", "provd")
            let file = lab.state.appending(path: "provd.yml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let more = "sip_pnp: {enabled: true}\n" + (text.contains("dhcp:") ? "" : "dhcp: {definitions: \(Lab.path("dhcp"))}\n")
            try (text + more).write(to: file, atomically: true, encoding: .utf8)
            try await lab.succeed("start", "provd")
            try await lab.succeed("in", "yealink", "sh", "-c", "ip address add 10.77.0.50/24 dev eth0 && ip route add 224.0.0.0/4 dev eth0")
            try await lab.wait(for: "multicasts are heard") { lab.log(of: "provd").contains("plug and play is listening") }
            let ask = Lab.path("scripts/lab/plug-and-play")
            let url = try await lab.succeed("in", "yealink", ask, "10.77.0.50", "0015650abb01")
            #expect(url == "http://10.77.0.1:8667")
            try await lab.wait(for: "the phone is known") { try await lab.timeline().contains("asked by SIP multicast") }
            let stranger = try await lab("in", "yealink", ask, "10.77.0.50", "020000000001", "--vendor", "Nobody", "--seconds", "2")
            #expect(!stranger.succeeded, "\(stranger.output)")
        }
    }
}
