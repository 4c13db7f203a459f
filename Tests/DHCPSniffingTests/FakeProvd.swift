// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc
import PacketCapture
import ProvModel
import Synchronization

/// The other end of the sightings socket: accepts connections one after the other, and closes each as it is told.
actor FakeProvd {
    struct SetupError: Error {}

    nonisolated let path: String
    private let listener: Int32
    private nonisolated let isStopped = Mutex(false)

    // It blocks, so that it needs a thread of its own.
    private nonisolated let executor = BlockingExecutor(name: "fake provd")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "provd-\(UUID().uuidString.prefix(8)).sock").path()
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0, unsafe Self.withAddress(path, { unsafe bind(listener, $0, $1) }) == 0, listen(listener, 4) == 0 else {
            throw SetupError()
        }
    }

    deinit {
        close(listener)
        unsafe unlink(path)
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Ends `serve` by one more connection, which says nothing.
    nonisolated func stop() {
        isStopped.withLock { $0 = true }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        _ = unsafe Self.withAddress(path) { unsafe connect(descriptor, $0, $1) }
        close(descriptor)
    }

    /// Serves connections until stopped: each reads so many lines, acknowledges so many of them, and closes.
    func serve(connections: [(lines: Int, acknowledged: Int)]) -> [DHCPObservation] {
        var received: [DHCPObservation] = []
        for (lines, acknowledged) in connections {
            let descriptor = accept(listener, nil, nil)
            defer { close(descriptor) }
            if isStopped.withLock({ $0 }) { break }
            received += read(lines, acknowledging: acknowledged, from: descriptor).compactMap { report in
                if case .observation(let observation) = report { observation } else { nil }
            }
        }
        return received
    }

    /// Serves one connection, until so many lines came or it ends.
    func reports(lines: Int) -> [DHCPReport] {
        let descriptor = accept(listener, nil, nil)
        defer { close(descriptor) }
        return read(lines, acknowledging: lines, from: descriptor)
    }

    private func read(_ limit: Int, acknowledging acknowledged: Int, from descriptor: Int32) -> [DHCPReport] {
        var received: [DHCPReport] = []
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while received.count < limit {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return received }
            pending += buffer.prefix(count)
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")), received.count < limit {
                let line = Data(pending[..<end])
                pending.removeFirst(end + 1)
                if let report = try? JSONDecoder().decode(DHCPReport.self, from: line) { received.append(report) }
            }
            let answer = Array("ok \(min(received.count, acknowledged))\n".utf8)
            _ = unsafe send(descriptor, answer, answer.count, Int32(MSG_NOSIGNAL))
        }
        return received
    }
}
