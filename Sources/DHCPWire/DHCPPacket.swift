// SPDX-License-Identifier: GPL-3.0-or-later

public import NetTypes

/// A DHCP message, which is a BOOTP message with the options of DHCP (RFC 2131, 2; RFC 951).
public struct DHCPPacket: Sendable, Equatable {
    /// Octets of the `sname` field.
    public static let serverNameLength = 64
    /// Octets of the `file` field.
    public static let bootFileLength = 128
    /// The four octets before the options (RFC 2131, 3).
    public static let magicCookie: UInt32 = 0x63_82_53_63
    /// The shortest message that every relay and server takes: BOOTP's 300 octets (RFC 951, 3; RFC 1542, 2.1).
    public static let minimumLength = 300

    /// Whether a client or a server sends the message (`op`).
    public enum Operation: UInt8, Sendable {
        case bootRequest = 1
        case bootReply = 2
    }

    /// `op`
    public var operation: Operation
    /// `htype`, `hlen` and `chaddr`
    public var hardwareAddress: DHCPHardwareAddress
    /// `hops`: how many relays the message has passed.
    public var hops: UInt8
    /// `xid`: the number that ties a server's answers to a client's questions.
    public var xid: UInt32
    /// `secs`: seconds since the client began.
    public var secs: UInt16
    /// `flags`, of which only the highest bit has a meaning.
    public var flags: UInt16
    /// `ciaddr`: the client's address, if it has one and can answer ARP for it.
    public var ciaddr: IPv4Address
    /// `yiaddr`: the address that the server gives.
    public var yiaddr: IPv4Address
    /// `siaddr`: the next server to boot from.
    public var siaddr: IPv4Address
    /// `giaddr`: the relay's address.
    public var giaddr: IPv4Address
    /// `sname` without the zeros at its end; empty if the field holds options (option 52).
    public var sname: ArraySlice<UInt8>
    /// `file` without the zeros at its end; empty if the field holds options (option 52).
    public var file: ArraySlice<UInt8>
    /// All options, also those that came in `file` and `sname`. Option 52, which only says so, is left out.
    public var options: DHCPOptions

    /// Makes a message with nothing but what every message has.
    public init(_ operation: Operation, from mac: MACAddress, xid: UInt32, options: DHCPOptions = []) {
        self.operation = operation
        hardwareAddress = DHCPHardwareAddress(mac)
        hops = 0
        self.xid = xid
        secs = 0
        flags = 0
        ciaddr = .any
        yiaddr = .any
        siaddr = .any
        giaddr = .any
        sname = []
        file = []
        self.options = options
    }

    /// Whether the client asks for a broadcast answer (RFC 2131, 2, flag B).
    public var wantsBroadcast: Bool { flags & 0x8000 != 0 }

    /// The server's name in the header as text.
    public var serverName: String { textWithoutTrailingZeros(sname.prefix { $0 != 0 }) }

    /// The boot file in the header as text.
    public var bootFile: String { textWithoutTrailingZeros(file.prefix { $0 != 0 }) }

    /// Reads the payload of a UDP datagram.
    ///
    /// - Throws: `DHCPWireError`, also for a BOOTP message without DHCP's magic cookie.
    public init(decoding bytes: ArraySlice<UInt8>) throws(DHCPWireError) {
        var reader = ByteReader(bytes)
        let op = try reader.uint8("op")
        guard let operation = Operation(rawValue: op) else {
            throw .invalid(field: "op", reason: "1 is a request and 2 a reply, not \(op)")
        }
        self.operation = operation
        let htype = try reader.uint8("htype")
        let hlen = try reader.uint8("hlen")
        guard hlen <= DHCPHardwareAddress.fieldLength else {
            throw .invalid(field: "hlen", reason: "chaddr has 16 octets, not \(hlen)")
        }
        hops = try reader.uint8("hops")
        xid = try reader.uint32("xid")
        secs = try reader.uint16("secs")
        flags = try reader.uint16("flags")
        ciaddr = try reader.address("ciaddr")
        yiaddr = try reader.address("yiaddr")
        siaddr = try reader.address("siaddr")
        giaddr = try reader.address("giaddr")
        let (high, low) = (try reader.uint64("chaddr"), try reader.uint64("chaddr"))
        hardwareAddress = DHCPHardwareAddress(type: htype, length: hlen, high: high, low: low)
        let snameField = try reader.slice(Self.serverNameLength, "sname")
        let fileField = try reader.slice(Self.bootFileLength, "file")
        let cookie = try reader.uint32("the magic cookie")
        guard cookie == Self.magicCookie else {
            throw .invalid(field: "the magic cookie", reason: "plain BOOTP, or no DHCP at all")
        }

        options = try DHCPOptions(decoding: reader.rest)
        guard let overload = options[.overload] else {
            sname = snameField.trimmingTrailingZeros
            file = fileField.trimmingTrailingZeros
            return
        }
        // 1: file holds options, 2: sname does, 3: both do (RFC 2132, 9.3).
        guard overload.count == 1, let bits = overload.first, (1...3).contains(bits) else {
            throw .invalid(field: DHCPOptionCode.overload.description, reason: "the value is one octet from 1 to 3")
        }
        let (inFile, inServerName) = (bits & 1 != 0, bits & 2 != 0)
        if inFile { options.append(contentsOf: try DHCPOptions(decoding: fileField)) }
        if inServerName { options.append(contentsOf: try DHCPOptions(decoding: snameField)) }
        file = inFile ? [] : fileField.trimmingTrailingZeros
        sname = inServerName ? [] : snameField.trimmingTrailingZeros
        options[.overload] = nil
    }

    /// The message as the payload of a UDP datagram, padded with zeros to `minimumLength`.
    ///
    /// - Throws: `DHCPWireError.tooLong` if `sname` or `file` do not fit their fields.
    public func encoded(minimumLength: Int = Self.minimumLength) throws(DHCPWireError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Swift.max(minimumLength, 241 + options.parts.count))
        bytes += [operation.rawValue, hardwareAddress.type, hardwareAddress.length, hops]
        bytes.append(bigEndian: xid)
        bytes.append(bigEndian: secs)
        bytes.append(bigEndian: flags)
        for address in [ciaddr, yiaddr, siaddr, giaddr] { bytes.append(bigEndian: address.bits) }
        bytes += hardwareAddress.field
        try Self.append(sname, to: &bytes, length: Self.serverNameLength, field: "sname")
        try Self.append(file, to: &bytes, length: Self.bootFileLength, field: "file")
        bytes.append(bigEndian: Self.magicCookie)
        options.encode(into: &bytes)
        if bytes.count < minimumLength { bytes += repeatElement(0, count: minimumLength - bytes.count) }
        return bytes
    }

    private static func append(
        _ value: ArraySlice<UInt8>, to bytes: inout [UInt8], length: Int, field: String
    ) throws(DHCPWireError) {
        guard value.count <= length else { throw .tooLong(field: field, count: value.count, limit: length) }
        bytes += value
        bytes += repeatElement(0, count: length - value.count)
    }
}
