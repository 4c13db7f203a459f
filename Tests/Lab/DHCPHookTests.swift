// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Hooks of DHCP servers", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPHookTests {
    private static let mac = "00:15:65:0a:bb:01"

    @Test("The hook alone makes a phone known, and the sniffer finds the same device", arguments: DHCPServer.allCases)
    func hookFirst(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("start", server.rawValue)
            let lease = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            // Kea passes on no vendor class, and the host name in lower case: the definitions tell the make by the address.
            let byHook = try await lab.device(Self.mac) { $0.ip == lease["ip"] }
            #expect(byHook.vendor == "Yealink" && byHook.model == "T46S", "\(byHook)")

            try await lab.succeed("start", "sniffd")
            _ = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(try await isSeen(by: "sniffer", lab))
            #expect(try await lab.device(Self.mac) == byHook)
            #expect(try await deviceCount(lab) == 1)
        }
    }

    @Test("Hook and sniffer together lead to one device with both evidences", arguments: DHCPServer.allCases)
    func bothAtOnce(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_HOOK": "1"]) { lab in
            for part in ["provd", "sniffd", server.rawValue] { try await lab.succeed("start", part) }
            let lease = try await lab.lease("yealink", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(try await isSeen(by: "sniffer", lab))
            #expect(try await isSeen(by: "hook", lab))
            let device = try await lab.device(Self.mac) { $0.ip == lease["ip"] }
            #expect(device.vendor == "Yealink" && device.model == "T46S", "\(device)")
            #expect(try await deviceCount(lab) == 1)

            // What the hook knows less does not change what is known.
            try await lab.succeed("stop", "sniffd")
            _ = try await lab.lease("yealink", vendorClass: "yealink")
            #expect(try await lab.device(Self.mac) == device)
        }
    }

    private func deviceCount(_ lab: Lab) async throws -> Int {
        try await lab.succeed("api", "/1.0/devices").components(separatedBy: "\"mac\":").count - 1
    }

    /// Whether somebody observed the phone by now, by its timeline.
    private func isSeen(by observer: String, _ lab: Lab) async throws -> Bool {
        for _ in 0..<100 {
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
