// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A UDP datagram (RFC 768). The checksum is not checked, for the same reason as IPv4's.
public struct UDPDatagram: Sendable {
    /// The port that DHCP servers and relays listen on.
    public static let dhcpServer: UInt16 = 67
    /// The port that DHCP clients listen on.
    public static let dhcpClient: UInt16 = 68

    /// The sender's port.
    public var sourcePort: UInt16
    /// The receiver's port.
    public var destinationPort: UInt16
    /// What the datagram carries.
    public var payload: ArraySlice<UInt8>

    /// Makes a datagram.
    public init(from sourcePort: UInt16, to destinationPort: UInt16, payload: ArraySlice<UInt8>) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.payload = payload
    }

    /// Reads the payload of an IPv4 packet.
    public init(decoding bytes: ArraySlice<UInt8>) throws(DHCPWireError) {
        var reader = ByteReader(bytes)
        sourcePort = try reader.uint16("the UDP source port")
        destinationPort = try reader.uint16("the UDP destination port")
        let length = Int(try reader.uint16("the UDP length"))
        guard length >= 8 else {
            throw .invalid(field: "the UDP length", reason: "\(length) is less than the header's 8")
        }
        _ = try reader.uint16("the UDP checksum")
        payload = try reader.slice(length - 8, "the UDP payload")
    }

    /// The datagram with its checksum, which covers the addresses too.
    ///
    /// - Throws: `DHCPWireError.tooLong` if the payload does not fit into 65,535 octets with the header.
    public func encoded(from source: IPv4Address, to destination: IPv4Address) throws(DHCPWireError) -> [UInt8] {
        guard let length = UInt16(exactly: 8 + payload.count) else {
            throw .tooLong(field: "the UDP payload", count: payload.count, limit: 65_527)
        }
        var header: [UInt8] = []
        header.append(bigEndian: sourcePort)
        header.append(bigEndian: destinationPort)
        header.append(bigEndian: length)
        var pseudoHeader = source.octets + destination.octets + [0, IPv4Packet.udp]
        pseudoHeader.append(bigEndian: length)
        let checksum = internetChecksum(pseudoHeader + header + [0, 0] + payload)
        // Zero would mean that there is no checksum.
        header.append(bigEndian: checksum == 0 ? UInt16.max : checksum)
        return header + payload
    }
}
