// SPDX-License-Identifier: GPL-3.0-or-later

import Datagrams
import NIOCore

/// The transfer ports of one event loop.
///
/// For each local address one port takes clients in until it is full; it is then replaced by the port that has rested for
/// longest, or by a new one. Opening a port costs more than sending a small file, so ports are used again; but not before
/// others have had their turns, so that a packet that is late, or was forged for a transfer just seen, finds no transfer
/// of the same client there.
final class TransferPortPool {
    typealias Completion = (Result<TransferPort, any Error>) -> Void

    /// Ports of one local address that must be at rest before the one that rests longest is used again.
    private static let minimumAtRest = 16
    /// Ports of one local address at rest at most; each is an open socket.
    private static let maximumAtRest = 64

    /// The ports of one local address.
    private struct Ports {
        /// The port that takes clients in.
        var current: TransferPort?
        var atRest: [TransferPort] = []
        /// Who waits for the port that is being opened; `nil` when none is.
        var waiting: [(client: SocketAddress, body: Completion)]?
    }

    private let eventLoop: any EventLoop
    private var ports: [SocketAddress: Ports] = [:]
    private var isClosed = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Finds or opens a port on a local address for a transfer with a client.
    ///
    /// - Parameter body: called at once or when a port is open; the port must be given back.
    func withPort(at local: SocketAddress, for client: SocketAddress, _ body: @escaping Completion) {
        if ports[local]?.waiting != nil {
            ports[local]?.waiting?.append((client, body))
        } else if let port = port(at: local, admitting: client) {
            body(.success(port))
        } else {
            ports[local, default: Ports()].waiting = [(client, body)]
            TransferPort.open(at: local, on: eventLoop).whenComplete { [self] in opened($0, at: local) }
        }
    }

    /// Takes a port back after a transfer with a client.
    func giveBack(_ port: TransferPort, from client: SocketAddress) {
        port.end(with: client)
        port.sender.flush()
        if !port.isInUse, port !== ports[port.local]?.current { rest(port) }
    }

    /// Closes all ports that are not in use.
    func closeUnused() {
        for local in ports.keys {
            for port in ports[local]?.atRest ?? [] { port.channel.close(promise: nil) }
            ports[local]?.atRest = []
            if let current = ports[local]?.current, !current.isInUse {
                current.channel.close(promise: nil)
                ports[local]?.current = nil
            }
            if ports[local]?.current == nil, ports[local]?.waiting == nil { ports[local] = nil }
        }
    }

    /// Closes all ports that are not in use, and from now on every port that is given back.
    func close() {
        isClosed = true
        closeUnused()
    }
}

extension TransferPortPool {
    /// The port that takes clients in, or the one that has rested for longest in its place, with the client admitted.
    private func port(at local: SocketAddress, admitting client: SocketAddress) -> TransferPort? {
        if let current = ports[local]?.current {
            if current.admit(client) { return current }
            ports[local]?.current = nil
            if !current.isInUse { rest(current) }
        }
        while let count = ports[local]?.atRest.count, count > Self.minimumAtRest, let port = ports[local]?.atRest.removeFirst() {
            port.startAnew()
            guard port.admit(client) else { continue }
            ports[local]?.current = port
            return port
        }
        return nil
    }

    private func opened(_ result: Result<TransferPort, any Error>, at local: SocketAddress) {
        let waiting = ports[local]?.waiting ?? []
        ports[local]?.waiting = nil
        switch result {
        case .success(let port):
            ports[local, default: Ports()].current = port
            for (client, body) in waiting { withPort(at: local, for: client, body) }
        case .failure:
            for (_, body) in waiting { body(result) }
        }
    }

    private func rest(_ port: TransferPort) {
        guard !isClosed, port.channel.isActive, ports[port.local, default: Ports()].atRest.count < Self.maximumAtRest else {
            return port.channel.close(promise: nil)
        }
        port.sender.rest()
        ports[port.local, default: Ports()].atRest.append(port)
    }
}
