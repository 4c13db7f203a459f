// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

extension DHCPProblemReport {
    /// A DHCP server for which there are lines, by the name that `dhcpd-config --for` knows it by.
    public enum Server: String, Sendable, CaseIterable {
        case dnsmasq, isc, kea
    }

    /// Commands that show what is wrong and lines for the server's configuration, with the data of this case. Comments say which is which.
    ///
    /// - Returns: `nil` where nothing about the server helps, and for options, which the vendor definitions know.
    public func lines(for server: Server) -> String? {
        let lines: [String]? =
            switch problem {
            case .noOffer: server.whereIsTheOffer(self)
            case .unexpectedServer: server.whoAnswers(self)
            case .refusedAgain: server.whyRefused(self)
            case .addressInUse: server.whoHasTheAddress(self)
            case .noProvisioningOptions, .otherOptions, .unseenAnswers: nil
            }
        return lines.map { $0.joined(separator: "\n") + "\n" }
    }

    /// Commands for a machine on the phones' network, whichever server there is.
    public var networkCommands: String? {
        // Without an interface, as in a file, people must name it.
        let interface = interface ?? "INTERFACE"
        switch problem {
        case .unexpectedServer:
            guard let server else { return nil }
            return """
                # Its hardware address, by which the switch's table of addresses (Cisco: show mac address-table address …) names the port:
                arping -c 3 -I \(interface) \(server)
                # Who answers now:
                nmap --script broadcast-dhcp-discover -e \(interface)

                """
        case .addressInUse:
            guard let ip else { return nil }
            return """
                # The hardware addresses of all that have \(ip), but for the phone's own, \(mac):
                arping -D -c 3 -I \(interface) \(ip)
                arping -c 3 -I \(interface) \(ip)

                """
        case .noOffer:
            return """
                # On the server's side: does the question arrive, and does an answer go out? "BOOTREPLY" is an answer.
                tcpdump -n -e -v -i \(interface) 'udp port 67 and udp[36:4] = 0x\(mac.compact.prefix(8)) and udp[40:2] = 0x\(mac.compact.suffix(4))'

                """
        case .refusedAgain, .noProvisioningOptions, .otherOptions, .unseenAnswers: return nil
        }
    }

    /// The network that the client is in, in words.
    fileprivate var network: String { relay.map { "the network of the relay \($0)" } ?? "the network of \(interface ?? "the phone")" }
}

extension DHCPProblemReport.Server {
    private var service: String {
        switch self {
        case .dnsmasq: "dnsmasq"
        case .isc: "isc-dhcp-server"
        case .kea: "kea-dhcp4-server"
        }
    }

    /// The file of leases as Debian has it.
    private var leases: String {
        switch self {
        case .dnsmasq: "/var/lib/misc/dnsmasq.leases"
        case .isc: "/var/lib/dhcp/dhcpd.leases"
        case .kea: "/var/lib/kea/kea-leases4.csv"
        }
    }

    /// How many lines before a hardware address a lease begins in the file.
    private var context: String { self == .isc ? "-B 10 -A 3 " : "" }

    private func log(_ text: some CustomStringConvertible) -> String { "journalctl -u \(service) --since -15min | grep -i '\(text)'" }

    private func search(_ text: some CustomStringConvertible) -> String { "grep -i \(context)'\(text)' \(leases)" }

    fileprivate func whereIsTheOffer(_ report: DHCPProblemReport) -> [String] {
        let mac = report.mac
        let known = [
            "# What the server says of the phone's questions. Nothing: they do not arrive, see the relay and the firewall (UDP port 67).", log(mac),
        ]
        switch self {
        case .dnsmasq:
            return known + [
                "# Let it say more, and why it offers nothing (“no address range available”, “no address available”):", "log-dhcp",
                "# A range for \(report.network); interface= and except-interface= must let it in:", "dhcp-range=FIRST,LAST,12h",
                "# Let this phone in where only known ones are (dhcp-ignore=tag:!known):", "dhcp-host=\(mac),set:phone",
            ]
        case .isc:
            return known + [
                "# “no free leases”: widen the range, or let the phone's class into the pool. “unknown network segment”: declare the subnet of",
                "# \(report.network).", "subnet NETWORK netmask MASK {", "  pool { range FIRST LAST; allow members of \"provd-phones\"; }", "}",
                "# Let this phone in where only known ones are (allow known-clients):",
                "host phone-\(mac.compact) { hardware ethernet \(mac); }",
            ]
        case .kea:
            return known + [
                "# Let it say more: in \"loggers\", \"severity\": \"DEBUG\", \"debuglevel\": 50. DHCP4_SUBNET_SELECTION_FAILED: no subnet is for",
                "# \(report.network):",
                report.relay.map { "\"relay\": { \"ip-addresses\": [ \"\($0)\" ] }" } ?? "\"interface\": \"\(report.interface ?? "INTERFACE")\"",
                "# ALLOC_ENGINE_V4_ALLOC_FAIL: no free address, or the pool is for classes that the phone is not of:",
                "\"pools\": [ { \"pool\": \"FIRST - LAST\" } ]",
            ]
        }
    }

