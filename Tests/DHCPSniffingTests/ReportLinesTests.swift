// SPDX-License-Identifier: GPL-3.0-or-later

@testable import DHCPSniffing
import Foundation
import NetTypes
import ProvModel
import Testing

@Suite("Lines of JSON for provd")
struct ReportLinesTests {
    private func line(_ report: DHCPReport) -> [UInt8] {
        var lines = ReportLines()
        lines.append(report)
        return lines.bytes
    }

    private func full() -> DHCPObservation {
        var observation = DHCPObservation(observer: .hook, time: 1_700_000_000.25, type: .ack, mac: phone)
        observation.ip = IPv4Address(10, 0, 200, 9)
        observation.server = server
        observation.relay = IPv4Address(192, 0, 2, 255)
        observation.circuitID = "Gi1/0/7"
        observation.remoteID = "00:06:aa"
        observation.interface = "eth0"
        observation.vlan = 100
        observation.vendorClass = "yealink"
        observation.userClass = "a,b"
        observation.hostname = "a\nb\"c\\\u{2028}\u{0}ü\u{1F4DE}"
        observation.clientID = "01:00:15:65:0a:bb:cc"
        observation.fqdn = "phone.example.test."
        observation.architectures = [0, 0xFFFF]
        observation.vendorClasses = [.init(enterprise: 0xFFFF_FFFF, value: "phone \"A\"")]
        observation.vendorOptions = [.init(enterprise: 3561, code: 3, value: "T46S"), .init(enterprise: 3561, code: 255, value: "")]
        observation.parameterRequestList = [1, 66, 255]
        observation.provisioningOptions = []
        observation.headerFields = [.siaddr, .file]
        observation.recognition = .init(vendor: "Yealink", model: "T46S", version: "66", family: "yealink", basis: "because")
        observation.repeats = 12_345
        return observation
    }

    @Test("An observation with everything, and one with nothing, are read as they were")
    func observations() throws {
        for observation in [full(), DHCPObservation(observer: .sniffer, time: 0.1, type: .discover, mac: phone)] {
            let bytes = line(.observation(observation))
            #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1 && bytes.last == UInt8(ascii: "\n"))
            #expect(try JSONDecoder().decode(DHCPReport.self, from: Data(bytes)) == .observation(observation))
            #expect(try JSONDecoder().decode(DHCPObservation.self, from: Data(bytes)) == observation)
        }
    }

    @Test("The writer writes what the general encoder does")
    func agreement() throws {
        let encoder = JSONEncoder()
        let general = try JSONSerialization.jsonObject(with: encoder.encode(full())) as? NSDictionary
        let own = try JSONSerialization.jsonObject(with: Data(line(.observation(full())))) as? NSDictionary
        #expect(general == own)
    }

    @Test("Counts are read as they were")
    func statistics() throws {
        let statistics = ObserverStatistics(source: "eth0-7", time: 1_700_000_000.5, frames: .max, messages: 65_536, malformed: 0, dropped: 9, unsent: 3)
        let bytes = line(.statistics(statistics))
        #expect(try JSONDecoder().decode(DHCPReport.self, from: Data(bytes)) == .statistics(statistics))
        // As an earlier sniffer writes it.
        let earlier = #"{"statistics":"eth0-7","time":5,"frames":4,"messages":3,"malformed":2,"dropped":1}"#
        let read = ObserverStatistics(source: "eth0-7", time: 5, frames: 4, messages: 3, malformed: 2, dropped: 1)
        #expect(try JSONDecoder().decode(DHCPReport.self, from: Data(earlier.utf8)) == .statistics(read))
    }

    @Test("A problem is read as it was")
    func problems() throws {
        var problem = DHCPProblemReport(.otherOptions, time: 5, mac: phone, text: "“text”", remedy: "do")
        #expect(try JSONDecoder().decode(DHCPReport.self, from: Data(line(.problem(problem)))) == .problem(problem))
        problem.ip = server
        problem.server = server
        problem.relay = server
        problem.interface = "br0"
        problem.vlan = 4094
        problem.family = "yealink"
        problem.wantedOptions = [66]
        #expect(try JSONDecoder().decode(DHCPReport.self, from: Data(line(.problem(problem)))) == .problem(problem))
    }

    @Test("A line of an observer that knows less is still read")
    func oldLine() throws {
        let line = #"{"mac":"00:15:65:aa:bb:cc","observer":"sniffer","recognition":{"basis":"x","vendor":"Yealink"},"repeats":1,"time":1,"type":"ack"}"#
        let report = try JSONDecoder().decode(DHCPReport.self, from: Data(line.utf8))
        #expect(report.observation?.recognition?.vendor == "Yealink")
    }

    @Test("An infinite time does not make a line that is no JSON")
    func infiniteTime() throws {
        let observation = DHCPObservation(observer: .sniffer, time: .infinity, type: .discover, mac: phone)
        #expect(try JSONDecoder().decode(DHCPObservation.self, from: Data(line(.observation(observation)))).time == 0)
    }
}
