// SPDX-License-Identifier: GPL-3.0-or-later

/// An IPv6 address (RFC 4291), without a zone.
public struct IPv6Address: Hashable, Sendable {
    /// The first eight octets as a number, first octet most significant.
    public let high: UInt64
    /// The last eight octets as a number.
    public let low: UInt64

    /// Makes an address from its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an address from octets in network order.
    ///
    /// - Returns: `nil` unless there are exactly sixteen octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads the text forms of RFC 4291, 2.2: groups, `::`, and a dotted IPv4 tail.
    ///
    /// - Returns: `nil` if the text is none of these; a zone (`%eth0`) is refused too.
    public init?(_ text: some StringProtocol) {
        // 45 characters hold the longest form, an IPv4-mapped address with every digit written.
        guard text.utf8.count <= 45 else { return nil }
        let characters = Array(text.utf8)
        var gap: Int?
        for index in characters.indices.dropLast()
        where characters[index] == UInt8(ascii: ":") && characters[index + 1] == UInt8(ascii: ":") {
            guard gap == nil else { return nil }
            gap = index
        }
        let groups: [UInt16]
        if let gap {
            guard let head = Self.groups(characters[..<gap]), let tail = Self.groups(characters[(gap + 2)...]),
                head.count + tail.count <= 7
            else { return nil }
            groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = Self.groups(characters[...]), all.count == 8 else { return nil }
            groups = all
        }
        high = groups.prefix(4).reduce(0) { $0 << 16 | UInt64($1) }
        low = groups.suffix(4).reduce(0) { $0 << 16 | UInt64($1) }
    }

    private static func groups(_ characters: ArraySlice<UInt8>) -> [UInt16]? {
        guard !characters.isEmpty else { return [] }
        var result: [UInt16] = []
        let parts = characters.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let tail = IPv4Address(String(decoding: part, as: UTF8.self)) else { return nil }
                result.append(UInt16(truncatingIfNeeded: tail.bits >> 16))
                result.append(UInt16(truncatingIfNeeded: tail.bits))
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value: UInt16 = 0
            for character in part {
                guard let digit = hexadecimalValue(character) else { return nil }
                value = value << 4 | UInt16(digit)
            }
            result.append(value)
        }
        return result.count <= 8 ? result : nil
    }

    /// The sixteen octets in network order.
    public var octets: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) } }
    }

    /// The IPv4 address inside an IPv4-mapped address (`::ffff:0:0/96`), else `nil`.
    public var mappedIPv4: IPv4Address? {
        high == 0 && low >> 32 == 0xFFFF ? IPv4Address(bits: UInt32(truncatingIfNeeded: low)) : nil
    }
}

extension IPv6Address: CustomStringConvertible {
    /// The canonical text of RFC 5952.
    public var description: String {
        let groups = [high, low].flatMap { half in
            (0..<4).map { UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * $0)) }
        }
        if let mapped = mappedIPv4 { return "::ffff:\(mapped)" }
        // The longest run of at least two zero groups, the first of equals, becomes "::".
        var best = 0..<0
        var start: Int?
        for index in 0...8 {
            if index < 8, groups[index] == 0 {
                start = start ?? index
            } else if let begin = start {
                if index - begin > max(best.count, 1) { best = begin..<index }
                start = nil
            }
        }
        let text = { (range: Range<Int>) in groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}
