// SPDX-License-Identifier: GPL-3.0-or-later

import NetworkFailures
import NIOCore
import ServiceLifecycle
import Glibc

/// A server that says which of its addresses could not be listened on, and what to do.
struct NamedServer<Server: Service>: Service {
    let name: String
    /// The settings of its port and its address.
    let settings: (port: String, address: String)
    let listener: ProvdConfiguration.Listener
    let server: Server

    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            let place = "\(listener.address) port \(listener.port)"
            switch error.errnoCode {
            case EADDRINUSE:
                throw ConfigurationProblem(
                    "\(name) cannot listen on \(place): another program does. “ss -ltnp sport = :\(listener.port)” shows which; stop it, or set \(settings.port)")
            case EACCES, EPERM:
                throw ConfigurationProblem("\(name) may not listen on \(place): ports below 1024 need CAP_NET_BIND_SERVICE, or set \(settings.port)")
            case EADDRNOTAVAIL:
                throw ConfigurationProblem("\(name) cannot listen on \(place): this machine has no such address; set \(settings.address)")
            default:
                throw ConfigurationProblem("\(name) cannot serve on \(place): \(NetworkFailure(error))")
            }
        }
    }
}
