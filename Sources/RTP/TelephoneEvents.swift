// SPDX-License-Identifier: GPL-3.0-or-later

/// A key that is pressed, as RTP carries it (RFC 4733 section 2.3).
public struct TelephoneEvent: Sendable, Hashable {
    /// The key: 0 to 9, then `*`, `#`, A to D (RFC 4733 section 3.2).
    public let event: UInt8
    /// Whether the key was released.
    public let isEnd: Bool
    /// How long the key is down, in samples.
    public let duration: UInt16

    /// Makes an event.
    public init(event: UInt8, isEnd: Bool, duration: UInt16) {
        self.event = event
        self.isEnd = isEnd
        self.duration = duration
    }

    /// Reads the first event of a payload; `nil` if that is too short.
    public init?(_ payload: [UInt8]) {
        var reader = ByteReader(payload[...])
        guard let event = reader.byte(), let flags = reader.byte(), let duration = reader.word() else { return nil }
        self.init(event: event, isEnd: flags & 0x80 != 0, duration: duration)
    }

    /// The payload, at a volume of -10 dBm0.
    public var payload: [UInt8] {
        [event, (isEnd ? 0x80 : 0) | 10, UInt8(truncatingIfNeeded: duration >> 8), UInt8(truncatingIfNeeded: duration)]
    }

    /// The key's label; `nil` for what is no key of a telephone.
    public var key: Character? {
        let keys = Array("0123456789*#ABCD")
        return Int(event) < keys.count ? keys[Int(event)] : nil
    }
}

/// Makes one key of the many packets that stand for it.
///
/// All packets of a key carry the time at which it went down, and its end is sent three times
/// (RFC 4733 section 2.5.1.4). A key counts with its first packet, so that it counts even if its end is lost.
public struct TelephoneEventReceiver: Sendable, Hashable {
    private var last: (source: UInt32, timestamp: UInt32)?

    /// Makes a receiver that has heard nothing.
    public init() {}

    /// Takes in a packet of events.
    ///
    /// - Returns: The key, if the packet is the first of it.
    public mutating func receive(_ packet: RTPPacket) -> Character? {
        guard let key = TelephoneEvent(packet.payload)?.key else { return nil }
        if let last, last.source == packet.source {
            // A late copy of an earlier key is older by less than half of the circle of numbers.
            guard Int32(bitPattern: packet.timestamp &- last.timestamp) > 0 else { return nil }
        }
        last = (packet.source, packet.timestamp)
        return key
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.last?.source == right.last?.source && left.last?.timestamp == right.last?.timestamp
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(last?.timestamp) }
}
