// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DHCPWire
import NetTypes

/// Takes out of DHCP frames what tells one site or person from another, so that a capture can become a test.
///
/// Hardware addresses keep their maker and lose the rest, IPv4 addresses become addresses for benchmarks (RFC 2544),
/// names and serial numbers become numbers, the same for the same each time. What says the make of a phone stays: the
/// vendor classes and the user class but for serial numbers, which options there are, and their lengths where nobody knows what
/// is in them.
struct FixtureRedaction {
    /// How many different things of one kind are told apart; more are an error of the capture or forged.
    static let limit = 0xFFFF
    /// Hexadecimal digits in a row, with a decimal one, that can be a serial number or an address. Versions and models have fewer.
    static let serialLength = 6
    /// Letters and digits in a row, with so many decimal digits, that can be a serial number.
    static let mixedSerial = (length: 8, digits: 5)
    /// Options whose values are numbers of the protocol that say nothing of a site, so that they stay.
    private static let harmless: Set<DHCPOptionCode> = [
        .subnetMask, .leaseTime, .messageType, .parameterRequestList, .maximumMessageSize, .renewalTime, .rebindingTime,
        .rapidCommit, .clientArchitecture, .vlanIdentifier, 19, 20, 23, 26, 27, 31, 37, 46, 94, 116,
    ]
    /// Options that are lists of addresses.
    private static let addresses: Set<DHCPOptionCode> = [
        .router, 4, .domainNameServer, 7, .broadcastAddress, .ntpServers, 44, .requestedAddress, .serverIdentifier, .tftpServerAddresses,
    ]

    private var macs: [MACAddress: UInt64] = [:]
    private var ips: [IPv4Address: UInt32] = [:]
    private var names: [String: Int] = [:]
    private var serials: [String: Int] = [:]
    private var replacements: Set<String> = []
    private let recogniser: any DHCPRecogniser

    /// Makes a redaction that has seen nothing.
    ///
    /// - Parameter recogniser: What it knows phones by stays: host names that name a model, but for their serial numbers, and as much
    ///   of hardware addresses as tells a family.
    init(_ recogniser: any DHCPRecogniser = NoRecogniser()) { self.recogniser = recogniser }

