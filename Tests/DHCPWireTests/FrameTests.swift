// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes
import Testing

@Suite("Frames around DHCP messages")
struct FrameTests {
    static let message: [UInt8] = {
        var packet = DHCPPacket(.bootRequest, from: phone, xid: 0xABCD)
        packet.options = [DHCPOption(.messageType, [1])]
        return (try? packet.encoded()) ?? []
    }()

    static func ip(_ payload: [UInt8] = message, port: UInt16 = 67) throws -> IPv4Packet {
        let datagram = UDPDatagram(from: 68, to: port, payload: payload[...])
        return IPv4Packet(
            from: .any, to: .broadcast, protocolNumber: IPv4Packet.udp,
            payload: try datagram.encoded(from: .any, to: .broadcast)[...])
    }

    static func frame(tags: [UInt16] = [], _ packet: IPv4Packet? = nil) throws -> [UInt8] {
        frame(tags: tags, bytes: try (packet ?? ip()).encoded())
    }

    static func frame(tags: [UInt16], bytes: [UInt8]) -> [UInt8] {
        var frame = LinkFrame(from: phone, to: MACAddress(bits: .max), etherType: LinkFrame.ipv4, payload: bytes[...])
        frame.outerTag = tags.first.map { VLANTag(identifier: $0) }
        frame.innerTag = tags.dropFirst().first.map { VLANTag(identifier: $0) }
        return frame.encoded()
    }

    private func decode(_ bytes: [UInt8], _ type: LinkType = .ethernet) throws -> DHCPFrame? {
        var decoder = DHCPFrameDecoder(linkType: type)
        return try decoder.decode(bytes[...], at: 0)
    }

    @Test("Ethernet without, with one and with two tags", arguments: [[], [100], [200, 100]] as [[UInt16]])
    func tags(_ tags: [UInt16]) throws {
        let frame = try #require(try decode(Self.frame(tags: tags)))
        #expect(frame.vlan == tags.last)
        #expect(frame.linkSource == phone)
        #expect(frame.packet.xid == 0xABCD)
        #expect(frame.sourcePort == 68 && frame.destinationPort == 67)
        #expect(frame.source == .any && frame.destination == .broadcast)
    }

    @Test("Every prefix of a tagged frame throws or is no DHCP")
    func prefixes() throws {
        let bytes = try Self.frame(tags: [200, 100])
        for count in 0..<bytes.count {
            if let frame = try? decode(Array(bytes.prefix(count))) { Issue.record("\(count) octets gave \(frame)") }
        }
    }

    @Test("Arbitrary changes to a frame never trap")
    func arbitraryFrames() throws {
        var generator = SeededGenerator(state: 3)
        let bytes = try Self.frame(tags: [100])
        for type in LinkType.allCases {
            var decoder = DHCPFrameDecoder(linkType: type)
            for step in 0..<3000 {
                var changed = bytes
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    changed[Int.random(in: 0..<60, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
                }
                _ = try? decoder.decode(changed[...], at: Double(step))
            }
        }
    }

    @Test("Cooked captures and captures without a link layer")
    func otherLinkTypes() throws {
        let packet = try Self.ip().encoded()
        let cooked: [UInt8] = [0, 1, 0, 1, 0, 6] + phone.octets + [0, 0, 0x08, 0x00]
        let frame = try #require(try decode(cooked + packet, .linuxCooked))
        #expect(frame.linkSource == phone)
        let cookedV2: [UInt8] = [0x08, 0x00, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6] + phone.octets + [0, 0]
        #expect(try decode(cookedV2 + packet, .linuxCookedV2)?.linkSource == phone)
        let raw = try #require(try decode(packet, .rawIPv4))
        #expect(raw.linkSource == nil && raw.packet.xid == 0xABCD)
        #expect(LinkType(number: 105) == nil)
    }

    @Test("Options of the IPv4 header are passed over")
    func headerOptions() throws {
        var packet = try Self.ip().encoded()
        packet[0] = 0x46
        packet[3] += 4
        packet.insert(contentsOf: [1, 1, 1, 0], at: 20)
        #expect(try decode(packet, .rawIPv4)?.packet.xid == 0xABCD)
    }

    @Test("The frame's padding is not part of the message")
    func framePadding() throws {
        let frame = try LinkFrame(decoding: try Self.frame()[...] + [1, 2, 3], as: .ethernet)
        let packet = try IPv4Packet(decoding: frame.payload)
        #expect(try UDPDatagram(decoding: packet.payload).payload == Self.message[...])
    }

    @Test("Other ports and protocols are not DHCP")
    func otherTraffic() throws {
        #expect(try decode(Self.frame(Self.ip(port: 69))) == nil)
        var tcp = try Self.ip()
        tcp.protocolNumber = 6
        #expect(try decode(Self.frame(tcp)) == nil)
        let arp = LinkFrame(from: phone, to: phone, etherType: 0x0806, payload: [])
        #expect(try decode(arp.encoded()) == nil)
    }

    @Test("Lengths that lie are refused by name")
    func lyingLengths() throws {
        let bytes = try Self.frame()
        let cases: [(offset: Int, value: UInt8, field: String)] = [
            (14, 0x65, "the IPv4 version"), (14, 0x44, "the IPv4 header length"), (16, 0xFF, "the IPv4 packet"),
            (38, 0xFF, "the UDP payload"),
        ]
        for (offset, value, field) in cases {
            var bad = bytes
            bad[offset] = value
            let error = #expect(throws: DHCPWireError.self) { try decode(bad) }
            #expect(error?.field == field)
        }
        var short = bytes
        (short[38], short[39]) = (0, 7)
        #expect(throws: DHCPWireError.self) { try decode(short) }
    }
}

@Suite("IPv4 fragments")
struct IPv4ReassemblerTests {
    /// A datagram of `count` octets in fragments of `size` octets.
    private func fragments(_ payload: [UInt8], size: Int, identification: UInt16 = 1) -> [IPv4Packet] {
        stride(from: 0, to: payload.count, by: size).map { offset in
            let end = min(offset + size, payload.count)
            var packet = IPv4Packet(from: .any, to: .broadcast, protocolNumber: IPv4Packet.udp, payload: payload[offset..<end])
            packet.identification = identification
            packet.fragmentOffset = offset
            packet.moreFragments = end < payload.count
            return packet
        }
    }

