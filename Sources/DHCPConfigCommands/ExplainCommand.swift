// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import DHCPConfig
import NetTypes

/// `dhcpd-config explain`: says what one phone would be told and why, without a server.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what a phone would be told, octet by octet, and which line says so.",
        discussion: "Give what the phone shows of itself. Nothing is sent on the network.")

    @Option(help: "The phone's hardware address.")
    var mac: String?

    @Option(help: "The vendor class (option 60) that it sends.")
    var vendorClass: String?

    @Option(help: "The user class (option 77) that it sends.")
    var userClass: String?

    @Option(help: "The vendor class in hexadecimal, as 00:00:36:3d, if it is more than text.")
    var vendorClassHex: String?

    @Option(help: "The user class in hexadecimal.")
    var userClassHex: String?

    @Option(help: "The host name (option 12) that it sends.")
    var hostname: String?

    @Option(help: "The subnet that it is in, by name. Needed if the site has several.")
    var subnet: String?

    @Flag(help: "Explain what every sample of the definitions would be told: all makes at a glance.")
    var samples = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteInput

    func validate() throws {
        let shown = [mac, vendorClass, userClass, vendorClassHex, userClassHex, hostname].contains { $0 != nil }
        guard !samples || !shown else { throw ValidationError("--samples explains the samples of the definitions, not one phone: leave out what that phone shows") }
    }

    func run() throws {
        if samples {
            let (plan, catalog) = try site.planAndCatalog()
            let explanations = plan.explainSamples(in: try chosenSubnet(plan), catalog: catalog)
            StandardOutput.write(json ? explanations.json : explanations.description)
            return
        }
        var evidence = DHCPEvidence(vendorClass: vendorClass, userClass: userClass, hostname: hostname)
        if let mac {
            guard let address = MACAddress(mac) else {
                throw ValidationError("“\(mac)” is not a MAC address: write it as 00:15:65:aa:bb:cc")
            }
            evidence.mac = address
        }
        if let vendorClassHex { evidence.vendorClass = try Self.octets(vendorClassHex) }
        if let userClassHex { evidence.userClass = try Self.octets(userClassHex) }
        let (plan, catalog) = try site.planAndCatalog()
        let explanation = plan.explain(evidence, in: try chosenSubnet(plan), catalog: catalog)
        StandardOutput.write(json ? explanation.json : explanation.description)
    }

    private static func octets(_ text: String) throws -> [UInt8] {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        let octets = groups.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
        guard octets.count == groups.count, octets.count <= 255 else {
            throw ValidationError("“\(text)” is not a row of octets: write it as 00:00:36:3d")
        }
        return octets
    }

    private func chosenSubnet(_ plan: DHCPPlan) throws -> Site.Subnet {
        let names = plan.subnets.map(\.name).joined(separator: ", ")
        if let subnet {
            guard let found = plan.subnets.first(where: { $0.name == subnet }) else {
                throw ValidationError("there is no subnet “\(subnet)”: the site has \(names)")
            }
            return found
        }
        guard plan.subnets.count == 1, let only = plan.subnets.first else {
            throw ValidationError("the site has several subnets: choose one of \(names) with --subnet")
        }
        return only
    }
}
