// SPDX-License-Identifier: GPL-3.0-or-later

import CSystemCalls
import Glibc
public import NIOCore

/// Where a datagram goes, in the form that the system takes.
public struct DatagramDestination: Sendable {
    /// A `sockaddr_in6`, or a `sockaddr_in` in its first bytes.
    let address: sockaddr_in6
    /// How many of the bytes count.
    let byteCount: UInt16

    /// - Returns: `nil` where no datagram can go: port 0, or an address that is none of the Internet's.
    public init?(_ address: SocketAddress) {
        guard let port = address.port, port > 0 else { return nil }
        switch address {
        case .v4(let v4):
            var space = sockaddr_in6()
            unsafe withUnsafeMutableBytes(of: &space) { unsafe $0.storeBytes(of: v4.address, as: sockaddr_in.self) }
            self.address = space
            byteCount = UInt16(MemoryLayout<sockaddr_in>.size)
        case .v6(let v6):
            self.address = v6.address
            byteCount = UInt16(MemoryLayout<sockaddr_in6>.size)
        case .unixDomainSocket:
            return nil
        }
    }
}
