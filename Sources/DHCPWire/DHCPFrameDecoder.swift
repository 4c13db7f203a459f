// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A DHCP message with what the frame around it says.
public struct DHCPFrame: Sendable {
    /// The sender at the link layer: the client itself, a server or a relay. `nil` if the capture does not tell.
    public var linkSource: MACAddress?
    /// The VLAN of the sender's port, if the frame was tagged.
    public var vlan: UInt16?
    /// The sender's address.
    public var source: IPv4Address
    /// The receiver's address.
    public var destination: IPv4Address
    /// The sender's port.
    public var sourcePort: UInt16
    /// The receiver's port, 67 or 68.
    public var destinationPort: UInt16
    /// The message.
    public var packet: DHCPPacket
}

/// Finds DHCP messages in captured frames: link layer, VLAN tags, IPv4 with options and fragments, UDP, DHCP.
public struct DHCPFrameDecoder: Sendable {
    private let linkType: LinkType
    private var reassembler = IPv4Reassembler()

    /// Makes a decoder for the frames of one capture.
    public init(linkType: LinkType) { self.linkType = linkType }

    /// Reads one frame.
    ///
    /// - Parameters:
    ///   - bytes: The frame as captured.
    ///   - time: When it was captured, in seconds of any one clock; bounds the wait for fragments.
    /// - Returns: The message, or `nil` if the frame holds something else or only part of a message.
    /// - Throws: `DHCPWireError` if the frame is cut short, or a message to a DHCP port is not DHCP.
    public mutating func decode(_ bytes: ArraySlice<UInt8>, at time: Double) throws(DHCPWireError) -> DHCPFrame? {
        let frame = try LinkFrame(decoding: bytes, as: linkType)
        guard frame.etherType == LinkFrame.ipv4 else { return nil }
        let packet = try IPv4Packet(decoding: frame.payload)
        guard packet.protocolNumber == IPv4Packet.udp else { return nil }
        var payload = packet.payload
        if packet.isFragment {
            guard let whole = reassembler.add(packet, vlan: frame.vlan, at: time) else { return nil }
            payload = whole
        }
        let datagram = try UDPDatagram(decoding: payload)
        guard datagram.destinationPort == UDPDatagram.dhcpServer || datagram.destinationPort == UDPDatagram.dhcpClient else {
            return nil
        }
        return DHCPFrame(
            linkSource: frame.source, vlan: frame.vlan, source: packet.source, destination: packet.destination,
            sourcePort: datagram.sourcePort, destinationPort: datagram.destinationPort,
            packet: try DHCPPacket(decoding: datagram.payload))
    }
}
