// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes

/// Puts the fragments of UDP datagrams together.
///
/// What it holds is bounded, whatever arrives: a datagram that would pass a limit is dropped, and the oldest makes
/// room. A datagram with overlapping fragments is dropped too, because no honest sender makes them and receivers
/// disagree about what they mean.
public struct IPv4Reassembler: Sendable {
    /// Octets of the longest datagram. DHCP messages of phones have a few hundred; RFC 2132's option 57 rarely says more than 1,500.
    public static let maximumLength = 8192
    /// Datagrams that may wait for fragments at once. DHCP is hardly ever fragmented, so that more are an attack.
    public static let maximumPending = 32
    /// Fragments of one datagram: 8,192 octets over links with the least MTU of IPv6 tunnels, and some to spare.
    public static let maximumFragments = 16
    /// Seconds after which an incomplete datagram is given up (RFC 1122, 3.3.2, asks for 60 to 120; a DHCP client
    /// has asked again by 30).
    public static let timeout = 30.0

    private struct Key: Hashable {
        let source: IPv4Address
        let destination: IPv4Address
        let identification: UInt16
        let vlan: UInt16?
    }

    private struct Pending {
        let since: Double
        var fragments: [IPv4Packet] = []
        var totalLength: Int?
    }

    private var pending: [Key: Pending] = [:]

    /// Makes a reassembler with nothing pending.
    public init() {}

    /// How many datagrams wait for fragments.
    public var pendingCount: Int { pending.count }

    /// Takes a fragment.
    ///
    /// - Parameters:
    ///   - fragment: A packet for which `isFragment` is true.
    ///   - vlan: Where it was seen; fragments from two VLANs never join.
    ///   - time: When, in seconds of any one clock.
    /// - Returns: The whole payload if this fragment was the last missing one.
    public mutating func add(_ fragment: IPv4Packet, vlan: UInt16?, at time: Double) -> ArraySlice<UInt8>? {
        guard fragment.protocolNumber == IPv4Packet.udp else { return nil }
        let key = Key(
            source: fragment.source, destination: fragment.destination, identification: fragment.identification, vlan: vlan)
        makeRoom(for: key, at: time)
        var datagram = pending[key] ?? Pending(since: time)
        let range = fragment.fragmentOffset..<fragment.fragmentOffset + fragment.payload.count
        if datagram.fragments.contains(where: { $0.fragmentOffset == range.lowerBound && $0.payload == fragment.payload }) {
            return nil
        }
        // Every fragment but the last carries a multiple of eight octets (RFC 791, 3.2).
        let hasForm = !range.isEmpty && (!fragment.moreFragments || range.count.isMultiple(of: 8))
        let overlaps = datagram.fragments.contains { other in
            (other.fragmentOffset..<other.fragmentOffset + other.payload.count).overlaps(range)
        }
        guard hasForm, !overlaps, range.upperBound <= Self.maximumLength, datagram.fragments.count < Self.maximumFragments,
            fragment.moreFragments || datagram.totalLength == nil
        else {
            pending[key] = nil
            return nil
        }
        // A copy, because the slice can hold the memory of a whole batch of frames, and a fragment waits long.
        var kept = fragment
        kept.payload = ArraySlice(Array(fragment.payload))
        datagram.fragments.append(kept)
        if !fragment.moreFragments { datagram.totalLength = range.upperBound }

        // Without overlaps, the octets are all there when their number is right and none lies behind the end.
        guard let totalLength = datagram.totalLength,
            datagram.fragments.reduce(0, { $0 + $1.payload.count }) == totalLength
        else {
            pending[key] = datagram
            return nil
        }
        pending[key] = nil
        let ordered = datagram.fragments.sorted { $0.fragmentOffset < $1.fragmentOffset }
        guard let last = ordered.last, last.fragmentOffset + last.payload.count == totalLength else { return nil }
        return ordered.reduce(into: []) { $0 += $1.payload }
    }

    private mutating func makeRoom(for key: Key, at time: Double) {
        if pending.values.contains(where: { abs(time - $0.since) >= Self.timeout }) {
            pending = pending.filter { abs(time - $0.value.since) < Self.timeout }
        }
        guard pending[key] == nil, pending.count >= Self.maximumPending,
            let oldest = pending.min(by: { $0.value.since < $1.value.since })
        else { return }
        pending[oldest.key] = nil
    }
}
