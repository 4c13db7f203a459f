// SPDX-License-Identifier: GPL-3.0-or-later

import CSystemCalls
import NIOCore

/// Datagrams that wait to be sent, in the form that the system takes: their bytes behind each other, and a list.
///
/// Datagrams of equal length to one destination make one entry, which the system cuts (UDP_SEGMENT of udp(7)): they cost
/// little more than one.
struct DatagramQueue {
    /// Bytes that may wait while the socket takes no more; what comes on top is lost, as it is in a full router. More
    /// than the windows of the transfers that share a port would only arrive too late.
    static let maximumWaitingByteCount = 4 * 1024 * 1024
    /// Bytes of storage that are kept for the next datagrams.
    private static let maximumKeptByteCount = 256 * 1024
    /// Datagrams in one entry at most: UDP_MAX_SEGMENTS of Linux before 6.9.
    private static let maximumSegmentCount = 64
    /// Bytes of one entry at most when it is cut: less than 64 kB with the headers.
    private static let maximumCutByteCount = 65000
    /// Bytes of the longest datagram that travels in one packet on an Ethernet; the system cuts into no longer ones.
    private static let maximumSegmentByteCount = 1472

    /// The bytes of all datagrams that wait, from index 0.
    private(set) var bytes = ByteBuffer()
    private(set) var entries: [csystem_datagram] = []
    /// The first entry that was not sent yet.
    private(set) var next = 0
    /// Whether the system cuts entries: not where the link is too narrow or cannot compute checksums.
    private var isCutBySystem = true

    var isEmpty: Bool { next == entries.count }
}

// MARK: - In

extension DatagramQueue {
    /// Takes datagrams to one destination.
    ///
    /// - Parameters:
    ///   - segmentByteCount: bytes of each datagram but the last, which may be shorter.
    ///   - body: appends their bytes, one datagram behind the other, and nothing else.
    mutating func write(to destination: DatagramDestination, segmentByteCount: Int, _ body: (inout ByteBuffer) -> Void) {
        let start = bytes.writerIndex
        body(&bytes)
        guard bytes.writerIndex <= Self.maximumWaitingByteCount else {
            bytes.moveWriterIndex(to: start)
            return
        }
        let byteCount = bytes.writerIndex - start
        let perEntry = entryByteCount(segmentByteCount)
        var offset = 0
        repeat {
            let length = min(perEntry, byteCount - offset)
            entries.append(
                csystem_datagram(
                    offset: UInt32(clamping: start + offset), length: UInt32(clamping: length),
                    segment_length: length > segmentByteCount ? UInt16(clamping: segmentByteCount) : 0,
                    address_length: destination.byteCount, destination: destination.address))
            offset += length
        } while offset < byteCount
    }

    /// Bytes of one entry, out of datagrams of this length.
    private func entryByteCount(_ segmentByteCount: Int) -> Int {
        guard isCutBySystem, (1...Self.maximumSegmentByteCount).contains(segmentByteCount) else { return max(segmentByteCount, 1) }
        return min(Self.maximumCutByteCount / segmentByteCount, Self.maximumSegmentCount) * segmentByteCount
    }
}

// MARK: - Out

extension DatagramQueue {
    /// The system has taken the first entries.
    mutating func sent(_ count: Int) {
        next = min(next + count, entries.count)
        if isEmpty { clear() }
    }

    /// The system has refused the first entry: it is lost, unless it can be cut here instead.
    mutating func refused() {
        guard !isEmpty else { return }
        guard entries[next].segment_length > 0 else { return sent(1) }
        isCutBySystem = false
        entries.replaceSubrange(next..., with: entries[next...].flatMap { $0.datagrams })
    }

    /// Lets go of what was sent, before more is added to what could not be.
    mutating func compact() {
        guard next < entries.count else { return }
        let start = entries[next].offset
        entries.removeFirst(next)
        next = 0
        bytes.moveReaderIndex(to: Int(start))
        bytes.discardReadBytes()
        for index in entries.indices { entries[index].offset -= start }
    }

    /// Drops everything.
    mutating func clear() {
        next = 0
        entries.removeAll(keepingCapacity: true)
        if bytes.capacity > Self.maximumKeptByteCount { bytes = ByteBuffer() } else { bytes.clear() }
    }
}

extension csystem_datagram {
    /// The datagrams that an entry stands for, each in an entry of its own.
    fileprivate var datagrams: [csystem_datagram] {
        guard segment_length > 0 else { return [self] }
        let end = offset + length
        return stride(from: offset, to: end, by: Int(segment_length)).map { start in
            var datagram = self
            datagram.offset = start
            datagram.length = min(UInt32(segment_length), end - start)
            datagram.segment_length = 0
            return datagram
        }
    }
}
