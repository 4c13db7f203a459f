// SPDX-License-Identifier: GPL-3.0-or-later

import Certificates
import Hummingbird
import HummingbirdCore
import HTTPListening
import Logging
import NIOCore
import ServiceLifecycle
import SocketActivation

/// Makes the HTTP servers: one responder can listen on several ports, with and without TLS.
struct HTTPDoors {
    /// One port.
    struct Port {
        /// The door's name, in the log and in `Readiness`.
        let name: String
        let listener: ProvdConfiguration.Listener
        /// The settings of the port and the address, for whoever cannot listen there.
        let settings: (port: String, address: String)
        var tls: ServerCertificate.Clients?
    }

    /// How many connections may wait to be accepted: a thousand phones come back from a power cut within a second.
    private static let backlog: Int32 = 4_096
    /// How many connections one HTTP server holds open; each costs some 20 kB.
    private static let maximumConnections = 16_384

    private let configuration: ProvdConfiguration
    private let inherited: InheritedSockets
    private let certificate: ServerCertificate?
    private let readiness: Readiness
    private let logger: Logger

    init(
        _ configuration: ProvdConfiguration, inherited: InheritedSockets, certificate: ServerCertificate?, readiness: Readiness, logger: Logger
    ) {
        self.configuration = configuration
        self.inherited = inherited
        self.certificate = certificate
        self.readiness = readiness
        self.logger = logger
    }

    /// The ports on which phones ask.
    static func phonePorts(_ configuration: ProvdConfiguration) -> [Port] {
        let address = configuration.http.address, tls = configuration.tls
        return [Port(name: "http", listener: configuration.http, settings: ("http.port", "http.address"))]
            + port("https", address, tls.http, ("http.tls_port", "http.address"), .current)
            + port("old-https", address, tls.oldHTTP, ("http.old_tls_port", "http.address"), .old)
    }

    /// The ports of the management API.
    static func managementPorts(_ configuration: ProvdConfiguration) -> [Port] {
        [Port(name: "rest", listener: configuration.rest, settings: ("rest.port", "rest.address"))]
            + port("rest-tls", configuration.tls.restAddress, configuration.tls.rest, ("rest.tls_port", "rest.tls_address"), .current)
    }

    private static func port(
        _ name: String, _ address: String, _ number: Int, _ settings: (port: String, address: String), _ clients: ServerCertificate.Clients
    ) -> [Port] {
        number == 0 ? [] : [Port(name: name, listener: .init(address: address, port: number), settings: settings, tls: clients)]
    }

    /// A server for each port; two where systemd opened the port for IPv4 and for IPv6. They stop together, so that all of them hold up
    /// the daemon's end no longer than one.
    func servers<Responder: HTTPResponder>(
        _ ports: [Port], _ responder: Responder, limits: ConnectionLimits = ConnectionLimits()
    ) -> [ServiceGroupConfiguration.ServiceConfiguration]
    where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let servers = ports.flatMap { port in
            let tls = port.tls.flatMap { clients in certificate.map { LimitedHTTPChannel.TLS($0, for: clients) } }
            let connection = LimitedHTTPChannel(responder: HTTPAnswers(responder, logger: logger).answer, tls: tls, limits: limits)
            return places(of: port.listener).map { place in
                let server = ConnectionListener(
                    connection, at: place, backlog: Self.backlog, maximumConnections: Self.maximumConnections, logger: logger,
                    onListening: { [readiness] in readiness.isListening(port.name) })
                return NamedServer(name: port.name, settings: port.settings, listener: port.listener, server: server)
            }
        }
        return [.init(service: SimultaneousServices(servers))]
    }

    /// The sockets of systemd for an address, and what it leaves to provd: `::` is all of IPv4 too, which can be a socket of its own.
    private func places(of listener: ProvdConfiguration.Listener) -> [ListeningPlace] {
        let socket = inherited.socket(.connections, host: listener.address, port: listener.port)
        guard listener.address == "::", let ipv4 = inherited.socket(.connections, host: "0.0.0.0", port: listener.port) else {
            return [socket.map { .inherited($0) } ?? .address(host: listener.address, port: listener.port)]
        }
        return [socket.map { .inherited($0) } ?? .address(host: listener.address, port: listener.port, onlyIPv6: true), .inherited(ipv4)]
    }
}

/// Services that start and stop together; one that fails ends the others.
private struct SimultaneousServices: Service {
    private let services: [any Service]

    init(_ services: [any Service]) { self.services = services }

    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for service in services { group.addTask { try await service.run() } }
        }
    }
}
