// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig
import DHCPVerification
import NetTypes

/// `dhcpd-config verify`: asks a real server as phones do, and compares octets.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Ask a real server as every known phone does, and compare its offers byte for byte.",
        discussion: """
            Starts the server (isc, kea or dnsmasq) on the generated configuration in network namespaces of its own, which \
            needs root and touches neither the machine's network nor its server. With --live it asks the server of the \
            network that an interface is in, and sends nothing but DISCOVERs. Ends with exit code 1 if a phone would be \
            told something else than “explain” says.
            """)

    @Option(name: .customLong("for"), help: "The server.")
    var platform: ServerPlatform

    @Option(help: "A family or definition to verify; may be given several times. Default: all.")
    var family: [String] = []

    @Option(help: "A subnet to verify, by name; may be given several times. Default: all; with --live one is needed if the site has several.")
    var subnet: [String] = []

    @Flag(help: "Print every value, not only those that differ.")
    var all = false

    @Flag(help: "Print JSON with every value.")
    var json = false

    @Flag(help: "Ask the server of the network instead of one of its own.")
    var live = false

    @Option(help: "With --live: the interface to ask on.")
    var interface: String?

    @Option(help: "With --live: the server that should answer, by its address. Default: the one whose offers are least wrong; any other is reported.")
    var server: String?

    @Flag(help: "With --live: yes, send DISCOVERs to the network. Servers may keep the addresses they offer for a minute or two.")
    var yesSendDiscover = false

    @OptionGroup var site: SiteInput

    func validate() throws {
        guard live else {
            if interface != nil || server != nil || yesSendDiscover {
                throw ValidationError("--interface, --server and --yes-send-discover belong to --live")
            }
            return
        }
        guard interface != nil else { throw ValidationError("say where to ask: --interface eth0") }
        guard yesSendDiscover else {
            throw ValidationError(
                "--live sends DISCOVERs to the network's DHCP server, which may keep the addresses it offers for a minute or two. Say --yes-send-discover if that is all right.")
        }
    }

    func run() throws {
        let (plan, catalog) = try site.planAndCatalog()
        let subnets = try chosenSubnets(plan)
        let probes = VerificationProbe.all(plan, catalog: catalog, families: family, subnets: subnets)
        guard !probes.isEmpty else {
            throw ValidationError("no definition has samples of \(family.joined(separator: ", ")): “dhcpd-config vendors” lists the names")
        }
        let expected = try server.map { text in
            guard let address = IPv4Address(text) else { throw ValidationError("“\(text)” is not an IPv4 address: write it as 192.0.2.7") }
            return address
        }
        let verifier = Verifier(platform, plan: plan, probes: probes)
        let report: VerificationReport
        do {
            report = try interface.map { try verifier.verifyLive(interface: $0, expecting: expected) } ?? verifier.verifyStaged()
        } catch let failure as VerificationFailure {
            StandardError.write("verify: error: \(failure)\n")
            throw ExitCode(1)
        }
        StandardOutput.write(json ? report.json : report.text(complete: all))
        guard report.isGood else { throw ExitCode(1) }
    }

    private func chosenSubnets(_ plan: DHCPPlan) throws -> [Site.Subnet] {
        let names = plan.subnets.map(\.name)
        for name in subnet where !names.contains(name) {
            throw ValidationError("there is no subnet “\(name)”: the site has \(names.joined(separator: ", "))")
        }
        let chosen = plan.subnets.filter { subnet.isEmpty || subnet.contains($0.name) }
        guard !live || chosen.count == 1 else {
            throw ValidationError("an interface is in one subnet: choose one of \(names.joined(separator: ", ")) with --subnet")
        }
        return chosen
    }
}
