// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: NetTypes DHCPWire

/// DHCP messages under libFuzzer: what decodes is read by every accessor, and must read back the same when written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDHCP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let packet = try? DHCPPacket(decoding: bytes[...]) else { return 0 }
    readEverything(packet)
    guard let written = try? packet.encoded(), let again = try? DHCPPacket(decoding: written[...]) else {
        fatalError("a message that was read cannot be written and read")
    }
    var expected = packet
    // A second option 52, from inside file or sname, has no meaning and is not written.
    expected.options[.overload] = nil
    guard again == expected else { fatalError("a message reads differently after it is written") }
    return 0
}

private func readEverything(_ packet: DHCPPacket) {
    _ = (packet.hardwareAddress.mac, packet.hardwareAddress.octets, packet.serverName, packet.bootFile)
    let options = packet.options
    _ = try? options.messageType
    _ = try? options.requestedAddress
    _ = try? options.serverIdentifier
    _ = try? options.clientIdentifier
    _ = try? options.clientFQDN
    _ = try? options.clientArchitectures
    if let suboptions = try? options.vendorSpecificInformation {
        guard (try? suboptions.encoded()) != nil else { fatalError("sub-options that were read cannot be written") }
    }
    _ = try? options.relayAgentInformation
    for part in (try? options.vendorIdentifyingInformation) ?? [] { _ = try? part.suboptions() }
    if let classes = try? options.vendorIdentifyingClasses {
        guard (try? VendorIdentification.encode(classes)) == options[.vendorIdentifyingClass].map(Array.init) else {
            fatalError("option 124 is written differently from what was read")
        }
    }
    _ = options.userClass?.texts
    for option in options {
        guard options[option.code] == option.value else { fatalError("\(option.code) has two values") }
        _ = try? options.addresses(option.code)
        _ = try? options.number(option.code)
        _ = options.text(option.code)
    }
}
