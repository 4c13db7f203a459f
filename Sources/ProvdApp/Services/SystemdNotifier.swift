// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc

/// Tells the service manager how the daemon is, as sd_notify(3) describes it.
///
/// Without `NOTIFY_SOCKET` in the environment nobody asked, and every call does nothing. A message that cannot be sent is
/// dropped: the daemon serves phones, whether or not it is watched.
struct SystemdNotifier: Sendable {
    /// What is told.
    enum State: String {
        case ready = "READY=1"
        case stopping = "STOPPING=1"
        case alive = "WATCHDOG=1"
    }

    private let path: String?
    /// How often the manager wants to hear that the daemon lives: half of what it allows, as sd_watchdog_enabled(3) advises.
    let watchdogInterval: Duration?

    /// Takes the socket and the interval from the environment.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        watchdogInterval = isMeant ? environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 > 1 ? .microseconds($0 / 2) : nil } : nil
    }

    /// Sends one datagram.
    func tell(_ state: State) {
        guard let path, let address = UnixSocketAddress.address(path) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let message = Array(state.rawValue.utf8)
        unsafe withUnsafePointer(to: address.value) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe message.withUnsafeBytes { bytes in
                    unsafe sendto(descriptor, bytes.baseAddress, bytes.count, flags, pointer, address.length)
                }
            }
        }
    }

    /// Says now and then that the daemon lives, until it is asked to stop; then says that.
    ///
    /// It runs where the daemon's own tasks run: if those stand still, so does this.
    func accompany() async {
        while !Task.isCancelled {
            if watchdogInterval != nil { tell(.alive) }
            try? await Task.sleep(for: watchdogInterval ?? .seconds(3_600))
        }
        tell(.stopping)
    }
}
