// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Glibc
@testable import ProvdApp
import Testing

/// What the service manager hears.
struct SystemdNotifierTests {
    @Test func theManagerHearsThatTheDaemonIsReadyLivesAndStops() async throws {
        try await withDirectory { directory in
            let manager = try FakeManager(path: directory + "/notify")
            let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "60000000"])
            #expect(notifier.watchdogInterval == .seconds(30))
            notifier.tell(.ready)
            #expect(await manager.next() == "READY=1")
            let life = Task { await notifier.accompany() }
            #expect(await manager.next() == "WATCHDOG=1")
            life.cancel()
            await life.value
            #expect(await manager.next() == "STOPPING=1")
        }
    }

    @Test func theManagerHearsWhenAReloadBeginsAndIsDone() async throws {
        try await withDirectory { directory in
            let manager = try FakeManager(path: directory + "/notify")
            let (hangups, hangUp) = AsyncStream<Void>.makeStream()
            let requests = ReloadRequests(hangups, systemd: SystemdNotifier(environment: ["NOTIFY_SOCKET": manager.path]))
            let work = Task { for await _ in requests {} }
            hangUp.yield()
            let begun = try #require(await manager.next())
            #expect(begun.hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            #expect(Int(begun.split(separator: "=").last ?? "").map { $0 > 0 } == true)
            #expect(await manager.next() == "READY=1")
            hangUp.finish()
            await work.value
        }
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "/nonexistent/notify"], ["NOTIFY_SOCKET": String(repeating: "x", count: 500)]])
    func withoutAManagerNothingHappens(environment: [String: String]) {
        SystemdNotifier(environment: environment).tell(.ready)
    }

    @Test func theWatchdogOfAnotherProcessIsNotServed() {
        #expect(SystemdNotifier(environment: ["WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"]).watchdogInterval == nil)
        #expect(SystemdNotifier(environment: ["WATCHDOG_USEC": "soon"]).watchdogInterval == nil)
    }
}

/// The end of the socket where a service manager listens.
final class FakeManager {
    let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        try #require(bound == 0, "cannot bind \(path)")
    }

    deinit { close(descriptor) }

    /// The next datagram, without holding a thread that the daemon's tasks may need.
    func next() async -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        while !Task.isCancelled {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            if count >= 0 { return String(decoding: buffer.prefix(count), as: UTF8.self) }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }
}
