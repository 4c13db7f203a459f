// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import Foundation
import NetTypes
import Testing

/// A message of the Fixtures folder: hexadecimal digits, with comments after `#`.
func fixture(_ name: String, file: String = #filePath) throws -> [UInt8] {
    let url = URL(filePath: file).deletingLastPathComponent().appending(path: "Fixtures/\(name).hex")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return try octets(lines.joined())
}

let fixtureNames = ["udhcpc-discover", "dnsmasq-ack", "dhclient-request", "relayed-request", "overloaded-offer"]

/// Octets from hexadecimal digits; blanks do not count.
func octets(_ text: String) throws -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    return try stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return try #require(UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16))
    }
}

let phone = MACAddress(0x00, 0x15, 0x65, 0xAA, 0xBB, 0xCC)

/// Numbers that are the same in each run, so that a failure repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension DHCPPacket {
    /// A message with arbitrary fields and options.
    static func random(using generator: inout SeededGenerator) -> DHCPPacket {
        var packet = DHCPPacket(
            Bool.random(using: &generator) ? .bootRequest : .bootReply,
            from: MACAddress(bits: generator.next()), xid: UInt32.random(in: 0...UInt32.max, using: &generator))
        packet.hops = UInt8.random(in: 0...255, using: &generator)
        packet.secs = UInt16.random(in: 0...UInt16.max, using: &generator)
        packet.flags = Bool.random(using: &generator) ? 0x8000 : 0
        packet.ciaddr = IPv4Address(bits: UInt32.random(in: 0...UInt32.max, using: &generator))
        packet.yiaddr = IPv4Address(bits: UInt32.random(in: 0...UInt32.max, using: &generator))
        packet.siaddr = IPv4Address(bits: UInt32.random(in: 0...UInt32.max, using: &generator))
        packet.giaddr = IPv4Address(bits: UInt32.random(in: 0...UInt32.max, using: &generator))
        packet.sname = randomText(0...64, using: &generator)[...]
        packet.file = randomText(0...128, using: &generator)[...]
        packet.options[.messageType] = [UInt8.random(in: 1...8, using: &generator)]
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let code = DHCPOptionCode(UInt8.random(in: 1...254, using: &generator))
            // Option 52 would say that sname and file hold options; 53 is there already.
            guard code != .overload, code != .messageType else { continue }
            packet.options[code] = randomText(0...600, using: &generator)[...]
        }
        return packet
    }
}

/// Printable octets, so that none of them are zeros at an end.
func randomText(_ length: ClosedRange<Int>, using generator: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: length, using: &generator)).map { _ in UInt8.random(in: 0x20...0x7E, using: &generator) }
}