    fileprivate func whoAnswers(_ report: DHCPProblemReport) -> [String] {
        let server = report.server.map { " \($0)" } ?? ""
        let interface = report.interface ?? "INTERFACE"
        let found = ["# If\(server) is this server: is it to serve the network? To end it:", "systemctl disable --now \(service)", "# To leave out this network only:"]
        let stays = "# On the server that stays: refuse leases that the other one gave, so that phones come back at once:"
        switch self {
        case .dnsmasq: return found + ["no-dhcp-interface=\(interface)", stays, "dhcp-authoritative"]
        case .isc:
            return found + [
                "# in /etc/default/isc-dhcp-server, all interfaces but \(interface):", "INTERFACESv4=\"OTHERS\"", stays, "authoritative;",
            ]
        case .kea:
            return found + ["# all interfaces but \(interface):", "\"interfaces-config\": { \"interfaces\": [ \"OTHERS\" ] }", stays, "\"authoritative\": true"]
        }
    }

    fileprivate func whyRefused(_ report: DHCPProblemReport) -> [String] {
        let mac = report.mac
        let shown = [
            "# Its lease here, and why it is refused:", search(mac), log(mac),
            "# Two servers on one network must share their leases, or have ranges apart. Where this is the only one:",
        ]
        switch self {
        case .dnsmasq:
            return shown + [
                "dhcp-authoritative", "# A reservation must be of the network in which the phone is:", "grep -rn -i '\(mac)' /etc/dnsmasq.conf /etc/dnsmasq.d",
                "# To forget the lease (dnsmasq writes the file when it stops):",
                "systemctl stop \(service) && sed -i '/\(mac)/Id' \(leases) && systemctl start \(service)",
            ]
        case .isc:
            return shown + [
                "authoritative;", "# A reservation must be of the network in which the phone is:", "grep -rn -i -A 3 '\(mac)' /etc/dhcp",
            ]
        case .kea:
            return shown + [
                "\"authoritative\": true", "# A reservation must be of the network in which the phone is:", "grep -rn -i -A 3 '\(mac)' /etc/kea",
                "# To forget the lease (with libdhcp_lease_cmds.so; its address is the first column above):",
                "{ \"command\": \"lease4-del\", \"arguments\": { \"ip-address\": \"\(report.ip.map(\.description) ?? "ADDRESS")\" } }",
            ]
        }
    }

    fileprivate func whoHasTheAddress(_ report: DHCPProblemReport) -> [String] {
        let ip = report.ip.map(\.description) ?? "ADDRESS"
        switch self {
        case .dnsmasq:
            return [
                "# Did this server give it to another?", search(ip),
                "# Keep it for the machine that has it (its address by arping), so that no phone is offered it:", "dhcp-host=HARDWARE-ADDRESS,\(ip)",
                "# or end the range before it. dnsmasq asks by ping before it offers: take no-ping out if it is there.",
            ]
        case .isc:
            return [
                "# Did this server give it to another? After a refusal it is “abandoned”:", "grep -A 8 'lease \(ip) ' \(leases)",
                "# Keep it for the machine that has it (its address by arping), so that no phone is offered it:",
                "host static-\(ip.replacing(".", with: "-")) { hardware ethernet HARDWARE-ADDRESS; fixed-address \(ip); }",
                "# and leave it out of the range:", "range FIRST BEFORE-\(ip);", "range AFTER-\(ip) LAST;", "# Ask by ping before an offer:", "ping-check true;",
            ]
        case .kea:
            return [
                "# Did this server give it to another? After a refusal its state, the 10th column, is 1, for a day:", "grep '^\(ip),' \(leases)",
                "# Keep it for the machine that has it (its address by arping), so that no phone is offered it:",
                "\"reservations\": [ { \"hw-address\": \"HARDWARE-ADDRESS\", \"ip-address\": \"\(ip)\" } ]",
                "# To free it when the other machine has moved (with libdhcp_lease_cmds.so):",
                "{ \"command\": \"lease4-del\", \"arguments\": { \"ip-address\": \"\(ip)\" } }",
            ]
        }
    }
}
