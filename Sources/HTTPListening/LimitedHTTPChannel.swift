// SPDX-License-Identifier: GPL-3.0-or-later

public import Certificates
public import HummingbirdCore
public import Logging
import NetTypes
public import NIOCore
import NIOSSL

/// The connections of an HTTP server: with limits, and with TLS if there is a certificate.
public struct LimitedHTTPChannel: ServerChildChannel, HTTPChannelHandler {
    public typealias Value = HTTP1Channel.Value

    /// What TLS connections are served with.
    public struct TLS: Sendable {
        let certificate: ServerCertificate
        let clients: ServerCertificate.Clients

        /// Serves these clients with a certificate.
        public init(_ certificate: ServerCertificate, for clients: ServerCertificate.Clients = .current) {
            self.certificate = certificate
            self.clients = clients
        }
    }

    private let base: HTTP1Channel
    private let tls: TLS?
    private let counts: ConnectionCounts?

    /// Makes the connections of one server.
    public init(responder: @escaping HTTPChannelHandler.Responder, tls: TLS? = nil, limits: ConnectionLimits = ConnectionLimits()) {
        base = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [SlowPeerHandler(limits)], idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: limits.headerFields)))
        self.tls = tls
        counts = limits.connectionsPerAddress.map(ConnectionCounts.init)
    }

    public var responder: HTTPChannelHandler.Responder { base.responder }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        if let counts, let address = channel.remoteAddress?.ipAddress, IPAddress(address)?.isLoopback == false {
            guard counts.open(address) else {
                channel.close(promise: nil)
                return channel.eventLoop.makeFailedFuture(TooManyConnections())
            }
            channel.closeFuture.whenComplete { _ in counts.close(address) }
        }
        if let tls {
            // The certificate is asked for with each connection, so that a renewed one serves from now on.
            do {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.certificate.context(for: tls.clients)))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        return base.setup(channel: channel, logger: logger)
    }

    public func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }

    /// One address has all the connections that it may have.
    private struct TooManyConnections: Error {}
}
