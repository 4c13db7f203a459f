// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// An IPv4 packet or a fragment of one (RFC 791). Checksums are not checked: network hardware and kernels fill them in
/// after a capture has seen the packet.
public struct IPv4Packet: Sendable {
    /// UDP's protocol number.
    public static let udp: UInt8 = 17

    /// Ties the fragments of one packet together.
    public var identification: UInt16
    /// Whether fragments with higher offsets follow.
    public var moreFragments: Bool
    /// Where the payload belongs in the whole packet, in octets; a multiple of 8.
    public var fragmentOffset: Int
    /// How many routers the packet may pass.
    public var timeToLive: UInt8
    /// The protocol of the payload.
    public var protocolNumber: UInt8
    /// The sender.
    public var source: IPv4Address
    /// The receiver.
    public var destination: IPv4Address
    /// The payload, without the padding of a short frame.
    public var payload: ArraySlice<UInt8>

    /// Makes a whole packet.
    public init(from source: IPv4Address, to destination: IPv4Address, protocolNumber: UInt8, payload: ArraySlice<UInt8>) {
        identification = 0
        moreFragments = false
        fragmentOffset = 0
        timeToLive = 64
        self.protocolNumber = protocolNumber
        self.source = source
        self.destination = destination
        self.payload = payload
    }

    /// Whether this is less than a whole packet.
    public var isFragment: Bool { moreFragments || fragmentOffset > 0 }

    /// Reads a packet; its header's options are passed over.
    public init(decoding bytes: ArraySlice<UInt8>) throws(DHCPWireError) {
        var reader = ByteReader(bytes)
        let first = try reader.uint8("the IPv4 version")
        guard first >> 4 == 4 else {
            throw .invalid(field: "the IPv4 version", reason: "the version is \(first >> 4)")
        }
        let headerLength = Int(first & 0xF) * 4
        guard headerLength >= 20 else {
            throw .invalid(field: "the IPv4 header length", reason: "a header has at least 20 octets, not \(headerLength)")
        }
        _ = try reader.uint8("the type of service")
        let totalLength = Int(try reader.uint16("the IPv4 total length"))
        guard totalLength >= headerLength else {
            throw .invalid(field: "the IPv4 total length", reason: "\(totalLength) is less than the header's \(headerLength)")
        }
        guard totalLength <= bytes.count else {
            throw .truncated(field: "the IPv4 packet", needed: totalLength, available: bytes.count)
        }
        identification = try reader.uint16("the IPv4 identification")
        let fragment = try reader.uint16("the IPv4 fragment offset")
        moreFragments = fragment & 0x2000 != 0
        fragmentOffset = Int(fragment & 0x1FFF) * 8
        timeToLive = try reader.uint8("the time to live")
        protocolNumber = try reader.uint8("the IPv4 protocol")
        _ = try reader.uint16("the IPv4 header checksum")
        source = try reader.address("the IPv4 source")
        destination = try reader.address("the IPv4 destination")
        _ = try reader.slice(headerLength - 20, "the IPv4 options")
        payload = try reader.slice(totalLength - headerLength, "the IPv4 payload")
    }

    /// The packet with its checksum.
    ///
    /// - Throws: `DHCPWireError.tooLong` if the payload does not fit into 65,535 octets with the header, and `.invalid`
    ///   for a fragment offset that has no form.
    public func encoded() throws(DHCPWireError) -> [UInt8] {
        guard let totalLength = UInt16(exactly: 20 + payload.count) else {
            throw .tooLong(field: "the IPv4 payload", count: payload.count, limit: 65_515)
        }
        guard fragmentOffset.isMultiple(of: 8), (0...0x1FFF).contains(fragmentOffset / 8) else {
            throw .invalid(field: "the IPv4 fragment offset", reason: "\(fragmentOffset) is no multiple of 8 up to 65,528")
        }
        var header: [UInt8] = [0x45, 0]
        header.append(bigEndian: totalLength)
        header.append(bigEndian: identification)
        header.append(bigEndian: (moreFragments ? 0x2000 : 0) | UInt16(fragmentOffset / 8))
        header += [timeToLive, protocolNumber, 0, 0]
        header.append(bigEndian: source.bits)
        header.append(bigEndian: destination.bits)
        let checksum = internetChecksum(header)
        header[10] = UInt8(truncatingIfNeeded: checksum >> 8)
        header[11] = UInt8(truncatingIfNeeded: checksum)
        return header + payload
    }
}

/// The ones' complement sum of IP and UDP (RFC 1071).
func internetChecksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for (offset, byte) in bytes.enumerated() {
        sum += UInt64(byte) << (offset.isMultiple(of: 2) ? 8 : 0)
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return ~UInt16(truncatingIfNeeded: sum)
}
