// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
public import NetTypes

/// The sockets that the service manager passed to the daemon, as sd_listen_fds(3) describes it.
///
/// The manager keeps them open: what phones send while the daemon is started anew waits in them, and no port is ever closed.
public struct InheritedSockets: Sendable, Hashable {
    /// The number of the first descriptor that is passed, `SD_LISTEN_FDS_START`.
    private static let firstDescriptor: CInt = 3
    /// More sockets than any unit has.
    private static let maximumCount: CInt = 64

    /// All of them that are IP sockets.
    public let sockets: [InheritedSocket]

    /// No sockets: the daemon opens its own.
    public init() { sockets = [] }

    /// Takes these sockets.
    public init(_ sockets: [InheritedSocket]) { self.sockets = sockets }

    /// Takes the sockets that are meant for this process; without any word of them there are none.
    public init(environment: [String: String]) {
        sockets = Self.announced(environment, process: getpid()).compactMap { InheritedSocket(descriptor: $0.descriptor, name: $0.name) }
        for socket in sockets { socket.keep() }
    }

    /// The socket that is bound to exactly this address and port, if there is one.
    public func socket(_ kind: InheritedSocket.Kind, _ address: IPAddress, port: UInt16) -> InheritedSocket? {
        sockets.first { $0.kind == kind && $0.address == address && $0.port == port }
    }

    /// The socket for an address in text form.
    public func socket(_ kind: InheritedSocket.Kind, host: String, port: Int) -> InheritedSocket? {
        guard let address = IPAddress(host), let port = UInt16(exactly: port) else { return nil }
        return socket(kind, address, port: port)
    }

    /// What `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES` say, if they mean this process.
    static func announced(_ environment: [String: String], process: CInt) -> [(descriptor: CInt, name: String)] {
        guard environment["LISTEN_PID"].flatMap({ CInt($0) }) == process, let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }),
            (1...maximumCount).contains(count)
        else { return [] }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        return (0..<count).map { index in
            let name = names.dropFirst(Int(index)).first ?? ""
            return (firstDescriptor + index, name.isEmpty ? "unknown" : name)
        }
    }
}
