// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@Suite("DHCP behind a relay", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPRelayTests {
    @Test("A phone behind a relay with option 82 gets an address and the options of its subnet", arguments: DHCPServer.allCases)
    func relay(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_SITE": Lab.path("scripts/lab/site-branch.yml"), "LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("start", server.rawValue)
            try await lab.succeed("branch")
            let told = try await lab.lease("branchphone", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(told["ip"]?.hasPrefix("10.88.0.1") == true, "\(told["ip"] ?? "no address")")
            let device = try await lab.device("00:15:65:0a:bb:03") { $0.ip == told["ip"] }
            #expect(device.vendor == "Yealink" && device.model == "T46S")
            let texts = try await lab.dhclientLease("branchphone", vendorClass: "yealink")
            #expect(texts["new_tftp_server_name"] == "http://10.77.0.1:8667")
        }
    }
}
