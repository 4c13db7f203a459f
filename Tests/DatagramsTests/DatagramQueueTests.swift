// SPDX-License-Identifier: GPL-3.0-or-later

import CSystemCalls
import NIOCore
import Testing

@testable import Datagrams

/// What waits, when the system takes only some of it or refuses it.
@Suite struct DatagramQueueTests {
    private let target: DatagramDestination

    init() throws {
        target = try #require(DatagramDestination(try SocketAddress(ipAddress: "192.0.2.1", port: 1069)))
    }

    /// What each entry that waits would send.
    private func waiting(_ queue: DatagramQueue) -> [[UInt8]] {
        queue.entries[queue.next...].map { entry in
            Array(queue.bytes.getBytes(at: Int(entry.offset), length: Int(entry.length)) ?? [])
        }
    }

    private func queue(_ pieces: [[UInt8]], segmentByteCount: Int = 100) -> DatagramQueue {
        var queue = DatagramQueue()
        for piece in pieces { queue.write(to: target, segmentByteCount: segmentByteCount) { $0.writeBytes(piece) } }
        return queue
    }

    @Test func whatTheSocketDoesNotTakeStays() {
        var queue = queue([[1, 1], [2], [3, 3, 3]])
        queue.sent(1)
        queue.compact()
        #expect(waiting(queue) == [[2], [3, 3, 3]])
        #expect(queue.bytes.readableBytes == 4)
        queue.write(to: target, segmentByteCount: 9) { $0.writeBytes([4]) }
        #expect(waiting(queue) == [[2], [3, 3, 3], [4]])
        queue.sent(3)
        #expect(queue.isEmpty)
        #expect(queue.bytes.readableBytes == 0)
    }

    @Test func aRefusedDatagramIsDropped() {
        var queue = queue([[1], [2]])
        queue.refused()
        #expect(waiting(queue) == [[2]])
        queue.refused()
        queue.refused()
        #expect(queue.isEmpty)
    }

    /// Where the system does not cut, everything is cut here from then on.
    @Test func aRefusedPieceIsCut() {
        var queue = queue([[1, 1, 2, 2, 3], [4, 4, 5]], segmentByteCount: 2)
        #expect(waiting(queue) == [[1, 1, 2, 2, 3], [4, 4, 5]])
        queue.refused()
        #expect(waiting(queue) == [[1, 1], [2, 2], [3], [4, 4], [5]])
        #expect(queue.entries.allSatisfy { $0.segment_length == 0 })
        queue.write(to: target, segmentByteCount: 2) { $0.writeBytes([6, 6, 7]) }
        #expect(waiting(queue).suffix(2) == [[6, 6], [7]])
    }

    @Test func tooMuchIsLost() {
        let most = Array(repeating: UInt8(0), count: DatagramQueue.maximumWaitingByteCount)
        var queue = queue([most], segmentByteCount: 1400)
        let count = waiting(queue).count
        queue.write(to: target, segmentByteCount: 9) { $0.writeBytes([1]) }
        #expect(waiting(queue).count == count)
        queue.clear()
        queue.write(to: target, segmentByteCount: 9) { $0.writeBytes([1]) }
        #expect(waiting(queue) == [[1]])
    }
}
