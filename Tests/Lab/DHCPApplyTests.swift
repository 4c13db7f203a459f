// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Applying a configuration", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(2)))
struct DHCPApplyTests {
    /// dhcpd keeps what its parents have open, and the test run would wait for its end.
    private static let alone = "python3 -c 'import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))'"

    /// Starts the server on its file, in the background, as a service manager would; fails if it does not come up.
    private static func reload(_ server: DHCPServer, _ lab: Lab) -> String {
        let state = lab.state.path
        let end = "if [ -s \(state)/server.pid ]; then kill $(cat \(state)/server.pid); sleep 0.3; rm -f \(state)/server.pid; fi"
        return switch server {
        case .dnsmasq:
            "\(end); dnsmasq --conf-file=\(state)/applied.conf --no-ping --user=root --log-facility=\(state)/server.log --dhcp-leasefile=\(state)/server.leases --pid-file=\(state)/server.pid"
        case .isc:
            "\(end); touch \(state)/server.leases; \(Self.alone) dhcpd -4 -q -cf \(state)/applied.conf -lf \(state)/server.leases -pf \(state)/server.pid br0 >\(state)/server.log 2>&1"
        case .kea: "exit 1"
        }
    }

    @Test("A configuration with which the server does not come up is taken back, and the server serves", arguments: [DHCPServer.dnsmasq, .isc])
    func rollsBack(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            let output = lab.state.appending(path: "applied.conf"), broken = lab.state.appending(path: "broken.yml")
            let apply = ["in", "appliance", Lab.program("dhcpd-config"), "apply", "--for", server.rawValue, "--definitions", Lab.definitions,
                         "--output", output.path, "--reload", Self.reload(server, lab)]
            try await lab.succeed(apply + [Lab.site])
            let good = try String(contentsOf: output, encoding: .utf8)

            // The text is right for the server's checker, and the interface and network are not there when it starts.
            try String(contentsOfFile: Lab.site, encoding: .utf8).replacing("br0", with: "nosuch0").replacing("10.77.0.", with: "10.99.0.")
                .write(to: broken, atomically: true, encoding: .utf8)
            let failed = try await lab.command(apply + [broken.path])
            #expect(failed.status == 1, "\(failed.output)")
            #expect(failed.output.contains("previous configuration is back"), "\(failed.output)")
            #expect(try String(contentsOf: output, encoding: .utf8) == good)
            let lease = try await lab.lease("yealink", vendorClass: "yealink")
            #expect(lease["ip"]?.hasPrefix("10.77.0.1") == true, "the server does not serve after the rollback")
        }
    }

    @Test("A text that the server's checker refuses never takes the place of the one in use", arguments: DHCPServer.allCases)
    func refusedText(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            let output = lab.state.appending(path: "applied.conf")
            try "what was there\n".write(to: output, atomically: true, encoding: .utf8)
            // The checker is asked about the new text together with what else the administrator has.
            let failed = try await lab.command([
                "in", "appliance", Lab.program("dhcpd-config"), "apply", "--for", server.rawValue, "--definitions", Lab.definitions,
                "--output", output.path, "--check-command", "grep -q 'what was there' \(output.path)", "--reload", "true", Lab.site,
            ])
            #expect(failed.status == 1, "\(failed.output)")
            #expect(try String(contentsOf: output, encoding: .utf8) == "what was there\n")
        }
    }
}
