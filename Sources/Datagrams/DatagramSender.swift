// SPDX-License-Identifier: GPL-3.0-or-later

import CSystemCalls
import Glibc
public import NIOCore

/// Sends datagrams from the socket of a channel: many with one system call, and undisturbed by what becomes of one of them.
///
/// A NIO channel closes its socket when the system refuses a datagram: because a firewall forbids it, the destination has
/// no route for the moment, or a forged request came from port 0. A server's socket must outlive that. Here such a
/// datagram is lost, as it might be on any link, and the next one is sent. Lives on the channel's event loop.
public final class DatagramSender {
    /// How long a socket that takes no more is left alone. A gigabit link sends 125 kB in that time, less than a socket holds.
    private static let pause: TimeAmount = .milliseconds(1)

    private let channel: any Channel
    private var queue = DatagramQueue()
    private var isPausing = false

    /// Makes a sender for a bound channel, whose own `write` is not to be used any more.
    public init(channel: any Channel) {
        self.channel = channel
    }

    /// Takes a datagram, which leaves with the next ``flush()``.
    public func write(_ datagram: ByteBuffer, to destination: DatagramDestination) {
        write(to: destination, segmentByteCount: datagram.readableBytes) { $0.writeImmutableBuffer(datagram) }
    }

    /// Takes datagrams to one destination, which leave with the next ``flush()``.
    ///
    /// - Parameters:
    ///   - segmentByteCount: bytes of each datagram but the last, which may be shorter.
    ///   - body: appends their bytes, one datagram behind the other, and nothing else.
    public func write(to destination: DatagramDestination, segmentByteCount: Int, _ body: (inout ByteBuffer) -> Void) {
        queue.write(to: destination, segmentByteCount: segmentByteCount, body)
    }

    /// Sends what was taken, or what the socket takes of it; the rest follows by itself.
    public func flush() {
        guard !queue.isEmpty, !isPausing else { return }
        // A closed channel has no transport, and nobody waits for these datagrams any more.
        let isDone = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { sendQueue(on: $0) }
        switch isDone {
        case true?: break
        case false?: pause()
        case nil: queue.clear()
        }
    }

    /// Lets go of the storage, when nothing is to be sent for a while.
    public func rest() {
        if queue.isEmpty { queue = DatagramQueue() }
    }
}

extension DatagramSender {
    /// - Returns: `false` if some have to wait for the socket.
    private func sendQueue(on socket: CInt) -> Bool {
        while !queue.isEmpty {
            var failure: CInt = 0
            let count = unsafe queue.bytes.withUnsafeReadableBytes { bytes in
                unsafe queue.entries[queue.next...].withUnsafeBufferPointer { list in
                    unsafe csystem_send_datagrams(socket, bytes.baseAddress, list.baseAddress, UInt32(clamping: list.count), &failure)
                }
            }
            if count > 0 {
                queue.sent(Int(count))
            } else if failure == EAGAIN {
                return false
            } else {
                queue.refused()
            }
        }
        return true
    }

    private func pause() {
        queue.compact()
        isPausing = true
        channel.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            self.flush()
        }
    }
}
