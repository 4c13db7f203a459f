// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@Suite("Applying a configuration", .enabled(if: DHCPServer.obstacle == nil, "\(DHCPServer.obstacle ?? "")"), .serialized, .timeLimit(.minutes(20)))
struct DHCPApplyTests {
    /// A configuration with which the server does not come up, though nothing is wrong with its text: the interface and
    /// the network are not there. Kea's checker would notice that; it is told to be silent, as where it is not installed.
    @Test("A server that does not come up after the reload gets its configuration back, and serves", arguments: DHCPServer.allCases)
    func doesNotComeUp(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            let place = try Place(server, lab)
            try await lab.succeed(place.apply(Lab.site))
            let good = try place.text()

            // A dry run shows the lines that would change, and changes nothing.
            let shown = try await lab.succeed(place.apply(try place.site { $0.replacing("10.77.0.199", with: "10.77.0.150") }, ["--dry-run"]))
            #expect(shown.contains("\n-") && shown.contains("10.77.0.199") && shown.contains("\n+") && shown.contains("10.77.0.150"), "\(shown)")
            #expect(try place.text() == good)

            let broken = try place.site { $0.replacing("br0", with: "nosuch0").replacing("10.77.0.", with: "10.99.0.") }
            let failed = try await lab.command(place.apply(broken, ["--check-command", "true"]))
            #expect(failed.status == 1, "\(failed.output)")
            #expect(failed.output.contains("previous configuration is back"), "\(failed.output)")
            #expect(try place.text() == good)
            try await expectService(server, lab)
        }
    }

    /// The text is refused only together with what else the administrator has, so that it has to be in place first.
    @Test("A fragment that does not go with the rest is taken back, and the server serves", arguments: DHCPServer.allCases)
    func brokenTogether(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            let place = try Place(server, lab, isFragment: true)
            try await lab.succeed(place.apply(Lab.site))
            let good = try place.text()

            let (broken, more) = try place.clash()
            let failed = try await lab.command(place.apply(broken, more))
            #expect(failed.status == 1, "\(failed.output)")
            #expect(failed.output.contains("the check failed") && failed.output.contains("previous configuration is back"), "\(failed.output)")
            #expect(try place.text() == good)
            try await expectService(server, lab)
        }
    }

    @Test("A whole file that the server's checker refuses never takes the place of the one in use", arguments: [DHCPServer.kea])
    func refusedText(server: DHCPServer) async throws {
        try await Lab.run(by: "network") { lab in
            let place = try Place(server, lab)
            try await lab.succeed(place.apply(Lab.site))
            let good = try place.text()
            // Of the three only Kea's checker knows the machine's interfaces; what the others check dhcpd-config writes right.
            let failed = try await lab.command(place.apply(try place.site { $0.replacing("br0", with: "nosuch0") }))
            #expect(failed.status == 1, "\(failed.output)")
            #expect(failed.output.contains("rejects the new configuration") && failed.output.contains("nosuch0"), "\(failed.output)")
            #expect(try place.text() == good)
            #expect(!FileManager.default.fileExists(atPath: place.file.path + ".new"))
            try await expectService(server, lab)
        }
    }

    private func expectService(_ server: DHCPServer, _ lab: Lab) async throws {
        let lease = try await lab.lease("yealink", vendorClass: "yealink")
        #expect(lease["ip"]?.hasPrefix("10.77.0.1") == true, "\(server) does not serve after the rollback")
    }
}

/// A server in the appliance that is restarted as a service manager would, and the file that it reads.
private struct Place {
    let server: DHCPServer
    let lab: Lab
    let isFragment: Bool
    /// What dhcpd-config writes.
    let file: URL
    /// What the server is started with: the same file, or one that includes it.
    private let main: URL

