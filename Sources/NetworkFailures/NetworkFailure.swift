// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import NIOCore
import NIOPosix

/// Why a connection or a socket does not work, in words for a person.
///
/// The network library's own descriptions name descriptors and types; they are for its authors.
public struct NetworkFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, without a full stop.
    public let description: String

    /// Finds the words for an error; one that is not the network's keeps its own.
    public init(_ error: any Error) {
        description = Self.words(error)
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case let failure as NetworkFailure: failure.description
        case let failure as NIOConnectionError: words(failure)
        case let failure as IOError: words(errorNumber: failure.errnoCode)
        case let failure as ChannelError: words(failure)
        case is CancellationError: "it was given up"
        case let failure as SocketAddressError: words(failure)
        case is SocketAddressError.UnknownHost: unknownName
        default: "\(error)"
        }
    }

    private static func words(_ failure: NIOConnectionError) -> String {
        // One for each address that the name has; they fail alike, and the first says enough.
        if let first = failure.connectionErrors.first { return words(first.error) }
        return unknownName
    }

    private static let unknownName = "its name is not known: see /etc/hosts and the name server"

    private static func words(_ failure: SocketAddressError) -> String {
        switch failure {
        case .unixDomainSocketPathTooLong: "its path is longer than a socket's can be: choose a shorter one"
        case .failedToParseIPString(let text): "“\(text)” is no address"
        default: unknownName
        }
    }

    private static func words(_ failure: ChannelError) -> String {
        switch failure {
        case .connectTimeout: "nothing answers there in time"
        case .ioOnClosedChannel, .alreadyClosed, .outputClosed, .inputClosed, .eof: "the connection was closed"
        default: "the connection failed (\(failure))"
        }
    }

    private static func words(errorNumber: CInt) -> String {
        switch errorNumber {
        case ECONNREFUSED: "nothing listens there"
        case ETIMEDOUT: "nothing answers there in time"
        case EHOSTUNREACH, ENETUNREACH: "no way leads there: see this machine's addresses and routes"
        case ECONNRESET, EPIPE: "it closed the connection"
        case EADDRINUSE: "another program has the address"
        case EADDRNOTAVAIL: "this machine has no such address"
        case EACCES, EPERM: "it is not allowed to this program"
        case EMFILE, ENFILE: "too many files and connections are open: raise LimitNOFILE= of the unit"
        default: unsafe String(cString: strerror(errorNumber)).lowercased()
        }
    }
}
