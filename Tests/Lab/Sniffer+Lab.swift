// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

/// What tests of the sniffer need besides.
extension Lab {
    /// The hardware address of the lab's Yealink phone.
    static let yealink = "00:15:65:0a:bb:01"

    /// Sends DISCOVERs from a phone's port.
    func discover(_ arguments: [String] = [], from phone: String = "yealink") async throws {
        let mac = phone == "yealink" ? Lab.yealink : "50:3d:e5:0a:bb:02"
        let line = (["exec", Lab.path("scripts/lab/discover"), mac] + arguments).joined(separator: " ")
        try await succeed("in", phone, "sh", "-c", line)
    }

    /// Takes a lease on the Yealink phone's port as dhclient does, and keeps nothing of it.
    ///
    /// - Parameter declarations: More lines of dhclient's configuration.
    func takeLease(
        as vendorClass: String = "yealink", asking options: String = "subnet-mask, routers, tftp-server-name", declarations: String = ""
    ) async throws {
        try writeClientConfiguration("\(declarations)\nsend vendor-class-identifier \"\(vendorClass)\";\nrequest \(options);")
        let line = """
            : >'\(leases)'; timeout 60 \(client(script: "/bin/true")) & client=$!
            for i in $(seq 500); do grep -q fixed-address '\(leases)' && break; sleep 0.1; done
            kill $client; wait $client; true
            """
        try await succeed("in", "yealink", "sh", "-c", line)
    }

    /// Lets dhclient on the Yealink phone's port find the address that it is given in use: it declines it.
    func decline() async throws {
        try writeClientConfiguration("send vendor-class-identifier \"yealink\";")
        // dhclient's script says by its exit status that another machine has the address.
        try await succeed("in", "yealink", "sh", "-c", ": >'\(leases)'; timeout 15 \(client(script: "/bin/false")); true")
    }

    /// Lets dhclient on the Yealink phone's port ask for the address that it had in another network.
    func askForForeignAddress() async throws {
        try writeClientConfiguration("send vendor-class-identifier \"yealink\";")
        let lease = """
            lease {
              interface "eth0";
              fixed-address 10.99.0.5;
              option subnet-mask 255.255.255.0;
              option dhcp-lease-time 864000;
              option dhcp-server-identifier 10.99.0.1;
              renew 5 2037/01/01 00:00:00;
              rebind 5 2037/01/02 00:00:00;
              expire 5 2037/01/03 00:00:00;
            }

            """
        let old = state.appending(path: "sniffer.old-lease")
        try lease.write(to: old, atomically: true, encoding: .utf8)
        try await succeed("in", "yealink", "sh", "-c", "cp '\(old.path)' '\(leases)'; timeout 4 \(client(script: "/bin/true")); true")
    }

    private var leases: String { "\(state.path)/sniffer.leases" }

    private func writeClientConfiguration(_ text: String) throws {
        try (text + "\n").write(to: state.appending(path: "sniffer-dhclient.conf"), atomically: true, encoding: .utf8)
    }

    private func client(script: String) -> String {
        "dhclient -4 -1 -d -cf '\(state.path)/sniffer-dhclient.conf' -lf '\(leases)' -pf '\(state.path)/sniffer.pid' -sf \(script) eth0"
    }

    /// Starts a DHCP server of nobody's, with nothing but addresses. It ends with the lab.
    ///
    /// - Parameter options: More lines of dnsmasq's configuration.
    func startBareServer(in namespace: String, range: String, options: String = "") async throws {
        let file = state.appending(path: "bare-\(namespace).conf")
        let text = """
            port=0
            interface=\(namespace == "appliance" ? "br0" : "eth0")
            bind-interfaces
            no-ping
            dhcp-authoritative
            leasefile-ro
            user=root
            dhcp-range=\(range),1h
            \(options)
            pid-file=\(state.path)/run/bare-\(namespace).own-pid
            """
        try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
        try await succeed("in", namespace, "dnsmasq", "--conf-file=\(file.path)")
    }

    /// Starts a second sniffer that prints what it sees to a file. It ends with the lab.
    func startPrinting(_ arguments: [String], to file: URL) async throws {
        // It must keep no descriptor open by which the test would wait for it; Python closes them.
        let start = """
            import subprocess, sys
            sniffer = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=open(sys.argv[1], "w"), stderr=open(sys.argv[1] + ".log", "w"), start_new_session=True)
            open(sys.argv[1] + ".pid", "w").write(str(sniffer.pid))
            """
        try await succeed(
            ["in", "appliance", "python3", "-c", start, file.path, program("dhcp-sniffd"), "--json", "--definitions", Lab.path("dhcp")] + arguments)
        try await wait(for: "the sniffer listens") { try Lab.text(URL(filePath: file.path + ".log")).contains("listening on") }
    }

    /// The timeline of a device as the REST API gives it, or nothing if provd does not know the device.
    func timeline(_ mac: String = Lab.yealink) async throws -> String {
        let answer = try await self("api", "/1.0/devices/\(mac)/timeline?limit=200")
        return answer.succeeded ? answer.output.replacing("\\/", with: "/") : ""
    }

    /// Waits until something is so.
    func wait(for what: String, seconds: Int = 60, _ isSo: () async throws -> Bool) async throws {
        for _ in 0..<(seconds * 10) {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(what): not within \(seconds) s. The sniffer says: \(log(of: "sniffd"))")
    }

    static func text(_ file: URL) throws -> String {
        FileManager.default.fileExists(atPath: file.path) ? try String(contentsOf: file, encoding: .utf8) : ""
    }
}