    @Test("Fragments in any order give the datagram, once")
    func anyOrder() {
        var generator = SeededGenerator(state: 4)
        let payload = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        for _ in 0..<50 {
            var reassembler = IPv4Reassembler()
            let results = fragments(payload, size: 104).shuffled(using: &generator).compactMap {
                reassembler.add($0, vlan: nil, at: 0)
            }
            #expect(results == [payload[...]])
            #expect(reassembler.pendingCount == 0)
        }
    }

    @Test("A repeated fragment does no harm")
    func duplicates() {
        var reassembler = IPv4Reassembler()
        let parts = fragments([UInt8](repeating: 7, count: 200), size: 104)
        #expect(reassembler.add(parts[0], vlan: nil, at: 0) == nil)
        #expect(reassembler.add(parts[0], vlan: nil, at: 0) == nil)
        #expect(reassembler.add(parts[1], vlan: nil, at: 0)?.count == 200)
    }

    @Test("Overlapping fragments drop the datagram")
    func overlap() {
        var reassembler = IPv4Reassembler()
        var parts = fragments([UInt8](repeating: 7, count: 300), size: 104)
        parts[1].fragmentOffset = 96
        #expect(parts.compactMap { reassembler.add($0, vlan: nil, at: 0) }.isEmpty)
    }

    @Test("Fragments of different VLANs do not join")
    func vlans() {
        var reassembler = IPv4Reassembler()
        let parts = fragments([UInt8](repeating: 7, count: 200), size: 104)
        #expect(reassembler.add(parts[0], vlan: 1, at: 0) == nil)
        #expect(reassembler.add(parts[1], vlan: 2, at: 0) == nil)
        #expect(reassembler.pendingCount == 2)
    }

    @Test("What waits is bounded in number, size and time")
    func bounds() {
        var reassembler = IPv4Reassembler()
        for identification in 0..<UInt16(1000) {
            let parts = fragments([UInt8](repeating: 7, count: 200), size: 104, identification: identification)
            _ = reassembler.add(parts[0], vlan: nil, at: Double(identification) / 1000)
            #expect(reassembler.pendingCount <= IPv4Reassembler.maximumPending)
        }
        // The newest survived.
        let newest = fragments([UInt8](repeating: 7, count: 200), size: 104, identification: 999)
        #expect(reassembler.add(newest[1], vlan: nil, at: 1) != nil)
        // What is too old goes.
        _ = reassembler.add(fragments([1, 2, 3, 4, 5, 6, 7, 8, 9], size: 8)[0], vlan: nil, at: 1000)
        #expect(reassembler.pendingCount == 1)
        // Too far into a datagram.
        var far = fragments([UInt8](repeating: 7, count: 16), size: 8, identification: 5)[0]
        far.fragmentOffset = IPv4Reassembler.maximumLength
        #expect(reassembler.add(far, vlan: nil, at: 1000) == nil)
        #expect(reassembler.pendingCount == 1)
    }

    @Test("A message in fragments decodes in a tagged capture")
    func throughDecoder() throws {
        var packet = DHCPPacket(.bootRequest, from: phone, xid: 5)
        packet.options = [DHCPOption(.messageType, [1]), DHCPOption(43, [UInt8](repeating: 1, count: 2000))]
        let whole = try FrameTests.ip(packet.encoded())
        var decoder = DHCPFrameDecoder(linkType: .ethernet)
        var found: [DHCPFrame] = []
        for fragment in fragments(Array(whole.payload), size: 800) {
            if let frame = try decoder.decode(FrameTests.frame(tags: [9], fragment)[...], at: 0) { found.append(frame) }
        }
        #expect(found.map(\.packet) == [packet])
        #expect(found.first?.vlan == 9)
    }
}