    private func isModelName(_ name: String) -> Bool {
        var client = DHCPClient(mac: MACAddress(0, 0, 0, 0, 0, 0))
        client.hostname = ArraySlice(name.utf8)
        return recogniser.recognise(client) != nil
    }

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
        case .vendorClassIdentifier, .userClass, .vendorIdentifyingClass: kind(option.value, of: client)
        case .vendorIdentifyingInformation: enterprises(option, client)
        case .hostName: ArraySlice(hostName(String(decoding: option.value, as: UTF8.self), of: client).utf8)
        case .domainName: ArraySlice("example.test".utf8)
        case .clientFQDN: option.value.prefix(3) + Array("host.example.test".utf8)
        case .clientIdentifier: clientIdentifier(option.value, of: client)
        case .vendorSpecificInformation, .relayAgentInformation: nested(option, client)
        default: text(option.value, of: client)
        }
    }

    private mutating func nested(_ option: DHCPOption, _ client: MACAddress, enterprise: UInt32? = nil) -> ArraySlice<UInt8> {
        let marks = option.code == .vendorSpecificInformation
        guard let inside = try? DHCPSuboptions(decoding: option.value, field: "", marks: marks) else { return text(option.value, of: client) }
        return inside.entries.reduce(into: []) { result, entry in
            let datum = VendorDatum(enterprise: enterprise, code: entry.code, value: entry.value)
            let isTelling = option.code != .relayAgentInformation && recogniser.tells(datum)
            let value = (isTelling ? telling(datum, of: client) : text(entry.value, of: client)).prefix(255)
            result += [entry.code, UInt8(truncatingIfNeeded: value.count)] + value
        }
    }

    /// What tells the kind of a phone. An OUI has the form of a serial number, and is none.
    private mutating func telling(_ datum: VendorDatum, of client: MACAddress) -> ArraySlice<UInt8> {
        datum.isManufacturer ? datum.value[...] : kind(datum.value[...], of: client)
    }

    /// Option 125: the enterprises and the codes of their options stay.
    private mutating func enterprises(_ option: DHCPOption, _ client: MACAddress) -> ArraySlice<UInt8> {
        guard let parts = (try? DHCPOptions([option]).vendorIdentifyingInformation) ?? nil else { return zeros(option.value) }
        let redacted = parts.map { part in
            let inside = nested(DHCPOption(option.code, part.data), client, enterprise: part.enterprise).prefix(255)
            return VendorIdentification(enterprise: part.enterprise, data: inside)
        }
        return (try? VendorIdentification.encode(redacted)).map { $0[...] } ?? zeros(option.value)
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

    private mutating func clientIdentifier(_ value: ArraySlice<UInt8>, of client: MACAddress) -> ArraySlice<UInt8> {
        // Type 1 is an Ethernet address (RFC 2132, 9.14). Another than the client's says something else of it.
        guard value.first == 1, MACAddress(octets: value.dropFirst()) == client else { return zeros(value) }
        return [1] + mac(client).octets
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
        if word.lowercased() == client.compact { return mac(client).compact }
        // What remains can be a host, a user with a password, a key in a path or a file: only its kind is told.
        let ending = word.split(separator: ".").last.map(String.init) ?? ""
        let isFile = word.contains(".") && ["cfg", "xml", "txt", "bin", "boot", "htm", "html", "conf", "php"].contains(ending.lowercased())
        // A file of the phone's address says what the phone fetches, and nothing more than the address.
        let isOwn = isFile && word.lowercased() == "\(client.compact).\(ending.lowercased())"
        return (isOwn ? mac(client).compact : "name-\(number(of: word))") + (isFile ? ".\(ending)" : "")
    }

    private mutating func hostName(_ name: String, of client: MACAddress) -> String {
        guard isModelName(name) else { return "host-\(number(of: name))" }
        return String(decoding: kind(ArraySlice(name.utf8), of: client), as: UTF8.self)
    }

    /// What says the kind of a phone, without its address and its serial number, which other digits replace one by one.
    private mutating func kind(_ value: ArraySlice<UInt8>, of client: MACAddress) -> ArraySlice<UInt8> {
        withoutSerials(withoutAddress(value, of: client))
    }

    /// The octets with the client's address replaced in each form that phones use.
    private mutating func withoutAddress(_ value: ArraySlice<UInt8>, of client: MACAddress) -> ArraySlice<UInt8> {
        let redacted = mac(client)
        func forms(_ address: MACAddress) -> [[UInt8]] {
            let dashes = address.description.replacing(":", with: "-")
            let texts = [address.compact, address.description, dashes, String(address.compact.suffix(6)), String(address.description.suffix(8))]
            return [address.octets, Array(address.octets.suffix(3))] + (texts + texts.map { $0.uppercased() }).map { Array($0.utf8) }
        }
        return zip(forms(client), forms(redacted)).reduce(value) { $0.replacing($1.0, with: $1.1) }
    }

    /// The octets with other digits in place of each run that can be a serial number.
    private mutating func withoutSerials(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = replacingRuns(of: value, { Character(UnicodeScalar($0)).isHexDigit }) { run in
            run.count >= Self.serialLength && run.contains(where: Self.isDigit)
        }
        return replacingRuns(of: digits, { Self.isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0 & 0xDF) }) { run in
            run.count >= Self.mixedSerial.length && run.count(where: Self.isDigit) >= Self.mixedSerial.digits
        }
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

    private mutating func replacingRuns(
        of value: ArraySlice<UInt8>, _ belongs: (UInt8) -> Bool, where isSerial: (ArraySlice<UInt8>) -> Bool
    ) -> ArraySlice<UInt8> {
        var result: ArraySlice<UInt8> = []
        var rest = value
        while !rest.isEmpty {
            let run = rest.prefix(while: belongs)
            result += isSerial(run) ? serial(run) : run
            rest = rest.dropFirst(run.count)
            result += rest.prefix(1)
            rest = rest.dropFirst()
        }
        return result
    }

    /// A number of the same length, the same for the same run.
    private mutating func serial(_ run: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = String(decoding: run, as: UTF8.self)
        // What a replacement made is replaced by itself.
        if replacements.contains(text) { return run }
        let number = serials[text] ?? serials.count + 1
        let digits = String(number)
        let replacement = String(repeating: "0", count: max(0, run.count - digits.count)) + digits
        if serials.count < Self.limit {
            serials[text] = number
            replacements.insert(replacement)
        }
        return ArraySlice(replacement.utf8)
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
        // At least two octets are left for the number, which is why there is a limit.
        let mask: UInt64 = ~0 << UInt64(8 * (6 - min(recogniser.tellingOctets(of: address), 4)))
        return MACAddress(bits: address.bits & mask | number & ~mask)
    }

    private mutating func ip(_ address: IPv4Address) -> IPv4Address {
        guard address != .any, address != .broadcast else { return address }
        let number = ips[address] ?? UInt32(ips.count + 1)
        if ips.count < Self.limit { ips[address] = number }
        return IPv4Address(bits: IPv4Address(198, 18, 0, 0).bits + number)
    }
}
