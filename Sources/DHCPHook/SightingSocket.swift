// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Hands lines to provd over its Unix socket, within a bound that holds whatever provd does.
struct SightingSocket {
    /// provd's socket, unless `PROVD_SIGHTINGS_SOCKET` names another.
    static let defaultPath = "/run/provd/sightings.sock"
    /// How long everything together may take, in milliseconds. ISC dhcpd serves nobody while the hook runs.
    static let patience: Int64 = 200

    /// Why provd did not get the lines, or did not say so in time.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let deadline: Int64

    init() { deadline = Self.milliseconds() + Self.patience }

    /// Sends the lines and waits for provd's word on the last one.
    func deliver(_ lines: [[UInt8]], to path: String) throws(Failure) {
        let descriptor = try connect(path)
        defer { close(descriptor) }
        try send(lines.flatMap(\.self), descriptor)
        try awaitAnswer("ok \(lines.count)\n", descriptor)
    }

    private func connect(_ path: String) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard !bytes.isEmpty, bytes.count <= room else {
            throw Failure(description: "a socket's path has 1 to \(room) octets, not \(bytes.count)")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw Self.failure("no socket can be made") }
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let failure = Self.failure("provd does not listen on \(path)")
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Without the flag a peer that is gone would end this process with a signal.
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, descriptor)
            } else if errno != EINTR {
                throw Self.failure("provd closed the connection")
            }
        }
    }

    private func awaitAnswer(_ answer: String, _ descriptor: Int32) throws(Failure) {
        var answers: [UInt8] = []
        let last = Array(answer.utf8)
        while !answers.suffix(last.count).elementsEqual(last) {
            try wait(for: POLLIN, descriptor)
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 {
                answers = answers.suffix(last.count) + buffer.prefix(count)
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                throw Failure(description: "provd closed the connection before it had taken everything")
            }
        }
    }

    private func wait(for events: Int32, _ descriptor: Int32) throws(Failure) {
        let left = deadline - Self.milliseconds()
        guard left > 0 else { throw Failure(description: "provd did not answer within \(Self.patience) ms") }
        var descriptors = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
        _ = unsafe poll(&descriptors, 1, Int32(clamping: left))
    }

    private static func failure(_ what: String) -> Failure {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
        return Failure(description: "\(what): \(reason)")
    }

    /// The monotonic clock.
    private static func milliseconds() -> Int64 {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
