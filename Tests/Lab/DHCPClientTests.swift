// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("What real DHCP clients are told", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(3)))
struct DHCPClientTests {
    private static let vendorClasses = [
        "yealink", "Cisco SPA504G", "Polycom-VVX410", "AastraIPPhone6731i", "snom715", "digium_D40_1_0_5_46476",
    ]

    @Test("udhcpc and dhclient with a phone's vendor class get what explain says", arguments: DHCPServer.allCases)
    func clients(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            try await lab.succeed("start", server.rawValue)
            for vendorClass in Self.vendorClasses {
                let explained = try await Command.run(
                    Lab.program("dhcpd-config"),
                    ["explain", "--json", "--vendor-class", vendorClass, "--definitions", Lab.definitions, Lab.site])
                let expected = try JSONDecoder().decode(ExplainReport.self, from: Data(explained.output.utf8)).values
                try #require(!expected.isEmpty)
                let told = try await lab.lease("yealink", vendorClass: vendorClass, asking: expected.keys.sorted())
                let texts = try await lab.dhclientLease("yealink", vendorClass: vendorClass)
                for (code, value) in expected {
                    // udhcpc has names of its own for these two and checks them as host names.
                    let shown = [66: "new_tftp_server_name", 67: "new_bootfile_name"]
                    if let name = shown[code] {
                        #expect(texts[name] == Self.text(value), "\(vendorClass), option \(code)")
                    } else {
                        #expect(told["opt\(code)"] == value, "\(vendorClass), option \(code)")
                    }
                }
            }
        }
    }

    private static func text(_ hexadecimal: String) -> String {
        let digits = Array(hexadecimal)
        let octets = stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return String(decoding: octets, as: UTF8.self)
    }

    @Test("A phone behind a relay with option 82 gets an address and the options of its subnet", arguments: DHCPServer.allCases)
    func relay(server: DHCPServer) async throws {
        try await Lab.run(by: "network", variables: ["LAB_SITE": Lab.path("scripts/lab/site-branch.yml"), "LAB_HOOK": "1"]) { lab in
            try await lab.succeed("start", "provd")
            try await lab.succeed("start", server.rawValue)
            try await lab.succeed("branch")
            let told = try await lab.lease("branchphone", vendorClass: "yealink", hostname: "SIP-T46S")
            #expect(told["ip"]?.hasPrefix("10.88.0.1") == true, "\(told)")
            // Kea passes nothing on by which provd could tell who a phone is that it does not know.
            if server != .kea {
                let device = try await lab.device("00:15:65:0a:bb:03")
                #expect(device.ip == told["ip"] && device.model == "T46S")
            }
            let texts = try await lab.dhclientLease("branchphone", vendorClass: "yealink")
            #expect(texts["new_tftp_server_name"] == "http://10.77.0.1:8667")
        }
    }
}
