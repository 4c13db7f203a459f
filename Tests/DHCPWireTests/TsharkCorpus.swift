// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPWire
import NetTypes

/// A corpus of frames with everything that the sniffer must understand, the same in each run. The options of a message are laid
/// out here, by other code than this module's encoder: in parts, in the fields of the header, with padding between.
struct TsharkCorpus {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(state: seed) }

    /// The codes that carry what provisioning looks at, and some that it passes over.
    private static let codes: [UInt8] = [12, 43, 50, 54, 55, 57, 60, 61, 66, 67, 77, 81, 93, 97, 120, 124, 125, 132, 150, 160, 176, 242]

    /// The frames of one message: two if it is in fragments.
    mutating func message(_ index: Int) throws -> [[UInt8]] {
        let types = DHCPMessageType.allCases
        let type = types[index % types.count]
        let relayed = index % 3 == 1
        var options: [(UInt8, [UInt8])] = [(53, [type.rawValue])]
        for code in Self.codes where Bool.random(using: &generator) { options.append((code, value(of: code))) }
        if index % 5 == 0 { options.append((200, randomText(256...600, using: &generator))) }
        if relayed { options.append((82, suboptions([(1, randomText(1...20, using: &generator)), (2, randomText(1...20, using: &generator))]))) }
        let payload = message(isReply: type.isFromServer, relayed: relayed, options: options, overload: index % 4)
        return try frames(of: payload, index: index)
    }

    // MARK: - Options

    private mutating func value(of code: UInt8) -> [UInt8] {
        switch code {
        case 43: suboptions([(1, randomText(1...12, using: &generator)), (2, [10, 0, 0, 1])])
        case 50, 54, 150: (0..<4).map { _ in UInt8.random(in: 1...250, using: &generator) }
        case 55: [1, 3, 6, 66, 43, 160, 242]
        case 57: [5, 220]
        case 61: [1] + (0..<6).map { _ in UInt8.random(in: 0...255, using: &generator) }
        case 77: [4] + Array("desk".utf8) + [3] + Array("sip".utf8)
        case 81: [0, 0, 0] + randomText(1...30, using: &generator)
        case 93: [0, 7]
        case 97: [0] + (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        case 120: [1, 10, 0, 0, 1]
        case 124: [0, 0, 0x36, 0x3D, 6] + Array("VVX410".utf8)
        case 125: [0, 0, 0x04, 0x8A, 8] + suboptions([(201, Array("mitel!".utf8))])
        default: randomText(1...40, using: &generator)
        }
    }

    private func suboptions(_ entries: [(UInt8, [UInt8])]) -> [UInt8] {
        entries.flatMap { [$0.0, UInt8(truncatingIfNeeded: $0.1.count)] + $0.1 }
    }

    /// An option in parts of at most 255 octets (RFC 3396), with padding before some.
    private mutating func field(_ option: (UInt8, [UInt8])) -> [UInt8] {
        var bytes: [UInt8] = Bool.random(using: &generator) ? [] : [0]
        var rest = option.1[...]
        repeat {
            let part = rest.prefix(255)
            bytes += [option.0, UInt8(truncatingIfNeeded: part.count)] + part
            rest = rest.dropFirst(part.count)
        } while !rest.isEmpty
        return bytes
    }

    // MARK: - Messages and frames

    /// - Parameter overload: Whether `file` (1), `sname` (2), or both (3) hold options (RFC 2132, 9.3).
    private mutating func message(isReply: Bool, relayed: Bool, options: [(UInt8, [UInt8])], overload: Int) -> [UInt8] {
        var header: [UInt8] = [isReply ? 2 : 1, 1, 6, relayed ? 1 : 0]
        header += (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) }
        header += [0, 3, 0x80, 0]
        for isSet in [!isReply, isReply, isReply, relayed] {
            header += isSet ? (0..<4).map { _ in UInt8.random(in: 1...250, using: &generator) } : [0, 0, 0, 0]
        }
        header += [0x00, 0x15, 0x65] + (0..<3).map { _ in UInt8.random(in: 0...255, using: &generator) } + [UInt8](repeating: 0, count: 10)
        var fields = [file: [UInt8](), sname: [UInt8]()]
        var main: [UInt8] = []
        for (index, option) in options.enumerated() {
            // The first is the type, which stays in front; the others go where there is room.
            let place = index % 4 == 2 && overload & 1 != 0 ? file : index % 4 == 3 && overload & 2 != 0 ? sname : ""
            let bytes = field(option)
            if let held = fields[place], held.count + bytes.count < (place == file ? 127 : 63) {
                fields[place] = held + bytes
            } else {
                main += bytes
            }
        }
        if overload > 0 { main += [52, 1, UInt8(overload)] }
        let names = [sname: Array("boothost".utf8), file: Array("phone.cfg".utf8)]
        for (name, bit, length) in [(sname, 2, 64), (file, 1, 128)] {
            let content = overload & bit != 0 ? (fields[name] ?? []) + [255] : isReply ? names[name] ?? [] : []
            header += content + [UInt8](repeating: 0, count: length - content.count)
        }
        return header + [0x63, 0x82, 0x53, 0x63] + main + [255]
    }

    private let file = "file", sname = "sname"

    private mutating func frames(of payload: [UInt8], index: Int) throws -> [[UInt8]] {
        let source = IPv4Address(10, 0, 0, 9), target = IPv4Address(10, 0, 0, 1)
        let toServer = payload.first == 1
        let datagram = try UDPDatagram(from: toServer ? 68 : 67, to: toServer ? 67 : 68, payload: payload[...]).encoded(from: source, to: target)
        var packet = IPv4Packet(from: source, to: target, protocolNumber: IPv4Packet.udp, payload: datagram[...])
        packet.identification = UInt16(truncatingIfNeeded: index + 1)
        let tags: [UInt16] = [[], [100], [200, 300]][index % 3]
        guard index % 7 == 6 else {
            let bytes = try packet.encoded()
            return [FrameTests.frame(tags: tags, bytes: index % 7 == 5 ? withOptions(bytes) : bytes)]
        }
        var (first, second) = (packet, packet)
        (first.payload, first.moreFragments) = (datagram.prefix(200), true)
        (second.payload, second.fragmentOffset) = (datagram.dropFirst(200), 200)
        return [FrameTests.frame(tags: tags, bytes: try first.encoded()), FrameTests.frame(tags: tags, bytes: try second.encoded())]
    }

    /// The packet with a router alert (RFC 2113) in its header. The checksum is left wrong: nobody here looks at it.
    private func withOptions(_ packet: [UInt8]) -> [UInt8] {
        var bytes = Array(packet.prefix(20)) + [0x94, 0x04, 0, 0] + packet.dropFirst(20)
        let length = UInt16(packet.count + 4)
        (bytes[0], bytes[2], bytes[3]) = (0x46, UInt8(length >> 8), UInt8(length & 0xFF))
        return bytes
    }
}
