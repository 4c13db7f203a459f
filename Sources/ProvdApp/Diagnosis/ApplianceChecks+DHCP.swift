// SPDX-License-Identifier: GPL-3.0-or-later

import Diagnosis
import ProvModel
import Provisioning

extension ApplianceChecks {
    /// A network of phones is never silent for so long: leases are renewed.
    private static let silence = 24.0 * 3_600
    /// For how long a problem of DHCP counts.
    private static let problemAge = 3_600.0
    /// Which part of the frames may be lost before it is worth a word.
    private static let toleratedLoss = 0.001

    /// What is seen of DHCP, and whether it is as it should be.
    var dhcp: [DiagnosticCheck] {
        [
            DiagnosticCheck("dhcp-evidence", "DHCP is seen", evidence), DiagnosticCheck("sniffer", "The sniffer's traffic", sniffer),
            DiagnosticCheck("dhcp-problems", "What DHCP servers tell phones", problems),
        ]
    }

    @Sendable private func evidence() async -> Finding {
        let last = appliance.sightings.latest(where: { $0.sighting.source == .dhcp && $0.sighting.trust >= .observed }, limit: 1).first?.last
        let remedy = "see that dhcp-sniffd runs on the phones' network (systemctl status dhcp-sniffd), or let the DHCP server call provd-dhcp-hook (dhcp.md)"
        guard let last else {
            return .warning("no DHCP was seen since provd started: phones are known only from their first request", remedy: remedy)
        }
        let age = appliance.now() - last
        return age > Self.silence ? .warning("the last DHCP was seen \(Int(age / 3_600)) hours ago", remedy: remedy) : .ok("the last DHCP was seen \(Int(max(0, age))) s ago")
    }

    @Sendable private func sniffer() async -> Finding {
        guard let report = appliance.metrics.snifferReport else { return .skipped("no sniffer has told what it sees since provd started") }
        let text = "\(report.frames) frames and \(report.messages) DHCP messages were captured, \(report.dropped) frames were lost"
        if report.messages == 0 {
            return .warning(
                "\(text): other traffic is seen, and no DHCP",
                remedy: "let the sniffer listen on the phones' network: “dhcp-sniffd --interface”, a port that mirrors the phones' VLAN, or the router's interface")
        }
        let age = appliance.now() - report.time
        if age > Self.silence {
            return .warning("\(text), the last of them \(Int(age / 3_600)) hours ago", remedy: "see that the switch still mirrors, and that the interface is up (“ip -s link”)")
        }
        if Double(report.dropped) > Self.toleratedLoss * Double(max(1, report.frames)) {
            return .warning(text, remedy: "let the switch mirror the phones' VLAN alone, or give the machine more processors")
        }
        if Double(report.unsent) > Self.toleratedLoss * Double(report.messages) {
            return .warning(
                "\(text), and \(report.unsent) reports were given up, because provd was away for too long",
                remedy: "phones that came meanwhile are known from their next DHCP message on; restart those that do not come up")
        }
        return .ok(text)
    }

    @Sendable private func problems() async -> Finding {
        guard let problem = appliance.metrics.lastDHCPProblem, appliance.now() - problem.time < Self.problemAge else {
            return .ok("nothing is wrong with what was seen; “sudo provctl doctor --ask-dhcp” asks the servers as phones do")
        }
        return .warning("\(problem.text)", remedy: problem.remedy)
    }
}
