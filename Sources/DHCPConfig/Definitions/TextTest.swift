// SPDX-License-Identifier: GPL-3.0-or-later

/// What every DHCP server can ask of an option's octets: how they begin and end, and perhaps how many there are.
///
/// A pattern becomes such a test. It holds for everything the pattern matches; where the pattern has placeholders in
/// its middle it may hold for more, which only a phone of the same make would send.
public struct TextTest: Sendable, Hashable {
    /// How many leading octets may be anything.
    public let skip: Int
    /// What follows them.
    public let head: [UInt8]
    /// What the octets end with, if the pattern is open in its middle.
    public let tail: [UInt8]
    /// Whether nothing follows `head`. A NUL at the end never counts, because Cisco phones send one (some do, some do not).
    public let isWhole: Bool

    init(skip: Int = 0, head: [UInt8], tail: [UInt8] = [], isWhole: Bool) {
        self.skip = skip
        self.head = head
        self.tail = tail
        self.isWhole = isWhole
    }

    init(_ pattern: EvidencePattern) {
        var skip = 0
        var head: [UInt8] = []
        var tail: [UInt8] = []
        var isOpen = false
        for element in pattern.elements {
            switch element {
            case .bytes(let count) where head.isEmpty && !isOpen: skip += count
            case .literal(let literal):
                if isOpen { tail += literal } else { head += literal }
            case .model(let prefix):
                if !isOpen { head += prefix }
                (isOpen, tail) = (true, [])
            case .version, .mac, .bytes, .any:
                (isOpen, tail) = (true, [])
            }
        }
        self.init(skip: skip, head: head, tail: tail, isWhole: !isOpen)
    }

    /// Whether the test holds for `octets`, as the servers see it.
    public func holds(for octets: some Collection<UInt8>) -> Bool {
        let octets = Array(octets).droppingTrailingNULs
        guard octets.count >= skip + head.count + tail.count else { return false }
        return octets.dropFirst(skip).starts(with: head) && octets.suffix(tail.count).elementsEqual(tail)
            && (!isWhole || octets.count == skip + head.count)
    }

    /// Whether every text for which this test holds satisfies the other too.
    public func implies(_ other: TextTest) -> Bool {
        if isWhole, skip == 0 { return other.holds(for: head) }
        guard !other.isWhole || (isWhole && skip + head.count == other.skip + other.head.count) else { return false }
        // What the other asks of the head must lie inside ours and be equal; likewise its tail from the end.
        let end = other.skip + other.head.count
        guard skip <= other.skip, end <= skip + head.count, head[(other.skip - skip)..<(end - skip)].elementsEqual(other.head) else {
            return other.head.isEmpty && tail.reversed().starts(with: other.tail.reversed())
        }
        return tail.reversed().starts(with: other.tail.reversed())
    }

    /// Whether some octets could satisfy both tests.
    public func overlaps(_ other: TextTest) -> Bool {
        if isWhole, skip == 0 { return other.holds(for: head) }
        if other.isWhole, other.skip == 0 { return holds(for: other.head) }
        // Two heads exclude each other where both fix an octet and differ; two tails likewise from the end.
        let start = max(skip, other.skip), end = min(skip + head.count, other.skip + other.head.count)
        if start < end, (start..<end).contains(where: { head[$0 - skip] != other.head[$0 - other.skip] }) { return false }
        return !zip(tail.reversed(), other.tail.reversed()).contains { $0 != $1 }
    }
}

extension [UInt8] {
    /// The octets without the NULs that some phones put at the end of a text.
    var droppingTrailingNULs: [UInt8] {
        var result = self
        while result.last == 0 { result.removeLast() }
        return result
    }
}
