// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension DHCPPlan {
    /// What is allowed but will keep some phone from coming up.
    public func lint() -> [ConfigDiagnostic] {
        var problems = DiagnosticList()
        for subnet in subnets {
            lintReachability(subnet, &problems)
            lintNames(subnet, &problems)
            lintRanges(subnet, &problems)
            for phoneClass in classes { lintSize(phoneClass, subnet, &problems) }
        }
        return problems.diagnostics
    }

    private func lintReachability(_ subnet: Site.Subnet, _ problems: inout DiagnosticList) {
        guard subnet.routers.isEmpty, !subnet.network.contains(subnet.provd.address) else { return }
        problems.warning(
            subnet.location, "phones of “\(subnet.name)” cannot reach provd at \(subnet.provd.address): it is in another network and there is no router",
            "add “router:”")
    }

    private func lintNames(_ subnet: Site.Subnet, _ problems: inout DiagnosticList) {
        guard subnet.dns.isEmpty else { return }
        let urls = [subnet.provd.httpURL, subnet.provd.httpsURL].compactMap(\.self)
        let hosts = urls.map { $0.split(separator: "/").dropFirst().first?.split(separator: ":").first.map(String.init) ?? "" }
        for host in hosts + [subnet.provd.tftpServer] where IPv4Address(host) == nil {
            problems.warning(
                subnet.location, "phones of “\(subnet.name)” are told the name \(host), but no name server to ask",
                "add “dns:”, or use an address in the URLs of provd")
        }
    }

    private func lintRanges(_ subnet: Site.Subnet, _ problems: inout DiagnosticList) {
        let count = subnet.ranges.reduce(0) { $0 + $1.count }
        guard !subnet.ranges.isEmpty, count < 8 else { return }
        problems.note(subnet.location, "“\(subnet.name)” can lease only \(count) address\(count == 1 ? "" : "es") at a time")
    }

    /// RFC 2131, 2: a client that does not say otherwise takes messages of 576 octets, which leave 312 for options. The
    /// ordinary ones take some 90.
    private static let comfortableOctets = 220

    private func lintSize(_ phoneClass: PhoneClass, _ subnet: Site.Subnet, _ problems: inout DiagnosticList) {
        var octets = 0
        for item in phoneClass.items(in: subnet.name) {
            if case .option = item.place { octets += item.value.octets.count + 2 }
        }
        guard octets > Self.comfortableOctets else { return }
        problems.warning(
            phoneClass.location, "\(phoneClass.name) is sent options of \(octets) octets in “\(subnet.name)”, more than every phone can take in one message",
            "shorten the URL of provd")
    }
}
