// SPDX-License-Identifier: GPL-3.0-or-later

import PacketCapture
import Testing

/// Whether this process may capture, which a test run without privileges may not.
private let mayCapture: Bool = {
    do {
        _ = try LiveCapture(interface: "lo") { _ in "udp port 9" }
        return true
    } catch {
        return false
    }
}()

@Suite("Live captures")
struct LiveCaptureTests {
    @Test("A capture without traffic ends when its task is cancelled", .enabled(if: mayCapture, "the tests may not capture"), .timeLimit(.minutes(10)))
    func cancellation() async throws {
        let capture = try LiveCapture(interface: "lo") { _ in "udp port 9 and host 127.254.253.252" }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await #expect(throws: CancellationError.self) { try await capture.nextBatch() } }
            group.cancelAll()
        }
    }

    @Test("An interface that does not exist is named in the error", .enabled(if: mayCapture, "the tests may not capture"))
    func noSuchInterface() {
        let error = #expect(throws: CaptureError.self) { try LiveCapture(interface: "nosuch0") { _ in "" } }
        #expect(error?.code == .noSuchInterface)
        #expect(error?.message.contains("nosuch0") == true)
    }

    @Test("A filter that libpcap does not take is named in the error", .enabled(if: mayCapture, "the tests may not capture"))
    func badFilter() {
        let error = #expect(throws: CaptureError.self) { try LiveCapture(interface: "lo") { _ in "no filter" } }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("no filter") == true)
    }

    @Test("Without the capability, the error says which one and how to give it", .disabled(if: mayCapture, "the tests may capture"))
    func notPermitted() {
        let error = #expect(throws: CaptureError.self) { try LiveCapture(interface: "lo") { _ in "" } }
        #expect(error?.code == .notPermitted)
        #expect(error?.message.contains("CAP_NET_RAW") == true)
    }

    @Test("The loopback interface is not among those to capture on")
    func interfaces() throws {
        #expect(try !NetworkInterfaces.capturable().contains("lo"))
    }
}
