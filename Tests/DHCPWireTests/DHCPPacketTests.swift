// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes
import Testing

@Suite("DHCP messages")
struct DHCPPacketTests {
    @Test("What is written reads back the same")
    func roundTrip() throws {
        var generator = SeededGenerator(state: 1)
        for _ in 0..<500 {
            let packet = DHCPPacket.random(using: &generator)
            #expect(try DHCPPacket(decoding: packet.encoded()[...]) == packet)
        }
    }

    @Test("A real message reads back the same after it is written", arguments: fixtureNames)
    func fixtureRoundTrip(_ name: String) throws {
        let packet = try DHCPPacket(decoding: fixture(name)[...])
        #expect(try DHCPPacket(decoding: packet.encoded()[...]) == packet)
    }

    @Test("Every prefix of a real message either throws or decodes", arguments: fixtureNames)
    func everyPrefix(_ name: String) throws {
        let bytes = try fixture(name)
        for count in 0..<bytes.count {
            do {
                _ = try DHCPPacket(decoding: bytes.prefix(count))
                #expect(count >= 240, "the header and the cookie are needed")
            } catch {
                #expect(!error.field.isEmpty)
            }
        }
    }

    @Test("Arbitrary octets never trap, also behind a valid header", arguments: fixtureNames)
    func arbitraryOctets(_ name: String) throws {
        var generator = SeededGenerator(state: 2)
        let bytes = try fixture(name)
        for _ in 0..<2000 {
            var mutated = bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                mutated[Int.random(in: mutated.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let packet = try? DHCPPacket(decoding: mutated[...]) else { continue }
            packet.readEverything()
            #expect(throws: Never.self) { try packet.encoded() }
        }
        for _ in 0..<2000 {
            let noise = (0..<Int.random(in: 0...400, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try? DHCPPacket(decoding: (bytes.prefix(240) + noise)[...]).readEverything()
            try? DHCPPacket(decoding: noise[...]).readEverything()
        }
    }

    @Test("A message cut short names the field")
    func truncationNamesField() throws {
        let bytes = try fixture("udhcpc-discover")
        let fields = [0: "op", 1: "htype", 2: "hlen", 5: "xid", 13: "ciaddr", 30: "chaddr", 50: "sname", 150: "file", 238: "the magic cookie"]
        for (count, field) in fields {
            let error = #expect(throws: DHCPWireError.self) { try DHCPPacket(decoding: bytes.prefix(count)) }
            #expect(error?.field == field)
        }
    }

    @Test("A slice in the middle of a buffer decodes as well as an array")
    func slice() throws {
        let bytes = try fixture("dnsmasq-ack")
        let buffer = [1, 2, 3] + bytes + [4, 5]
        #expect(try DHCPPacket(decoding: buffer[3..<3 + bytes.count]) == DHCPPacket(decoding: bytes[...]))
    }

    @Test("The header's bad values are refused by name")
    func badHeader() throws {
        let bytes = try fixture("udhcpc-discover")
        for (offset, value, field) in [(0, UInt8(3), "op"), (2, 17, "hlen"), (236, 0, "the magic cookie")] {
            var bad = bytes
            bad[offset] = value
            let error = #expect(throws: DHCPWireError.self) { try DHCPPacket(decoding: bad[...]) }
            #expect(error?.field == field)
        }
    }

    @Test("udhcpc's DISCOVER")
    func udhcpc() throws {
        let packet = try DHCPPacket(decoding: fixture("udhcpc-discover")[...])
        #expect(packet.operation == .bootRequest)
        #expect(packet.hardwareAddress.mac?.description == "00:15:65:00:00:01")
        #expect(try packet.options.messageType == .discover)
        #expect(packet.options.vendorClassIdentifier == "yealink")
        #expect(packet.options.hostName == "SIP-T46S")
        #expect(packet.options.parameterRequestList == [1, 3, 6, 12, 15, 28, 42, 43, 66])
        #expect(try packet.options.clientIdentifier == .mac(MACAddress(0, 0x15, 0x65, 0, 0, 1)))
        #expect(try packet.options.number(.maximumMessageSize) == 576)
    }

    @Test("dnsmasq's ACK")
    func dnsmasq() throws {
        let packet = try DHCPPacket(decoding: fixture("dnsmasq-ack")[...])
        #expect(packet.operation == .bootReply)
        #expect(packet.yiaddr == IPv4Address("10.77.0.61"))
        #expect(try packet.options.messageType == .ack)
        #expect(try packet.options.serverIdentifier == IPv4Address("10.77.0.1"))
        #expect(packet.options.text(.tftpServerName) == "http://10.77.0.1/")
        #expect(try packet.options.vendorSpecificInformation?[1] == Array("hi".utf8)[...])
        #expect(try packet.options.addresses(.router) == [IPv4Address(10, 77, 0, 1)])
        #expect(try packet.options.number(.leaseTime) == 3600)
    }

    @Test("dhclient's REQUEST")
    func dhclient() throws {
        let packet = try DHCPPacket(decoding: fixture("dhclient-request")[...])
        #expect(packet.options.vendorClassIdentifier == "PolycomSoundPointIP-SPIP_550")
        #expect(packet.options.userClass?.form == .list)
        #expect(packet.options.userClass?.texts == ["sip-t46"])
        #expect(try packet.options.clientFQDN?.name == "phone2.example.net.")
        #expect(try packet.options.requestedAddress == IPv4Address("10.77.0.62"))
    }

    @Test("A relayed request")
    func relayed() throws {
        let packet = try DHCPPacket(decoding: fixture("relayed-request")[...])
        #expect(packet.giaddr == IPv4Address("10.88.0.1"))
        let agent = try #require(try packet.options.relayAgentInformation)
        #expect(agent.circuitID == Array("Gi1/0/7".utf8)[...])
        #expect(agent.remoteID == [0x00, 0x11, 0x22, 0x33, 0x44, 0x55])
        #expect(agent.subscriberID == Array("sub".utf8)[...])
        #expect(packet.options.vendorClassIdentifier == "Cisco Systems, Inc. IP Phone CP-7960G", "the zero at the end is no text")
        #expect(packet.options.userClass?.form == .bare)
        #expect(try packet.options.vendorIdentifyingClasses == [VendorIdentification(enterprise: 14_122, data: "abc".utf8)])
        let information = try #require(try packet.options.vendorIdentifyingInformation?.first)
        #expect(try information.suboptions().entries.map(\.text) == ["x.y."])
    }

    @Test("Options in file and sname join those of the options field")
    func overload() throws {
        let packet = try DHCPPacket(decoding: fixture("overloaded-offer")[...])
        #expect(packet.file.isEmpty && packet.sname.isEmpty)
        #expect(packet.options.codes == [53, 67, 66, 150])
        #expect(packet.options.text(.tftpServerName) == "htta.b.c", "the part in file comes before the part in sname")
        #expect(try packet.options.addresses(.tftpServerAddresses) == [IPv4Address(10, 0, 0, 2)])
    }

    @Test("Option 52 with a value that has no meaning is refused", arguments: [[], [0], [4], [1, 1]] as [[UInt8]])
    func badOverload(_ value: [UInt8]) throws {
        let head = try Array(fixture("udhcpc-discover").prefix(240))
        let bytes: [UInt8] = head + [52, UInt8(value.count)] + value + [255]
        let error = #expect(throws: DHCPWireError.self) { try DHCPPacket(decoding: bytes[...]) }
        #expect(error?.field == "option 52")
    }

    @Test("Header texts end at the first zero, and too long ones are not cut silently")
    func headerTexts() throws {
        var packet = DHCPPacket(.bootReply, from: phone, xid: 7)
        packet.sname = ArraySlice("boot.example".utf8)
        packet.file = ArraySlice("a\0rest".utf8)
        let read = try DHCPPacket(decoding: packet.encoded()[...])
        #expect(read.serverName == "boot.example")
        #expect(read.bootFile == "a")
        packet.sname = ArraySlice(repeating: 65, count: 65)
        #expect(throws: DHCPWireError.tooLong(field: "sname", count: 65, limit: 64)) { try packet.encoded() }
    }

    @Test("Short messages are padded to what relays take")
    func padding() throws {
        let packet = DHCPPacket(.bootRequest, from: phone, xid: 1)
        #expect(try packet.encoded().count == 300)
        #expect(try packet.encoded(minimumLength: 0).count == 241)
    }
}

extension DHCPPacket {
    /// Reads the message through every accessor.
    func readEverything() {
        _ = (hardwareAddress.mac, hardwareAddress.octets, serverName, bootFile, options.codes, options.joined)
        _ = try? options.messageType
        _ = try? options.requestedAddress
        _ = try? options.clientIdentifier
        _ = try? options.clientFQDN
        _ = try? options.vendorSpecificInformation?.encoded()
        _ = try? options.relayAgentInformation
        _ = try? options.clientArchitectures
        _ = try? options.vendorIdentifyingClasses
        _ = try? options.vendorIdentifyingInformation?.map { try $0.suboptions() }
        _ = options.userClass?.texts
        for option in options {
            _ = try? options.addresses(option.code)
            _ = try? options.number(option.code)
            _ = options.text(option.code)
        }
    }
}
