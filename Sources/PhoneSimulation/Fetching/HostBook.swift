// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix

/// The addresses of hosts, each looked up once: a thousand phones know the same registrar.
actor HostBook {
    private var addresses: [String: SocketAddress] = [:]

    /// The address of a host.
    ///
    /// - Throws: ``FetchFailure`` if it has none.
    func address(of host: String, port: Int) async throws -> SocketAddress {
        if let known = try? SocketAddress(ipAddress: host, port: port) { return known }
        let key = "\(host) \(port)"
        if let known = addresses[key] { return known }
        let found: SocketAddress
        do {
            // The system's resolver waits, which a thread of the pool may do.
            found = try await NIOThreadPool.singleton.runIfActive { try SocketAddress.makeAddressResolvingHost(host, port: port) }
        } catch {
            try Task.checkCancellation()
            throw FetchFailure("the host \(host) has no address")
        }
        addresses[key] = found
        return found
    }
}
