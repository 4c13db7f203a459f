// SPDX-License-Identifier: GPL-3.0-or-later

public import Foundation
import NetTypes
import SwiftASN1
import X509

/// What clients look at in a server's certificate.
public struct CertificateSummary: Sendable, Equatable {
    /// When it begins and ceases to count.
    public let begins: Date, ends: Date
    /// The host names and addresses that it is for.
    public let names: [String]
    /// Whether no one else vouches for it.
    public let isSelfSigned: Bool
    /// Whether its key is of the kind that all phones know. Those before about 2015 know no elliptic curves.
    public let hasRSAKey: Bool
    /// How many certificates follow it in the file. A certificate of a public authority needs at least one.
    public let intermediateCount: Int

    /// Reads the first certificate of a PEM file.
    ///
    /// - Throws: A problem that names the file.
    public init(file: String) throws(ServerCertificate.Problem) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ServerCertificate.Problem("\(file) cannot be read: see that it is there, and that provd's user may read it")
        }
        let text = String(decoding: data, as: UTF8.self)
        guard let certificate = try? Certificate(pemEncoded: text) else {
            throw ServerCertificate.Problem("\(file) holds no certificate: write it in PEM, the server's first")
        }
        begins = certificate.notValidBefore
        ends = certificate.notValidAfter
        isSelfSigned = certificate.issuer == certificate.subject
        hasRSAKey = certificate.publicKey.description.contains("RSA")
        intermediateCount = max(0, text.ranges(of: "-----BEGIN CERTIFICATE-----").count - 1)
        names = ((try? certificate.extensions.subjectAlternativeNames) ?? nil).map { names in
            names.compactMap { name in
                switch name {
                case .dnsName(let name): name
                case .ipAddress(let octets):
                    IPv4Address(octets: octets.bytes).map(\.description) ?? IPv6Address(octets: octets.bytes).map(\.description)
                default: nil
                }
            }
        } ?? []
    }

    /// Whether it is for a host: its name, its address, or a name of the same domain where it holds one with `*` (RFC 6125, 6.4.3).
    public func isFor(_ host: String) -> Bool {
        let host = host.lowercased()
        return names.contains { name in
            let name = name.lowercased()
            guard name.hasPrefix("*.") else { return name == host || IPAddress(name).map { IPAddress(host) == $0 } ?? false }
            guard IPAddress(host) == nil, let dot = host.firstIndex(of: ".") else { return false }
            return host[dot...] == name.dropFirst()
        }
    }
}
