// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
public import NetTypes

/// A socket that the service manager opened and bound before it started the daemon.
public struct InheritedSocket: Sendable, Hashable {
    /// What passes through a socket.
    public enum Kind: String, Sendable, Hashable {
        /// Datagrams, as UDP has them.
        case datagrams = "udp"
        /// Connections that are to be accepted.
        case connections = "tcp"
    }

    /// How the service manager calls it; several sockets can have one name.
    public let name: String
    /// What passes through it.
    public let kind: Kind
    /// The address that it is bound to; `0.0.0.0` is all of IPv4.
    public let address: IPAddress
    /// The port that it is bound to.
    public let port: UInt16

    private let descriptor: CInt

    /// Looks at a descriptor.
    ///
    /// - Returns: `nil` if it is no bound IP socket for datagrams or connections.
    public init?(descriptor: CInt, name: String) {
        guard let kind = Self.kind(of: descriptor), let place = Self.place(of: descriptor), place.port > 0 else { return nil }
        self.name = name
        self.kind = kind
        self.descriptor = descriptor
        address = place.address
        port = place.port
    }

    /// Another descriptor of the same socket, which whoever asks for it closes.
    ///
    /// What waits in the socket stays there when it is closed, for the next who asks, and for the daemon after this one.
    ///
    /// - Throws: `InheritedSocketProblem` if this process may open no more files.
    public func duplicate() throws(InheritedSocketProblem) -> CInt {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw InheritedSocketProblem(socket: self, errorNumber: errno) }
        return copy
    }

    /// Lets no program that this process starts have the socket.
    func keep() {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    // MARK: - What the system says

    private static func kind(of descriptor: CInt) -> Kind? {
        switch option(SO_TYPE, of: descriptor) {
        case CInt(SOCK_DGRAM.rawValue): .datagrams
        case CInt(SOCK_STREAM.rawValue) where option(SO_ACCEPTCONN, of: descriptor) == 1: .connections
        default: nil
        }
    }

    private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length)
        return result == 0 ? value : nil
    }

    private static func place(of descriptor: CInt) -> (address: IPAddress, port: UInt16)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        switch CInt(storage.ss_family) {
        case AF_INET:
            let address = unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }
            return (.v4(IPv4Address(bits: UInt32(bigEndian: address.sin_addr.s_addr))), UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            var address = unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: sockaddr_in6.self) }
            let halves = unsafe withUnsafeBytes(of: &address.sin6_addr) { bytes in
                unsafe (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            return (.v6(IPv6Address(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))), UInt16(bigEndian: address.sin6_port))
        default:
            return nil
        }
    }
}

extension InheritedSocket: CustomStringConvertible {
    public var description: String { "\(kind.rawValue) \(address.uriHost):\(port)" }
}

/// Why an inherited socket cannot be used.
public struct InheritedSocketProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The socket.
    public let socket: InheritedSocket
    /// What the system said, as `errno`.
    public let errorNumber: CInt

    public var description: String { "\(socket.name) has \(socket), and this process cannot use it (error \(errorNumber)): raise LimitNOFILE= of its unit" }
}
