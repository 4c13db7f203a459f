// SPDX-License-Identifier: GPL-3.0-or-later

/// One RTP packet (RFC 3550 section 5.1).
public struct RTPPacket: Sendable, Hashable {
    /// What the payload is; 0 is PCMU and 8 is PCMA (RFC 3551 section 6).
    public var payloadType: UInt8
    /// For audio: the first packet after silence (RFC 3551 section 4.1).
    public var marker: Bool
    /// Rises by one with each packet.
    public var sequence: UInt16
    /// When the first sample of the payload was taken, counted in samples.
    public var timestamp: UInt32
    /// Who sends.
    public var source: UInt32
    /// The payload without padding.
    public var payload: [UInt8]

    /// Bytes of the header without contributing sources and extension.
    static let headerBytes = 12

    /// Makes a packet.
    ///
    /// - Parameter payloadType: 0 to 127; only seven bits of it are sent.
    public init(payloadType: UInt8, marker: Bool = false, sequence: UInt16, timestamp: UInt32, source: UInt32, payload: [UInt8]) {
        self.payloadType = payloadType & 0x7F
        self.marker = marker
        self.sequence = sequence
        self.timestamp = timestamp
        self.source = source
        self.payload = payload
    }

    /// Reads a packet. Contributing sources and the header extension are passed over.
    public init(_ bytes: some Collection<UInt8>) throws(RTPError) {
        var reader = ByteReader(Array(bytes)[...])
        guard let first = reader.byte(), let second = reader.byte(), let sequence = reader.word(), let timestamp = reader.doubleWord(),
            let source = reader.doubleWord()
        else { throw .truncated }
        guard first >> 6 == 2 else { throw .version }
        guard reader.skip(Int(first & 0x0F) * 4) else { throw .truncated }
        if first & 0x10 != 0 {
            guard reader.skip(2), let words = reader.word(), reader.skip(Int(words) * 4) else { throw .truncated }
        }
        var payload = reader.rest
        if first & 0x20 != 0 {
            // The last byte says how many there are, itself included.
            guard let count = payload.last, count > 0, Int(count) <= payload.count else { throw .padding }
            payload.removeLast(Int(count))
        }
        self.init(
            payloadType: second, marker: second & 0x80 != 0, sequence: sequence, timestamp: timestamp, source: source, payload: Array(payload))
    }

    /// The packet as it goes over the wire.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes + payload.count)
        bytes.append(0x80)
        bytes.append((marker ? 0x80 : 0) | payloadType)
        bytes.append(contentsOf: [UInt8(truncatingIfNeeded: sequence >> 8), UInt8(truncatingIfNeeded: sequence)])
        for word in [timestamp, source] {
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
        }
        bytes += payload
        return bytes
    }
}

/// Why bytes are no RTP packet.
public enum RTPError: Error, Sendable, Hashable {
    /// The packet ends within its header.
    case truncated
    /// It is not of version 2.
    case version
    /// Its padding is longer than what it pads.
    case padding
}

/// Takes numbers from the front of some bytes.
struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func word() -> UInt16? {
        guard let high = byte(), let low = byte() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func doubleWord() -> UInt32? {
        guard let high = word(), let low = word() else { return nil }
        return UInt32(high) << 16 | UInt32(low)
    }

    /// Passes over bytes, if there are so many.
    mutating func skip(_ count: Int) -> Bool {
        guard count <= rest.count else { return false }
        rest.removeFirst(count)
        return true
    }
}
