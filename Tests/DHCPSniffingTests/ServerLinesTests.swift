// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import ProvModel
import Testing

@Suite("Lines to paste for what goes wrong")
struct ServerLinesTests {
    private func report(_ kind: DHCPProblemReport.Kind) -> DHCPProblemReport {
        var report = DHCPProblemReport(kind, time: 1, mac: phone, text: "", remedy: "")
        report.ip = IPv4Address(10, 0, 0, 9)
        report.server = IPv4Address(10, 0, 0, 66)
        report.interface = "br0"
        return report
    }

    @Test("Each server has lines for each problem that is not of options", arguments: DHCPProblemReport.Server.allCases)
    func everyServer(_ server: DHCPProblemReport.Server) throws {
        for kind in [DHCPProblemReport.Kind.noOffer, .unexpectedServer, .refusedAgain, .addressInUse] {
            let lines = try #require(report(kind).lines(for: server))
            #expect(lines.hasSuffix("\n") && !lines.contains("Optional"))
        }
        for kind in [DHCPProblemReport.Kind.noProvisioningOptions, .otherOptions, .unseenAnswers] {
            #expect(report(kind).lines(for: server) == nil)
        }
    }

    @Test("They hold the data of the case")
    func data() throws {
        for server in DHCPProblemReport.Server.allCases {
            #expect(try #require(report(.noOffer).lines(for: server)).contains("\(phone)"))
            #expect(try #require(report(.refusedAgain).lines(for: server)).contains("\(phone)"))
            #expect(try #require(report(.addressInUse).lines(for: server)).contains("10.0.0.9"))
            #expect(try #require(report(.unexpectedServer).lines(for: server)).contains("10.0.0.66"))
        }
        #expect(report(.unexpectedServer).networkCommands?.contains("arping -c 3 -I br0 10.0.0.66") == true)
        #expect(report(.addressInUse).networkCommands?.contains("arping -D -c 3 -I br0 10.0.0.9") == true)
    }

    @Test("A server that refuses is made authoritative in its own words")
    func authoritative() {
        let lines = { report(.refusedAgain).lines(for: $0)?.split(separator: "\n") ?? [] }
        #expect(lines(.isc).contains("authoritative;"))
        #expect(lines(.kea).contains("\"authoritative\": true"))
        #expect(lines(.dnsmasq).contains("dhcp-authoritative"))
    }

    @Test("The subnet of a relayed phone is named by its relay")
    func relay() {
        var relayed = report(.noOffer)
        relayed.relay = IPv4Address(10, 9, 0, 1)
        #expect(relayed.lines(for: .kea)?.contains("\"ip-addresses\": [ \"10.9.0.1\" ]") == true)
        #expect(relayed.lines(for: .isc)?.contains("the network of the relay 10.9.0.1") == true)
    }

    @Test("What was not seen is left for people to fill in")
    func placeholders() {
        let bare = DHCPProblemReport(.addressInUse, time: 1, mac: phone, text: "", remedy: "")
        #expect(bare.networkCommands == nil)
        #expect(bare.lines(for: .kea)?.contains("\"ip-address\": \"ADDRESS\"") == true)
    }
}
