// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import JSONText
import NIOCore
import NIOPosix
import NetTypes

/// Tells provd of leases, as `provd-dhcp-hook` does: lines of JSON into its Unix socket.
struct LeaseReporter: Sendable {
    let socket: String

    /// Reports the lease of one phone, and waits until provd has taken it.
    func report(mac: MACAddress, address: String, vendorClass: String?) async throws {
        var members: JSONObject = [
            "observer": "hook", "time": .double(Self.now), "type": "ack", "mac": .string(mac.description), "ip": .string(address), "repeats": 1,
        ]
        members["vendor_class"] = vendorClass.map(JSONValue.string)
        let line = JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
        do {
            try await withDeadline(FetchLimits.patience) { try await deliver(line) }
        } catch is DeadlineExceeded {
            throw FetchFailure("no answer from the sightings socket")
        } catch {
            try Task.checkCancellation()
            throw FetchFailure("the sightings socket \(socket): \(error)")
        }
    }

    private func deliver(_ line: [UInt8]) async throws {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(unixDomainSocketPath: socket) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: line))
            var answer: [UInt8] = []
            for try await bytes in inbound {
                answer += bytes.readableBytesView
                if answer.starts(with: Array("ok 1".utf8)) { return }
            }
            throw FetchFailure("closed before it had taken the lease")
        }
    }

    /// Seconds since 1970.
    private static var now: Double {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1_000
    }
}
