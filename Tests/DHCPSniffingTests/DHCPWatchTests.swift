// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
import DHCPWire
import NetTypes
import ProvModel
import Testing

@Suite("Problems in the DHCP traffic")
struct DHCPWatchTests {
    private let place = DHCPProblem.Place(interface: "br0", vlan: nil)

    private func seen(
        _ type: DHCPObservation.MessageType, at time: Double = 0, from server: IPv4Address? = nil, vlan: UInt16? = nil,
        change: (inout DHCPObservation) -> Void = { _ in }
    ) -> DHCPObservation {
        var observation = DHCPObservation(observer: .sniffer, time: time, type: type, mac: phone)
        observation.interface = "br0"
        observation.vlan = vlan
        observation.server = server
        change(&observation)
        return observation
    }

    /// Polycom's phones as the definitions have them, and one family that boots by the header.
    private static let wishes = [
        "polycom": ProvisioningWishes(options: [66, 160], handover: [128]),
        "alcatel": ProvisioningWishes(options: [43], headerFields: [.file]),
    ]

    private func problems(_ observations: [DHCPObservation], expected: [IPv4Address] = []) -> [DHCPProblem] {
        var watch = DHCPWatch(expectedServers: expected, wishes: Self.wishes)
        return observations.flatMap { watch.observe($0) }
    }

    @Test("A lease without trouble is no problem")
    func quiet() {
        let lease = [
            seen(.discover), seen(.offer, at: 1, from: server), seen(.request, at: 1, from: server), seen(.ack, at: 1, from: server),
        ]
        #expect(problems(lease + lease).isEmpty)
    }

    @Test("A second server is told once, whatever the number of its answers")
    func secondServer() {
        let rogue = IPv4Address(10, 0, 0, 66)
        let answers = (0..<100).flatMap { _ in [seen(.offer, from: server), seen(.offer, from: rogue)] }
        #expect(problems(answers) == [.unexpectedServer(rogue, expected: [server], place)])
    }

    @Test("A server of another VLAN is not a second one")
    func serversOfVLANs() {
        let other = IPv4Address(10, 78, 0, 1)
        #expect(problems([seen(.ack, from: server), seen(.ack, from: other, vlan: 100)]).isEmpty)
    }

    @Test("Who answers DHCPINFORM beside the server gives no address and is no second server, until it gives one")
    func informedByAnother() {
        let other = IPv4Address(10, 0, 0, 3)
        let informed = [seen(.ack, from: server), seen(.inform), seen(.ack, from: other)]
        #expect(problems(informed).isEmpty)
        #expect(problems(informed + [seen(.request), seen(.ack, from: other)]) == [.unexpectedServer(other, expected: [server], place)])
    }

    @Test("With servers named, the first stranger is told, and the named ones are not")
    func expectedServers() {
        let second = IPv4Address(10, 0, 0, 2)
        let rogue = IPv4Address(10, 0, 0, 66)
        let found = problems([seen(.offer, from: rogue), seen(.offer, from: server), seen(.offer, from: second)], expected: [server, second])
        #expect(found == [.unexpectedServer(rogue, expected: [server, second], place)])
    }

    @Test("Repeated DISCOVERs without an OFFER for ten seconds are a problem once, and again after an answer")
    func noOffer() {
        let asking = [0, 4, 12, 28].map { seen(.discover, at: $0) }
        let expected = DHCPProblem.noOffer(client: phone, discovers: 3, seconds: 12, place)
        #expect(problems(asking) == [expected])
        #expect(problems(asking + [seen(.offer, at: 29, from: server)] + asking) == [expected, expected])
        #expect(problems([seen(.discover), seen(.discover, at: 5_000)]).isEmpty, "these are two stories")
    }

    @Test("A burst of copies and a late offer are no problem")
    func patience() {
        #expect(problems((0..<10).map { seen(.discover, at: Double($0) / 100) }).isEmpty)
        #expect(problems([seen(.discover), seen(.discover, at: 4), seen(.offer, at: 5, from: server)]).isEmpty)
    }

    @Test("A request that names a server after an unseen offer says that answers do not pass here, not that there is none")
    func unseenAnswers() {
        let lease = [seen(.discover), seen(.request, at: 1, from: server)]
        #expect(problems(lease + lease) == [.unseenAnswers(place)])
        #expect(problems([seen(.request), seen(.request, at: 100)]).isEmpty, "a renewal's answer is unicast and proves nothing")
    }

    private func discover(_ family: String = "polycom", asking codes: [UInt8]? = nil, at time: Double = 0) -> DHCPObservation {
        seen(.discover, at: time) {
            $0.recognition = .init(vendor: "Polycom", family: family, basis: "test")
            $0.parameterRequestList = codes
        }
    }