    init(_ server: DHCPServer, _ lab: Lab, isFragment: Bool = false) throws {
        (self.server, self.lab, self.isFragment) = (server, lab, isFragment)
        file = lab.state.appending(path: isFragment ? "fragment.conf" : "applied.conf")
        main = lab.state.appending(path: isFragment ? "main.conf" : "applied.conf")
        try restart.write(to: lab.state.appending(path: "restart"), atomically: true, encoding: .utf8)
        guard isFragment else { return }
        let text =
            switch server {
            case .dnsmasq: "port=0\nconf-file=\(file.path)\ndhcp-script=/bin/true\n"
            case .isc: "authoritative;\ninclude \"\(file.path)\";\nclass \"own\" { match if exists provd-160; }\n"
            case .kea:
                """
                { "Dhcp4": {
                  "interfaces-config": { "interfaces": [ "br0" ] },
                  "lease-database": { "type": "memfile", "persist": false },
                  <?include "\(file.path)"?>
                } }

                """
            }
        try text.write(to: main, atomically: true, encoding: .utf8)
    }

    func text() throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// The lab's site with a change.
    func site(_ change: (String) -> String) throws -> String {
        let path = lab.state.appending(path: "changed.yml")
        try change(String(contentsOfFile: Lab.site, encoding: .utf8)).write(to: path, atomically: true, encoding: .utf8)
        return path.path
    }

    func apply(_ site: String, _ more: [String] = []) -> [String] {
        var arguments = [
            "in", "appliance", Lab.program("dhcpd-config"), "apply", "--for", server.rawValue, "--definitions", Lab.definitions,
            "--output", file.path, "--reload", "sh '\(lab.state.path)/restart'",
        ]
        if isFragment { arguments += ["--fragment", "--check-command", check] }
        return arguments + more + [site]
    }

    /// A site, and options, of which the fragment contradicts the file that includes it.
    func clash() throws -> (site: String, more: [String]) {
        switch server {
        // There can be one dhcp-script.
        case .dnsmasq: (try site { $0 + "\n" }, ["--hook", "/bin/true"])
        // The other file uses an option that the fragment defines only for Polycom phones.
        case .isc: (try site { $0.replacing("vendors:\n", with: "vendors: [yealink]\n").replacing("  cisco-spa: {protocol: tftp}\n", with: "").replacing("  others: serve\n", with: "") }, [])
        // The interface is not there.
        case .kea: (try site { $0.replacing("br0", with: "nosuch0") }, [])
        }
    }

    /// The checker on the whole configuration.
    private var check: String {
        switch server {
        case .dnsmasq: "dnsmasq --test --conf-file=\(main.path)"
        case .isc: "dhcpd -4 -t -cf \(main.path)"
        case .kea: "KEA_PIDFILE_DIR=\(lab.state.path) KEA_LOCKFILE_DIR=\(lab.state.path) kea-dhcp4 -t \(main.path)"
        }
    }

    /// Ends the server and starts it; fails if it does not come up. What it leaves running keeps nothing of its parents open.
    private var restart: String {
        let state = lab.state.path, alone = "python3 -c 'import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))'"
        let start =
            switch server {
            case .dnsmasq:
                "dnsmasq --conf-file=\(main.path) --no-ping --user=root --log-facility=\(state)/server.log --dhcp-leasefile=\(state)/server.leases --pid-file=\(state)/server.pid"
            case .isc:
                "touch \(state)/server.leases\n\(alone) dhcpd -4 -q -cf \(main.path) -lf \(state)/server.leases -pf \(state)/server.pid br0 >\(state)/server.log 2>&1"
            case .kea:
                // It stays in the foreground, and says in its log when it serves.
                """
                : >\(state)/server.log
                # It would keep its leases in the directory of the machine's own server.
                sed 's/"persist": true/"persist": false/' \(main.path) >\(state)/running.conf
                KEA_PIDFILE_DIR=\(state) KEA_LOCKFILE_DIR=\(state) setsid kea-dhcp4 -c \(state)/running.conf >\(state)/server.log 2>&1 &
                echo $! >\(state)/server.pid
                while ! grep -q DHCP4_STARTED \(state)/server.log; do
                    kill -0 $(cat \(state)/server.pid) 2>/dev/null || { rm -f \(state)/server.pid; cat \(state)/server.log; exit 1; }
                    sleep 0.1
                done
                """
            }
        return """
            if [ -s \(state)/server.pid ]; then
                old=$(cat \(state)/server.pid)
                kill "$old"
                while kill -0 "$old" 2>/dev/null; do sleep 0.1; done
                rm -f \(state)/server.pid
            fi
            \(start)

            """
    }
}
