// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore
import TFTP

extension SocketAddress {
    /// Whether this is `0.0.0.0` or `::`, which stands for every address of the host.
    var isWildcard: Bool {
        ipAddress == "0.0.0.0" || ipAddress == "::"
    }
}

extension NIOPacketInfo {
    /// The address that a datagram was sent to, complete enough to bind a socket to it.
    var localAddress: SocketAddress {
        // A link-local IPv6 address means something only together with its interface. Numbers alone are resolved
        // without asking anyone.
        guard let ip = destinationAddress.ipAddress, ip.hasPrefix("fe8") else { return destinationAddress }
        return (try? SocketAddress.makeAddressResolvingHost("\(ip)%\(interfaceIndex)", port: 0)) ?? destinationAddress
    }
}

extension TFTPOptionLimits {
    /// Bytes by which an IPv6 header is longer than an IPv4 header.
    private static let headerDifference = 20

    /// The limits for this client: the block size is meant for IPv4.
    func fitting(_ client: SocketAddress) -> TFTPOptionLimits {
        guard case .v6 = client, let blockSize = maximumBlockSize else { return self }
        var limits = self
        limits.maximumBlockSize = max(blockSize - Self.headerDifference, TFTPAgreement.minimumBlockSize)
        return limits
    }
}

extension TFTPTransferOutcome {
    /// The outcome of requests that arrived too late.
    static let serverStopped = TFTPTransferOutcome(ending: .stoppedByServer(reason: "The server stopped."))
}
