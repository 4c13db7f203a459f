// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import Foundation
import Testing

@Suite("Ports that systemd opens")
struct PhonePortsTests {
    private func ports(_ settings: String) throws -> PhonePorts { try PhonePorts(settings: settings) }

    @Test("Settings without ports are right with the unit as it comes")
    func usual() throws {
        let unit = try String(contentsOfFile: #filePath.replacing("Tests/ApplianceSetupTests/PhonePortsTests.swift", with: "systemd/provd.socket"), encoding: .utf8)
        let lines = unit.split(separator: "\n").filter { $0.hasPrefix("Listen") }.map { line in
            line.replacing("ListenDatagram=", with: "Listen=").replacing("ListenStream=", with: "Listen=") + (line.contains("Datagram") ? " (Datagram)" : " (Stream)")
        }
        #expect(PhonePorts(systemd: lines.joined(separator: "\n")) == .usual)
        #expect(PhonePorts.usual.ports.count == 4)
        for settings in ["", "advertised_address: 10.77.0.1\n", "http: {trusted_proxies: 1}\nsip:\n  realm: here\n"] {
            #expect(try ports(settings).dropIn == nil)
        }
    }

    @Test("Other ports and addresses replace those of the unit")
    func others() throws {
        let settings = try ports("http:\n  address: 10.77.0.1\n  port: 80\n  tls_port: 443\ntftp: {address: 10.77.0.1}\nsip: {tls_port: 5061}\n")
        #expect(settings.dropIn == """
            # Written by “provctl setup”: the ports of provd.yml.
            [Socket]
            ListenDatagram=
            ListenStream=
            ListenDatagram=10.77.0.1:69
            ListenDatagram=0.0.0.0:5060
            ListenStream=0.0.0.0:5060
            ListenStream=0.0.0.0:5061
            ListenStream=10.77.0.1:80
            ListenStream=10.77.0.1:443

            """)
    }

    @Test("All of IPv6 is all of IPv4 too, each with sockets of its own")
    func dualStack() throws {
        let text = try #require(try ports("http: {address: \"::\"}\nsip: {address: \"::\", port: 5070}\n").dropIn)
        for line in ["BindIPv6Only=ipv6-only", "ListenStream=[::]:8667", "ListenStream=0.0.0.0:8667", "ListenDatagram=[::]:5070", "ListenDatagram=0.0.0.0:5070"] {
            #expect(text.split(separator: "\n").contains(Substring(line)))
        }
    }

    @Test("What only one side has is named")
    func differences() throws {
        let wanted = try ports("http: {port: 80}")
        let open = PhonePorts(systemd: "ActiveState=active\nListen=0.0.0.0:69 (Datagram)\nListen=0.0.0.0:5060 (Datagram)\nListen=0.0.0.0:5060 (Stream)\nListen=[::]:8667 (Stream)\nListen=/run/x (Stream)\n")
        #expect(wanted.missing(in: open) == ["TCP 0.0.0.0:80"])
        #expect(open.missing(in: wanted) == ["TCP [::]:8667"])
        #expect(wanted.missing(in: wanted).isEmpty)
    }

    @Test("A slip is named", arguments: ["http: {port: many}", "tftp: {address: here}", "sip: {tls_port: 70000}", "a: ["])
    func slips(settings: String) {
        #expect(throws: SetupProblem.self) { try ports(settings) }
    }

    @Test("Ports are opened anew only if they change")
    func restart() throws {
        var sheet = SetupSheet()
        for (key, value) in [SetupKey.interface: "eth0", .address: "10.77.0.1", .network: "10.77.0.0/24", .dhcp: "none"] { sheet[key] = value }
        func closes(_ commands: [SetupPlan.Command]) -> Bool { commands.contains { $0.arguments == ["systemctl", "stop", "provd.socket", "provd.service"] } }
        func plan(_ settings: String, ports: String?) throws -> SetupPlan {
            try SetupPlan(SetupAnswers(sheet), sheet: sheet, settings: settings, ports: ports)
        }
        let changed = try plan("http: {port: 80}\n", ports: nil), dropIn = try ports("http: {port: 80}\n").dropIn
        #expect(closes(changed.commands))
        #expect(changed.files.contains { $0.path == "/etc/systemd/system/provd.socket.d/provd-setup.conf" && $0.text == dropIn })
        for plan in [try plan("http: {port: 80}\n", ports: dropIn), try plan("", ports: nil)] {
            #expect(!closes(plan.commands))
        }
        #expect(closes(try plan("", ports: dropIn).commands))
        #expect(closes(SetupPlan.undoing(sheet, to: sheet, changesPorts: true)) && !closes(SetupPlan.undoing(sheet, to: sheet)))
    }
}
