// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Hooks of DHCP servers", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(2)))
struct DHCPHookTests {
    private static let mac = "00:15:65:0a:bb:01"

    @Test("The hook makes the same device known as the sniffer", arguments: DHCPServer.allCases)
    func sameDevice(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("start", server.rawValue)
            let lease = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            let byHook = try await lab.device(Self.mac)
            #expect(byHook.ip == lease["ip"])
            // Kea passes no vendor class on; the host name tells the model all the same.
            #expect(byHook.vendor == "Yealink" && byHook.model == "T46S")

            try await lab.succeed("start", "sniffd")
            _ = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            for _ in 0..<50 where !(try await seen(lab)).contains("sniffer") { try await Task.sleep(for: .milliseconds(100)) }
            let observers = try await seen(lab)
            #expect(observers.contains("hook") && observers.contains("sniffer"))
            #expect(try await lab.device(Self.mac) == byHook)
        }
    }

    /// Who observed the phone, by its timeline.
    private func seen(_ lab: Lab) async throws -> Set<String> {
        let timeline = try await lab.succeed("api", "/1.0/devices/\(Self.mac)/timeline")
        return Set(["hook", "sniffer"].filter { timeline.contains("\"observer\":\"\($0)\"") })
    }

    @Test("Without provd phones get their addresses as ever", arguments: DHCPServer.allCases)
    func withoutProvd(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", server.rawValue)
            let lease = try await lab.lease("yealink", vendorClass: "yealink")
            #expect(lease["ip"]?.hasPrefix("10.77.0.1") == true)
        }
    }
}
