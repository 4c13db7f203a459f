// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz-modules: NetTypes DHCPWire

/// Captured frames under libFuzzer: the first octet names the link type; then each frame follows its length in two octets,
/// so that fragments meet each other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDHCPFrame(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var rest = unsafe Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let first = rest.popFirst() else { return 0 }
    let types = LinkType.allCases
    var decoder = DHCPFrameDecoder(linkType: types[Int(first) % types.count])
    var reassembler = IPv4Reassembler()
    var time = 0.0
    while let high = rest.popFirst(), let low = rest.popFirst() {
        let frame = rest.prefix(Int(high) << 8 | Int(low))
        rest = rest.dropFirst(frame.count)
        time += Double(high)
        _ = try? decoder.decode(frame, at: time)
        guard let packet = try? IPv4Packet(decoding: frame) else { continue }
        if let whole = reassembler.add(packet, vlan: nil, at: time), whole.count > IPv4Reassembler.maximumLength {
            fatalError("a datagram is longer than the limit")
        }
        guard reassembler.pendingCount <= IPv4Reassembler.maximumPending else { fatalError("more datagrams wait than may") }
        guard let written = try? packet.encoded(), (try? IPv4Packet(decoding: written[...]))?.payload == packet.payload else {
            fatalError("a packet that was read cannot be written and read")
        }
    }
    return 0
}
