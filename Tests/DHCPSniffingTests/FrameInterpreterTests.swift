// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPSniffing
import DHCPWire
import NetTypes
import PacketCapture
import ProvModel
import Testing

@Suite("From frames to observations")
struct FrameInterpreterTests {
    private func observe(_ frame: CapturedFrame) -> DHCPObservation? {
        var interpreter = FrameInterpreter(linkType: .ethernet, interface: "br0", recogniser: FakeRecogniser())
        return interpreter.observe(frame)
    }

    @Test("A DISCOVER is the first sighting: who, where, and what it asks for")
    func discover() throws {
        let observation = try #require(
            observe(
                frame(
                    .bootRequest, .discover, time: 12.5, vlan: 100,
                    options: [
                        DHCPOption(.vendorClassIdentifier, "Yealink T46S\0".utf8), DHCPOption(.userClass, [3, 97, 98, 99, 1, 120]),
                        DHCPOption(.hostName, "SIP-T46S".utf8), DHCPOption(.parameterRequestList, [1, 66, 43]),
                    ])))
        var expected = DHCPObservation(observer: .sniffer, time: 12.5, type: .discover, mac: phone)
        expected.interface = "br0"
        expected.vlan = 100
        expected.vendorClass = "Yealink T46S"
        expected.userClass = "abc,x"
        expected.hostname = "SIP-T46S"
        expected.parameterRequestList = [1, 66, 43]
        expected.recognition = .init(vendor: "Yealink", model: "T46S", family: "yealink", basis: "test")
        #expect(observation == expected)
    }

    @Test("What else a client says of itself, and the switch's port, are there for people to read")
    func identity() throws {
        let observation = try #require(
            observe(
                frame(
                    .bootRequest, .discover,
                    options: [
                        DHCPOption(.clientIdentifier, [1] + phone.octets), DHCPOption(.clientFQDN, [0, 0, 0] + Array("desk.example.test".utf8)),
                        DHCPOption(.clientArchitecture, [0, 7, 0, 9]),
                        DHCPOption(.vendorIdentifyingClass, [0, 0, 0x36, 0x3D, 3] + Array("VVX".utf8)),
                        DHCPOption(.vendorIdentifyingInformation, [0, 0, 0x0D, 0xE9, 8, 1, 6] + Array("001565".utf8) + [0, 0, 0, 9, 3, 2, 1, 0xFF]),
                        DHCPOption(.relayAgentInformation, [1, 7] + Array("Gi1/0/7".utf8) + [2, 3, 0, 6, 0xAA]),
                    ])))
        #expect(observation.clientID == "01:\(phone)")
        #expect(observation.fqdn == "desk.example.test")
        #expect(observation.architectures == [7, 9])
        #expect(observation.vendorClasses == [.init(enterprise: 13885, value: "VVX")])
        #expect(observation.vendorOptions == [.init(enterprise: 3561, code: 1, value: "001565"), .init(enterprise: 9, code: 2, value: "ff")])
        #expect(observation.circuitID == "Gi1/0/7" && observation.remoteID == "00:06:aa")
    }

    @Test("Such options in another form are as good as absent, and long ones are cut")
    func oddIdentity() throws {
        let codes: [DHCPOptionCode] = [.clientIdentifier, .clientFQDN, .clientArchitecture, .vendorIdentifyingClass, .vendorIdentifyingInformation, .relayAgentInformation]
        for length in [0, 1, 2, 5, 255, 600] {
            let options = codes.map { DHCPOption($0, [UInt8](repeating: 7, count: length)) }
            let observation = try #require(observe(frame(.bootRequest, .discover, options: options)))
            for text in [observation.clientID, observation.fqdn, observation.circuitID] { #expect((text?.utf8.count ?? 0) <= 3 * 255) }
            #expect((observation.architectures?.count ?? 0) <= 32)
        }
        let named = try observe(frame(.bootRequest, .discover, options: [DHCPOption(.clientIdentifier, [0] + Array("desk 7".utf8))]))
        #expect(named?.clientID == "desk 7")
    }

    @Test("An ACK binds the address and names the provisioning options in the server's order", arguments: [DHCPMessageType.offer, .ack])
    func ack(_ type: DHCPMessageType) throws {
        let observation = try #require(
            observe(
                frame(
                    .bootReply, type,
                    options: [
                        DHCPOption(.serverIdentifier, server.octets), DHCPOption(.subnetMask, [255, 255, 255, 0]),
                        DHCPOption(.tftpServerName, "http://x/".utf8), DHCPOption(43, [1, 1, 1]), DHCPOption(160, [1]),
                    ]
                ) {
                    $0.yiaddr = IPv4Address(10, 0, 0, 9)
                    $0.giaddr = IPv4Address(10, 0, 0, 254)
                }))
        #expect(observation.ip == IPv4Address(10, 0, 0, 9))
        #expect(observation.server == server)
        #expect(observation.relay == IPv4Address(10, 0, 0, 254))
        #expect(observation.provisioningOptions == [66, 43, 160])
        #expect(observation.recognition == nil, "a server's answer says nothing of the phone")
    }

    @Test("A request's address is ciaddr, else option 50; an INFORM's ACK has ciaddr")
    func addresses() throws {
        let requested = [DHCPOption(.requestedAddress, [10, 0, 0, 5])]
        #expect(try observe(frame(.bootRequest, .request, options: requested))?.ip == IPv4Address(10, 0, 0, 5))
        let renewing = try observe(frame(.bootRequest, .request, options: requested) { $0.ciaddr = IPv4Address(10, 0, 0, 6) })
        #expect(renewing?.ip == IPv4Address(10, 0, 0, 6))
        #expect(try observe(frame(.bootReply, .ack) { $0.ciaddr = IPv4Address(10, 0, 0, 7) })?.ip == IPv4Address(10, 0, 0, 7))
        #expect(try observe(frame(.bootReply, .nak))?.ip == nil)
        #expect(try observe(frame(.bootRequest, .discover))?.ip == nil)
    }

    @Test("An option of another form does not lose the observation")
    func oddOptions() throws {
        let odd = [DHCPOption(.serverIdentifier, [1, 2]), DHCPOption(.requestedAddress, [1])]
        let observation = try #require(observe(frame(.bootRequest, .request, options: odd)))
        #expect(observation.mac == phone && observation.server == nil && observation.ip == nil)
    }

    @Test("Texts are kept to what an option holds")
    func longTexts() throws {
        let observation = try observe(
            frame(.bootRequest, .discover, options: [DHCPOption(.hostName, [UInt8](repeating: 65, count: 600))]))
        #expect(observation?.hostname?.utf8.count == 255)
    }

    @Test("VLAN 0 is a priority, not a VLAN")
    func priorityTag() throws {
        #expect(try observe(frame(.bootRequest, .discover, vlan: 0))?.vlan == nil)
    }

    @Test("What tells nothing of a client is passed over; what is broken is counted with its reason")
    func otherFrames() throws {
        var interpreter = FrameInterpreter(linkType: .ethernet, interface: nil, recogniser: NoRecogniser())
        let bootp = try frame(.bootRequest, .discover) { $0.options = [] }
        let tokenRing = try frame(.bootRequest, .leaseQuery)
        #expect(interpreter.observe(bootp) == nil)
        #expect(interpreter.observe(tokenRing) == nil)
        #expect(interpreter.malformed == 0)
        var broken = try frame(.bootRequest, .discover)
        broken.bytes.removeLast(100)
        #expect(interpreter.observe(broken) == nil)
        #expect(interpreter.malformed == 1)
        #expect(interpreter.lastError?.field == "the IPv4 packet")
    }
}
