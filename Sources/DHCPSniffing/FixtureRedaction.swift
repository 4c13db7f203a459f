// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes

/// Takes out of DHCP frames what tells one site or person from another, so that a capture can become a test.
///
/// Hardware addresses keep their maker and lose the rest, IPv4 addresses become addresses for benchmarks (RFC 2544),
/// names and runs of digits become numbers, the same for the same each time. What says the make of a phone stays: the
/// vendor class, the user class, which options there are, and their lengths where nobody knows what is in them.
struct FixtureRedaction {
    /// How many different things of one kind are told apart; more are an error of the capture or forged.
    static let limit = 0xFFFF
    /// Digits in a row that can be a serial number. Versions and model numbers have fewer.
    static let serialLength = 6
    /// Options whose values are numbers of the protocol that say nothing of a site, so that they stay.
    private static let harmless: Set<DHCPOptionCode> = [
        .subnetMask, .timeOffset, .leaseTime, .messageType, .parameterRequestList, .maximumMessageSize, .renewalTime, .rebindingTime,
        .rapidCommit, .clientArchitecture, .posixTimeZone, .timeZoneName, .vlanIdentifier, 19, 20, 23, 26, 27, 31, 37, 46, 94, 116,
    ]
    /// Options that are lists of addresses.
    private static let addresses: Set<DHCPOptionCode> = [
        .router, 4, .domainNameServer, 7, .broadcastAddress, .ntpServers, 44, .requestedAddress, .serverIdentifier, .tftpServerAddresses,
    ]

    private var macs: [MACAddress: UInt64] = [:]
    private var ips: [IPv4Address: UInt32] = [:]
    private var names: [String: Int] = [:]
    private var serials: [String: Int] = [:]
    private let isModelName: @Sendable (String) -> Bool

    /// Makes a redaction that has seen nothing.
    ///
    /// - Parameter isModelName: Whether a host name is one that the definitions recognise a model by; such names keep
    ///   all but their digits in long rows.
    init(isModelName: @escaping @Sendable (String) -> Bool = { _ in false }) { self.isModelName = isModelName }

    /// The frame without what is private.
    ///
    /// - Throws: `DHCPWireError` if the message does not fit into a frame any more.
    mutating func redact(_ frame: DHCPFrame, tags: (outer: VLANTag?, inner: VLANTag?)) throws(DHCPWireError) -> [UInt8] {
        let packet = try message(frame.packet)
        let (source, destination) = (ip(frame.source), ip(frame.destination))
        let datagram = UDPDatagram(from: frame.sourcePort, to: frame.destinationPort, payload: try packet.encoded()[...])
        let payload = try datagram.encoded(from: source, to: destination)
        let ipPacket = IPv4Packet(from: source, to: destination, protocolNumber: IPv4Packet.udp, payload: payload[...])
        let sender = frame.linkSource.map { mac($0) } ?? MACAddress(0, 0, 0, 0, 0, 0)
        let receiver = frame.packet.operation == .bootRequest ? MACAddress(bits: .max) : packet.hardwareAddress.mac ?? MACAddress(bits: .max)
        var link = LinkFrame(from: sender, to: receiver, etherType: LinkFrame.ipv4, payload: try ipPacket.encoded()[...])
        (link.outerTag, link.innerTag) = tags
        return link.encoded()
    }

    // MARK: - The message

    private mutating func message(_ packet: DHCPPacket) throws(DHCPWireError) -> DHCPPacket {
        let original = packet.hardwareAddress.mac ?? MACAddress(0, 0, 0, 0, 0, 0)
        var result = DHCPPacket(packet.operation, from: mac(original), xid: packet.xid)
        (result.hops, result.secs, result.flags) = (packet.hops, packet.secs, packet.flags)
        (result.ciaddr, result.yiaddr) = (ip(packet.ciaddr), ip(packet.yiaddr))
        (result.siaddr, result.giaddr) = (ip(packet.siaddr), ip(packet.giaddr))
        result.sname = text(packet.sname, of: original)
        result.file = text(packet.file, of: original)
        for option in packet.options {
            result.options.append(DHCPOption(option.code, value(of: option, client: original)))
        }
        return result
    }

    private mutating func value(of option: DHCPOption, client: MACAddress) -> ArraySlice<UInt8> {
        switch option.code {
        case _ where Self.harmless.contains(option.code): option.value
        case _ where Self.addresses.contains(option.code): addressList(option.value)
        case .vendorClassIdentifier, .userClass, .vendorIdentifyingClass: withoutAddress(option.value, of: client)
        case .hostName: ArraySlice(hostName(String(decoding: option.value, as: UTF8.self), of: client).utf8)
        case .domainName: ArraySlice("example.test".utf8)
        case .clientFQDN: option.value.prefix(3) + Array("host.example.test".utf8)
        case .clientIdentifier: clientIdentifier(option.value)
        case .vendorSpecificInformation, .relayAgentInformation: nested(option, client)
        default: text(option.value, of: client)
        }
    }

