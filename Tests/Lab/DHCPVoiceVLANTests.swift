// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// Why tagged ports cannot be made here, or `nil` if they can.
private let obstacle: String? =
    DHCPServer.obstacle ?? (FileManager.default.fileExists(atPath: "/dev/net/tun") ? nil : "there is no /dev/net/tun for tagged ports in user space")

@Suite("Voice VLAN", .enabled(if: obstacle == nil, "\(obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPVoiceVLANTests {
    /// The phone's first exchange is untagged, in the network of the computers; the second one is tagged, as after a restart.
    @Test("The data network tells the phone its VLAN, and tagged it gets an address and the URL there", arguments: DHCPServer.allCases)
    func handOver(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_SITE": Lab.path("scripts/lab/site-vlan.yml")]) { lab in
            try await lab.succeed("vlan", "appliance", "br0", "100")
            try await lab.succeed("in", "appliance", "ip", "address", "add", "10.78.0.1/24", "dev", "br0.100")
            try await lab.succeed("vlan", "yealink", "eth0", "100")
            for part in ["provd", "sniffd", server.rawValue] { try await lab.succeed("start", part) }

            let untagged = try await lab.lease("yealink", vendorClass: "yealink", asking: [132])
            #expect(untagged["ip"]?.hasPrefix("10.77.0.1") == true, "\(untagged["ip"] ?? "no address")")
            // The phone reads the text “100”; udhcpc takes its first two octets for a number.
            #expect(untagged["vlanid"] == "\(0x3130)", "the phone is not told VLAN 100")

            let tagged = try await lab.lease("yealink", vendorClass: "yealink", interface: "eth0.100", asking: [132])
            #expect(tagged["ip"]?.hasPrefix("10.78.0.1") == true, "\(tagged["ip"] ?? "no address")")
            #expect(tagged["vlanid"] == nil, "it is in the VLAN already")
            let texts = try await lab.dhclientLease("yealink", vendorClass: "yealink", interface: "eth0.100")
            #expect(texts["new_tftp_server_name"] == "http://10.77.0.1:8667")

            let device = try await lab.device(Lab.yealink) { $0.ip?.hasPrefix("10.78.0.1") == true }
            #expect(device.vendor == "Yealink")
            try await lab.wait(for: "the sniffer names the VLAN") { try await lab.timeline().contains("looks for a DHCP server in VLAN 100") }
        }
    }
}
