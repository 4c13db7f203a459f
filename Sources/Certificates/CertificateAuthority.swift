// SPDX-License-Identifier: GPL-3.0-or-later

import CryptoExtras
public import Foundation
import Glibc
import NetTypes
import SwiftASN1
import X509

/// provd's own certificate authority, for sites that have none: a root that phones and administrators are given once, and a
/// certificate of the server that is renewed by itself.
///
/// The keys are RSA with 2048 bits and the signatures SHA-256, because old phones know nothing else.
public struct CertificateAuthority: Sendable {
    /// For how long the root counts. It is in phones, where it cannot be renewed from here.
    private static let rootDays = 7_300.0
    /// For how long the server's certificate counts. Some clients take none that counts longer than 398 days.
    private static let serverDays = 397.0
    /// How long before its end it is renewed, and how much before now it begins to count, for clocks that are slow.
    private static let renewalDays = 60.0, backdatedDays = 1.0

    private static let day = 86_400.0

    /// Where the files are.
    private let directory: String
    /// The host names and addresses by which the server is reached, the first of which names it.
    private let names: [String]

    /// Makes an authority over a directory, in which ``prepare(now:)`` makes what is missing.
    ///
    /// - Parameters:
    ///   - directory: where the files are; it is made if need be.
    ///   - names: the host names and IP addresses by which clients reach the server.
    public init(directory: String, names: [String]) {
        self.directory = directory
        var known: Set<String> = []
        self.names = names.filter { !$0.isEmpty && known.insert($0).inserted }
    }

    /// The certificate of the root, which clients are to trust (PEM).
    public var rootFile: String { directory + "/ca.crt" }
    /// The certificate of the server (PEM).
    public var serverCertificateFile: String { directory + "/server.crt" }
    /// The key of the server (PEM).
    public var serverKeyFile: String { directory + "/server.key" }
    private var rootKeyFile: String { directory + "/ca.key" }

    /// Makes what is missing: the root once, and a certificate of the server if there is none, if the names changed, or if its
    /// end comes near.
    ///
    /// - Throws: A problem that names the file.
    public func prepare(now: Date = Date()) throws(ServerCertificate.Problem) {
        // Only provd's user may look at the keys.
        guard (try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])) != nil
        else { throw ServerCertificate.Problem("the directory \(directory) for provd's own certificates cannot be made: see that provd may write there") }
        let rootKey = try key(rootKeyFile)
        let root = try root(rootKey, now)
        let serverKey = try key(serverKeyFile)
        guard !isGood(certificate(serverCertificateFile), of: serverKey, by: root, now) else { return }
        let made = try make { () throws in try server(serverKey, by: root, rootKey, now) }
        try write(try make { () throws in try made.serializeAsPEM().pemString }, to: serverCertificateFile, mode: 0o644)
    }

    // MARK: - The certificates

    private func root(_ key: Certificate.PrivateKey, _ now: Date) throws(ServerCertificate.Problem) -> Certificate {
        if let known = certificate(rootFile), known.publicKey == key.publicKey, known.notValidAfter > now { return known }
        let root = try make { () throws in
            let subject = try DistinguishedName { CommonName("provd at \(String((names.first ?? "").prefix(40)))") }
            return try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
                notValidBefore: now - Self.backdatedDays * Self.day, notValidAfter: now + Self.rootDays * Self.day, issuer: subject, subject: subject,
                signatureAlgorithm: .sha256WithRSAEncryption,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: key.publicKey)
                },
                issuerPrivateKey: key)
        }
        try write(try make { () throws in try root.serializeAsPEM().pemString }, to: rootFile, mode: 0o644)
        return root
    }

    private func server(
        _ key: Certificate.PrivateKey, by root: Certificate, _ rootKey: Certificate.PrivateKey, _ now: Date
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: now - Self.backdatedDays * Self.day, notValidAfter: min(now + Self.serverDays * Self.day, root.notValidAfter),
            issuer: root.subject, subject: try DistinguishedName { CommonName(String((names.first ?? "provd").prefix(64))) },
            signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(generalNames)
                SubjectKeyIdentifier(hash: key.publicKey)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: rootKey.publicKey).keyIdentifier)
            },
            issuerPrivateKey: rootKey)
    }

    private var generalNames: [GeneralName] {
        names.map { name in
            switch IPAddress(name) {
            case .v4(let address)?: .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
            case .v6(let address)?: .ipAddress(ASN1OctetString(contentBytes: address.octets[...]))
            case nil: .dnsName(name)
            }
        }
    }

    private func isGood(_ certificate: Certificate?, of key: Certificate.PrivateKey, by root: Certificate, _ now: Date) -> Bool {
        guard let certificate, certificate.publicKey == key.publicKey, certificate.issuer == root.subject,
            root.publicKey.isValidSignature(certificate.signature, for: certificate),
            certificate.notValidBefore <= now, certificate.notValidAfter > now + Self.renewalDays * Self.day,
            let known = try? certificate.extensions.subjectAlternativeNames
        else { return false }
        return Set(known) == Set(generalNames)
    }

    // MARK: - Files

    private func certificate(_ file: String) -> Certificate? {
        guard let data = FileManager.default.contents(atPath: file) else { return nil }
        return try? Certificate(pemEncoded: String(decoding: data, as: UTF8.self))
    }

    /// The key in a file, or a new one if there is no file. A key that cannot be read is never replaced.
    private func key(_ file: String) throws(ServerCertificate.Problem) -> Certificate.PrivateKey {
        guard FileManager.default.fileExists(atPath: file) else {
            let key = try make { () throws in try _RSA.Signing.PrivateKey(keySize: .bits2048) }
            try write(key.pemRepresentation, to: file, mode: 0o600)
            return try make { () throws in try Certificate.PrivateKey(pemEncoded: key.pemRepresentation) }
        }
        guard let data = FileManager.default.contents(atPath: file), let key = try? Certificate.PrivateKey(pemEncoded: String(decoding: data, as: UTF8.self))
        else {
            throw ServerCertificate.Problem(
                "\(file) is no readable key: give it to provd's user; or remove it, and provd makes another, which clients have to be told to trust anew")
        }
        return key
    }

    /// Whoever reads a file sees the old content or the new, and nobody else ever sees a key.
    private func write(_ text: String, to file: String, mode: Int) throws(ServerCertificate.Problem) {
        let new = file + ".new"
        try? FileManager.default.removeItem(atPath: new)
        guard FileManager.default.createFile(atPath: new, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: mode]),
            unsafe rename(new, file) == 0
        else { throw ServerCertificate.Problem("\(file) cannot be written: see that provd may write to its directory, and that there is room") }
    }

    /// Runs what fails only if something is wrong in the libraries.
    private func make<Value>(_ body: () throws -> Value) throws(ServerCertificate.Problem) -> Value {
        do {
            return try body()
        } catch {
            throw ServerCertificate.Problem("provd's own certificate cannot be made: \(error)")
        }
    }
}
