// SPDX-License-Identifier: GPL-3.0-or-later

public import NIOCore
import Glibc

/// Why a ``TFTPServer`` cannot serve, and what to do about it.
public struct TFTPServerError: Error, Hashable, Sendable {
    /// What went wrong.
    public enum Code: Hashable, Sendable {
        /// Another program listens on the address and port.
        case portInUse
        /// The program may not use the port.
        case notPermitted
        /// The address is none of this host's.
        case addressUnavailable
        /// Listening failed for another reason; see the description.
        case cannotListen
        /// A socket that requests arrive at was closed by an error.
        case socketLost
    }

    /// What went wrong.
    public var code: Code
    /// The address that it is about.
    public var address: SocketAddress
    /// What the system said, where that is all there is to say.
    public var systemMessage: String

    init(_ code: Code, _ address: SocketAddress, systemMessage: String = "") {
        self.code = code
        self.address = address
        self.systemMessage = systemMessage
    }

    /// The error for a failed `bind`.
    init(binding address: SocketAddress, failedWith error: any Error) {
        let code: Code =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: .portInUse
            case EACCES, EPERM: .notPermitted
            case EADDRNOTAVAIL: .addressUnavailable
            default: .cannotListen
            }
        self.init(code, address, systemMessage: String(describing: error))
    }
}

extension TFTPServerError: CustomStringConvertible {
    public var description: String {
        let port = address.port ?? 0
        let place = "UDP port \(port) of \(address.ipAddress ?? "the configured address")"
        return switch code {
        case .portInUse:
            """
            TFTP cannot listen on \(place): another program has it, probably another TFTP server (tftpd-hpa, atftpd, \
            dnsmasq with enable-tftp) or a second instance of this one. \
            'ss -ulpn sport = :\(port)' shows which; stop it, or configure another address or port.
            """
        case .notPermitted:
            """
            TFTP may not listen on \(place): ports below 1024 need the capability CAP_NET_BIND_SERVICE. Start the \
            program through its systemd unit, or configure a higher port.
            """
        case .addressUnavailable:
            """
            TFTP cannot listen on \(place): this host does not have that address now. Correct the address, or start \
            after the network is up.
            """
        case .cannotListen:
            "TFTP cannot listen on \(place): \(systemMessage)"
        case .socketLost:
            "TFTP lost the socket on \(place) and cannot go on: \(systemMessage)"
        }
    }
}
