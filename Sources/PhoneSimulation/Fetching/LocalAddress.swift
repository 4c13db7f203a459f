// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import NIOPosix

/// The address of this machine that a server sees.
public enum LocalAddress {
    /// Asks the system by which address it would send to a server; nothing is sent.
    ///
    /// - Throws: ``FetchFailure`` if there is no way to the server.
    public static func towards(_ server: ProvisioningServer) async throws -> String {
        let address = try await HostBook().address(of: server.host, port: server.httpPort)
        do {
            let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
            let local = channel.localAddress?.ipAddress
            try? await channel.close()
            guard let local else { throw FetchFailure("the system names no address") }
            return local
        } catch {
            throw FetchFailure("there is no way to \(server.host): \(error)")
        }
    }
}