    private func answer(
        _ type: DHCPObservation.MessageType = .ack, with codes: [UInt8]?, fields: [DHCPObservation.HeaderField]? = nil
    ) -> DHCPObservation {
        seen(type, at: 1, from: server) {
            $0.provisioningOptions = codes
            $0.headerFields = fields
        }
    }

    private let polycom = DHCPProblem.Phone(mac: phone, vendor: "Polycom", family: "polycom")

    @Test("A recognised phone that gets no option it reads is told, and again if they go away again")
    func missingOptions() {
        let problem = DHCPProblem.noProvisioningOptions(polycom, wanted: [66, 160], server: server, place)
        #expect(problems([discover(), answer(with: []), answer(with: [])]) == [problem])
        #expect(problems([discover(), answer(with: []), answer(with: [66]), answer(with: [43])]) == [problem, problem])
        #expect(problems([answer(with: [])]).isEmpty, "what is no phone needs none")
        #expect(problems([discover(), answer(with: nil)]).isEmpty, "without definitions nothing is known")
        #expect(problems([discover(), answer(with: [128])]).isEmpty, "a phone handed over to a voice VLAN asks again there")
    }

    @Test("A phone that asked for 160 and is given only 66 is told, one that asked for both is not")
    func otherOptions() {
        let problem = DHCPProblem.otherOptions(polycom, asked: [160], given: [66], server: server, place)
        #expect(problems([discover(asking: [1, 3, 160]), answer(with: [66])]) == [problem])
        #expect(problems([discover(asking: [160, 66]), answer(with: [66])]).isEmpty)
        #expect(problems([discover(asking: [1, 3]), answer(with: [66])]).isEmpty, "it reads what it did not ask for")
        #expect(problem.text.contains("asked for option 160") && problem.text.contains("only option 66"))
    }

    @Test("A family that boots by the header is content with the header, others are not")
    func headerFields() {
        #expect(problems([discover("alcatel"), answer(with: [], fields: [.siaddr, .file])]).isEmpty)
        #expect(problems([discover("alcatel"), answer(with: [], fields: [.siaddr])]).count == 1)
        #expect(problems([discover(), answer(with: [], fields: [.sname, .file])]).count == 1)
    }

    @Test("An offer without options is a problem when the phone does not take it, not before")
    func ignoredOffer() {
        let problem = DHCPProblem.noProvisioningOptions(polycom, wanted: [66, 160], server: server, place)
        let offered = [discover(), answer(.offer, with: [])]
        #expect(problems(offered).isEmpty)
        #expect(problems(offered + [discover(at: 4), answer(.offer, with: []), discover(at: 8)]) == [problem])
        #expect(problems(offered + [answer(.offer, with: [66]), discover(at: 4)]).isEmpty)
    }

    @Test("Refusals again and again are a problem once; one is not, nor are three a day apart")
    func refusals() {
        let round = [seen(.request), seen(.nak, at: 1, from: server), seen(.discover, at: 2), seen(.offer, at: 2, from: server)]
        #expect(problems(round + round).isEmpty)
        #expect(problems(round + round + round + round) == [.refusedAgain(client: phone, server: server, place)])
        #expect(problems([0, 86_400, 172_800].map { seen(.nak, at: $0, from: server) }).isEmpty)
    }

    @Test("A renewal whose answer passes elsewhere is no problem, however often it is seen")
    func renewals() {
        let renewal = { (time: Double) in seen(.request, at: time) { $0.ip = IPv4Address(10, 0, 0, 9) } }
        #expect(problems((0..<20).map { renewal(Double($0) * 100) }).isEmpty)
    }

    @Test("A problem is reported for the client by which it was noticed, with what would help")
    func report() {
        let problem = DHCPProblem.noProvisioningOptions(polycom, wanted: [66, 160], server: server, place)
        let report = problem.report(noticedBy: answer(with: []))
        #expect(report.problem == .noProvisioningOptions && report.mac == phone && report.server == server)
        #expect(report.family == "polycom" && report.wantedOptions == [66, 160])
        #expect(report.interface == "br0" && report.time == 1)
        #expect(report.text.contains("options 66 or 160"))
        #expect(!report.remedy.isEmpty)
    }

    @Test("A declined address is in use by another")
    func declined() {
        let decline = seen(.decline) { $0.ip = IPv4Address(10, 0, 0, 9) }
        #expect(problems([decline, decline]) == [.addressInUse(IPv4Address(10, 0, 0, 9), client: phone, place)])
    }

    @Test("Texts say what, where and what to do")
    func texts() {
        let text = "\(DHCPProblem.noOffer(client: phone, discovers: 3, seconds: 12.4, .init(interface: "br0", vlan: 7)))"
        #expect(text.hasPrefix("00:15:65:aa:bb:cc asked 3 times in 12 s on br0 in VLAN 7"))
    }
}
