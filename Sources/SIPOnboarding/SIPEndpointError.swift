// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the SIP endpoint cannot start.
public struct SIPEndpointError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Code: Sendable, Hashable {
        /// Another program listens there.
        case addressInUse
        /// This program may not listen there.
        case notPermitted
        /// This machine has no such address.
        case noSuchAddress
        /// TLS is to be spoken, and no certificate is given.
        case noCertificate
        /// Anything else.
        case cannotListen
    }

    /// What went wrong.
    public let code: Code

    /// The address that could not be listened on.
    public let address: SIPAddress

    /// The transport.
    public let transport: SIPTransport

    /// The system's words for it.
    public let cause: String

    public var description: String {
        let place = "\(transport.rawValue) port \(address.port) on \(address.host)"
        return switch code {
        case .addressInUse:
            "Cannot listen on \(place): another program does. See which with “ss -lpn 'sport = :\(address.port)'” and stop it, or give the SIP endpoint another port."
        case .notPermitted:
            "Cannot listen on \(place): not permitted. Ports below 1024 need CAP_NET_BIND_SERVICE."
        case .noSuchAddress:
            "Cannot listen on \(place): this machine has no such address. Listen on 0.0.0.0 or ::, or on an address that “ip address” shows."
        case .noCertificate:
            "Cannot listen on \(place): there is no certificate. Set tls.certificate_file and tls.key_file."
        case .cannotListen:
            "Cannot listen on \(place): \(cause)."
        }
    }
}
