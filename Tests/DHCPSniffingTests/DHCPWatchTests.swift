// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
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

    private func problems(_ observations: [DHCPObservation], expected: [IPv4Address] = []) -> [DHCPProblem] {
        var watch = DHCPWatch(expectedServers: expected)
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

    @Test("With servers named, the first stranger is told, and the named ones are not")
    func expectedServers() {
        let second = IPv4Address(10, 0, 0, 2)
        let rogue = IPv4Address(10, 0, 0, 66)
        let found = problems([seen(.offer, from: rogue), seen(.offer, from: server), seen(.offer, from: second)], expected: [server, second])
        #expect(found == [.unexpectedServer(rogue, expected: [server, second], place)])
    }

    @Test("Repeated DISCOVERs without an OFFER are a problem once, and again after an answer")
    func noOffer() {
        let asking = [0, 4, 12, 28].map { seen(.discover, at: $0) }
        let expected = DHCPProblem.noOffer(client: phone, discovers: 3, seconds: 12, place)
        #expect(problems(asking) == [expected])
        #expect(problems(asking + [seen(.offer, at: 29, from: server)] + asking) == [expected, expected])
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

    @Test("A recognised phone that gets no provisioning option is told, and again if they go away again")
    func missingOptions() {
        let discover = seen(.discover) { $0.recognition = .init(vendor: "Yealink", basis: "test") }
        let empty = seen(.ack, from: server) { $0.provisioningOptions = [] }
        let full = seen(.ack, from: server) { $0.provisioningOptions = [66] }
        let problem = DHCPProblem.noProvisioningOptions(phone: phone, vendor: "Yealink", server: server, place)
        #expect(problems([discover, empty, empty]) == [problem])
        #expect(problems([discover, empty, full, empty]) == [problem, problem])
        #expect(problems([empty]).isEmpty, "what is no phone needs none")
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
