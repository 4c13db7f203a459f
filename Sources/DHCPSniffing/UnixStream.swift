// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import PacketCapture

/// A connection to a Unix stream socket. Calls block only in `wait`.
struct UnixStream: ~Copyable {
    /// Why the connection failed or ended, in words.
    struct Failure: Error { let reason: String }

    /// What there is to do.
    struct Readiness {
        var readable = false
        var writable = false
    }

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Connects, which on a Unix socket happens at once or not at all.
    static func connect(to path: String) throws(Failure) -> UnixStream {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard !bytes.isEmpty, bytes.count <= room else {
            throw Failure(reason: "a socket's path has 1 to \(room) octets, not \(bytes.count)")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }

        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw Failure(reason: CaptureError.reason(errno)) }
        let stream = UnixStream(descriptor: descriptor)
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(descriptor, $0, length) }
        }
        guard status == 0 else { throw Failure(reason: CaptureError.reason(errno)) }
        return stream
    }

    deinit { close(descriptor) }

    /// Sends what fits at present.
    ///
    /// - Returns: How many octets were sent.
    func send(_ bytes: ArraySlice<UInt8>) throws(Failure) -> Int {
        // Without the flag, a peer that is gone would end this process with a signal.
        let count = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count < 0 else { return count }
        guard errno == EAGAIN || errno == EINTR else { throw Failure(reason: CaptureError.reason(errno)) }
        return 0
    }

    /// Receives what is there.
    func receive() throws(Failure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { return Array(buffer.prefix(count)) }
        guard count < 0 else { throw Failure(reason: "provd closed the connection") }
        guard errno == EAGAIN || errno == EINTR else { throw Failure(reason: CaptureError.reason(errno)) }
        return []
    }

    /// Blocks until there is something to do, or until `wakeUp` is signalled.
    func wait(toSend: Bool, wakeUp: WakeUp) throws(Failure) -> Readiness {
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(POLLIN | (toSend ? POLLOUT : 0)), revents: 0),
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&descriptors, nfds_t(descriptors.count), -1) >= 0 || errno == EINTR else {
            throw Failure(reason: CaptureError.reason(errno))
        }
        wakeUp.reset()
        let events = Int32(descriptors[0].revents)
        return Readiness(
            readable: events & (POLLIN | POLLHUP | POLLERR) != 0, writable: events & POLLOUT != 0)
    }

    /// Blocks for `duration`, or until `wakeUp` is signalled.
    static func pause(_ duration: Duration, wakeUp: WakeUp) {
        var descriptors = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        _ = unsafe poll(&descriptors, 1, milliseconds)
        wakeUp.reset()
    }
}