    private mutating func nested(_ option: DHCPOption, _ client: MACAddress) -> ArraySlice<UInt8> {
        let marks = option.code == .vendorSpecificInformation
        guard let inside = try? DHCPSuboptions(decoding: option.value, field: "", marks: marks) else { return text(option.value, of: client) }
        return inside.entries.reduce(into: []) { result, entry in
            let value = text(entry.value, of: client).prefix(255)
            result += [entry.code, UInt8(truncatingIfNeeded: value.count)] + value
        }
    }

    private mutating func addressList(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: ArraySlice<UInt8> = []
        var rest = value
        while let address = IPv4Address(octets: rest.prefix(4)) {
            result += ip(address).octets
            rest = rest.dropFirst(4)
        }
        return result
    }

    private mutating func clientIdentifier(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // Type 1 is an Ethernet address (RFC 2132, 9.14).
        guard value.first == 1, value.count == 7, let address = MACAddress(octets: value.dropFirst()) else { return zeros(value) }
        return [1] + mac(address).octets
    }

    // MARK: - Texts

    /// A text without names, addresses and serial numbers; octets that are no text become zeros.
    private mutating func text(_ value: ArraySlice<UInt8>, of client: MACAddress) -> ArraySlice<UInt8> {
        guard let text = String(validating: value, as: UTF8.self), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0.value == 0 }) else {
            return zeros(value)
        }
        return ArraySlice(plain(text, of: client).utf8)
    }

    /// The words of a text one by one. Letters stay only in schemes, file names' endings and words that everybody uses.
    private mutating func plain(_ text: String, of client: MACAddress) -> String {
        var result = ""
        for part in text.split(separator: "/", omittingEmptySubsequences: false) {
            if !result.isEmpty || part.startIndex > text.startIndex { result += "/" }
            result += word(String(part), of: client)
        }
        return result
    }

    private mutating func word(_ word: String, of client: MACAddress) -> String {
        if word.isEmpty || ["http:", "https:", "tftp:", "ftp:", "ftps:"].contains(word) { return word }
        if let address = IPv4Address(word) { return ip(address).description }
        let parts = word.split(separator: ":", maxSplits: 1)
        if parts.count == 2, let address = IPv4Address(parts[0]), UInt16(parts[1]) != nil { return "\(ip(address)):\(parts[1])" }
        if word.lowercased().contains(client.compact) { return word.lowercased().replacing(client.compact, with: mac(client).compact) }
        // What remains can be a host, a user with a password, a key in a path or a file: only its kind is told.
        let ending = word.split(separator: ".").last.map(String.init) ?? ""
        let isFile = word.contains(".") && ["cfg", "xml", "txt", "bin", "boot", "htm", "html", "conf", "php"].contains(ending.lowercased())
        return "name-\(number(of: word))" + (isFile ? ".\(ending)" : "")
    }

    private mutating func hostName(_ name: String, of client: MACAddress) -> String {
        guard isModelName(name) else { return "host-\(number(of: name))" }
        return withoutSerials(String(decoding: withoutAddress(ArraySlice(name.utf8), of: client), as: UTF8.self))
    }

    /// A class with the client's address, if it holds that, and its serial number replaced.
    private mutating func withoutAddress(_ value: ArraySlice<UInt8>, of client: MACAddress) -> ArraySlice<UInt8> {
        guard let text = String(validating: value, as: UTF8.self) else { return value }
        let redacted = mac(client)
        let replaced = [
            (client.compact, redacted.compact), (client.description, redacted.description),
            (client.compact.uppercased(), redacted.compact.uppercased()), (client.description.uppercased(), redacted.description.uppercased()),
        ].reduce(text) { $0.replacing($1.0, with: $1.1) }
        return ArraySlice(replaced.utf8)
    }

    private mutating func withoutSerials(_ text: String) -> String {
        var result = ""
        var run = ""
        for character in text + "\u{0}" {
            if character.isHexDigit {
                run.append(character)
                continue
            }
            if run.count >= Self.serialLength, run.contains(where: \.isNumber) {
                let known = serials[run] ?? serials.count + 1
                if serials.count < Self.limit { serials[run] = known }
                let digits = String(known)
                result += String(repeating: "0", count: max(0, run.count - digits.count)) + digits
            } else {
                result += run
            }
            run = ""
            if character != "\u{0}" { result.append(character) }
        }
        return result
    }

    private mutating func number(of name: String) -> Int {
        if let known = names[name] { return known }
        let number = names.count + 1
        if names.count < Self.limit { names[name] = number }
        return number
    }

    private func zeros(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> { ArraySlice(repeating: 0, count: value.count) }

    // MARK: - Addresses

    private mutating func mac(_ address: MACAddress) -> MACAddress {
        // A group address belongs to nobody.
        guard !address.isMulticast, address.bits != 0 else { return address }
        let number = macs[address] ?? UInt64(macs.count + 1)
        if macs.count < Self.limit { macs[address] = number }
        return MACAddress(bits: address.bits & 0xFFFF_FF00_0000 | number & 0xFF_FFFF)
    }

    private mutating func ip(_ address: IPv4Address) -> IPv4Address {
        guard address != .any, address != .broadcast else { return address }
        let number = ips[address] ?? UInt32(ips.count + 1)
        if ips.count < Self.limit { ips[address] = number }
        return IPv4Address(bits: IPv4Address(198, 18, 0, 0).bits + number)
    }
}
