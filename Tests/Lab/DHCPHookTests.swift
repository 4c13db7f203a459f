// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Hooks of DHCP servers", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(2)))
struct DHCPHookTests {
    private static let mac = "00:15:65:0a:bb:01"

    @Test("The hook makes the same device known as the sniffer", arguments: [DHCPServer.dnsmasq, .isc])
    func sameDevice(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("start", server.rawValue)
            let lease = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            let byHook = try await lab.device(Self.mac)
            #expect(byHook.ip == lease["ip"])
            #expect(byHook.vendor == "Yealink" && byHook.model == "T46S")

            try await lab.succeed("start", "sniffd")
            _ = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(try await isSeen(by: "sniffer", lab))
            #expect(try await lab.device(Self.mac) == byHook)
        }
    }

    /// Kea passes on no vendor class and the host name only in lower case, so that the sniffer has to say who a phone is.
    @Test("Kea's hook tells the address of a phone that the sniffer made known")
    func knownDevice() async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            for part in ["provd", "sniffd", "kea"] { try await lab.succeed("start", part) }
            let lease = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            let bySniffer = try await lab.device(Self.mac) { $0.ip == lease["ip"] }
            try await lab.succeed("stop", "sniffd")
            _ = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(try await isSeen(by: "hook", lab))
            #expect(try await lab.device(Self.mac) == bySniffer)
        }
    }

    /// Whether somebody observed the phone by now, by its timeline.
    private func isSeen(by observer: String, _ lab: Lab) async throws -> Bool {
        for _ in 0..<30 {
            if try await lab.succeed("api", "/1.0/devices/\(Self.mac)/timeline").contains("\"observer\":\"\(observer)\"") { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
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
