// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// An 802.1Q tag.
public struct VLANTag: Sendable, Hashable {
    /// The tag control information: priority, drop eligibility and VLAN identifier.
    public var control: UInt16

    /// Makes a tag from its control information.
    public init(control: UInt16) { self.control = control }

    /// Makes a tag for a VLAN, with the default priority. Only the low 12 bits of `identifier` count.
    public init(identifier: UInt16) { control = identifier & 0xFFF }

    /// The VLAN identifier, 0 to 4095; 0 means priority only.
    public var identifier: UInt16 { control & 0xFFF }
}

/// A frame of the link layer: Ethernet II with up to two VLAN tags (IEEE 802.3, 802.1Q, 802.1ad), or what a capture
/// of another kind has in its place.
public struct LinkFrame: Sendable {
    /// The receiver, where the link type says it.
    public var destination: MACAddress?
    /// The sender, where the link type says it.
    public var source: MACAddress?
    /// The only tag, or the service provider's of two.
    public var outerTag: VLANTag?
    /// The customer's tag of two.
    public var innerTag: VLANTag?
    /// The protocol of the payload.
    public var etherType: UInt16
    /// What follows the header, with any padding of the frame.
    public var payload: ArraySlice<UInt8>

    /// IPv4's EtherType.
    public static let ipv4: UInt16 = 0x0800
    /// The EtherType of a customer tag.
    public static let customerTag: UInt16 = 0x8100
    /// The EtherType of a service tag (802.1ad).
    public static let serviceTag: UInt16 = 0x88A8
    /// The service tag's EtherType of equipment from before 802.1ad.
    public static let oldServiceTag: UInt16 = 0x9100

    /// Makes an Ethernet frame without tags.
    public init(from source: MACAddress, to destination: MACAddress, etherType: UInt16, payload: ArraySlice<UInt8>) {
        self.source = source
        self.destination = destination
        self.etherType = etherType
        self.payload = payload
    }

    /// Reads a captured frame.
    public init(decoding bytes: ArraySlice<UInt8>, as type: LinkType) throws(DHCPWireError) {
        var reader = ByteReader(bytes)
        var etherType: UInt16
        switch type {
        case .ethernet:
            destination = try reader.mac("the destination address")
            source = try reader.mac("the source address")
            etherType = try reader.uint16("the EtherType")
        case .linuxCooked:
            _ = try reader.slice(4, "the cooked header")
            source = try Self.cookedSource(&reader, length: try reader.uint16("the address length"))
            etherType = try reader.uint16("the protocol")
        case .linuxCookedV2:
            etherType = try reader.uint16("the protocol")
            _ = try reader.slice(9, "the cooked header")
            source = try Self.cookedSource(&reader, length: UInt16(try reader.uint8("the address length")))
        case .rawIPv4:
            etherType = Self.ipv4
        }
        if Self.isTag(etherType) {
            outerTag = VLANTag(control: try reader.uint16("the VLAN tag"))
            etherType = try reader.uint16("the EtherType")
        }
        if outerTag != nil, Self.isTag(etherType) {
            innerTag = VLANTag(control: try reader.uint16("the inner VLAN tag"))
            etherType = try reader.uint16("the EtherType")
        }
        self.etherType = etherType
        payload = reader.rest
    }

    private static func isTag(_ etherType: UInt16) -> Bool {
        etherType == customerTag || etherType == serviceTag || etherType == oldServiceTag
    }

    /// The sender in a field of eight octets, of which an Ethernet address fills six.
    private static func cookedSource(
        _ reader: inout ByteReader, length: UInt16
    ) throws(DHCPWireError) -> MACAddress? {
        let field = try reader.slice(8, "the source address")
        return length == 6 ? MACAddress(octets: field.prefix(6)) : nil
    }

    /// The VLAN that the sender's port is in: the inner of two tags.
    public var vlan: UInt16? { (innerTag ?? outerTag)?.identifier }

    /// The frame as Ethernet, padded to the 60 octets that every frame has. Addresses that are not known are zero.
    public func encoded() -> [UInt8] {
        let none = MACAddress(0, 0, 0, 0, 0, 0)
        var bytes = (destination ?? none).octets + (source ?? none).octets
        if let outerTag {
            bytes.append(bigEndian: innerTag == nil ? Self.customerTag : Self.serviceTag)
            bytes.append(bigEndian: outerTag.control)
        }
        if let innerTag {
            bytes.append(bigEndian: Self.customerTag)
            bytes.append(bigEndian: innerTag.control)
        }
        bytes.append(bigEndian: etherType)
        bytes += payload
        if bytes.count < 60 { bytes += repeatElement(0, count: 60 - bytes.count) }
        return bytes
    }
}
