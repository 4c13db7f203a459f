// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

/// The transfer ports of one event loop that are at rest.
///
/// A port is not used again before a number of other transfers have had theirs, so that a packet that is late, or was
/// forged for a transfer just seen, finds no transfer of the same client on it.
struct TransferPortPool {
    /// Ports of one local address that must be at rest before the one that rests longest is used again.
    private static let minimumAtRest = 64
    /// Ports at rest at most; each is an open socket.
    private static let maximumAtRest = 256

    private var atRest: [SocketAddress: [TransferPort]] = [:]
    private var count = 0
    private var isClosed = false

    /// The port on a local address that has been at rest for longest, if there are enough.
    mutating func take(at local: SocketAddress) -> TransferPort? {
        while let ports = atRest[local], ports.count > Self.minimumAtRest {
            guard let port = atRest[local]?.removeFirst() else { return nil }
            count -= 1
            if port.channel.isActive { return port }
        }
        return nil
    }

    /// Takes a port back after a transfer on a local address.
    mutating func giveBack(_ port: TransferPort, of local: SocketAddress) {
        port.session = nil
        port.channel.flush()
        guard !isClosed, count < Self.maximumAtRest, port.channel.isActive else { return port.channel.close(promise: nil) }
        atRest[local, default: []].append(port)
        count += 1
    }

    /// Closes all ports at rest.
    mutating func closeAll() {
        for port in atRest.values.joined() { port.channel.close(promise: nil) }
        atRest = [:]
        count = 0
    }

    /// Closes all ports at rest, and from now on every port that is given back.
    mutating func close() {
        isClosed = true
        closeAll()
    }
}
