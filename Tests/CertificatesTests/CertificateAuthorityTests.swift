// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import SwiftASN1
import Testing
import X509

@testable import Certificates

@Suite("provd's own certificate authority")
struct CertificateAuthorityTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000), day = 86_400.0

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID().uuidString)/tls").path
        defer { try? FileManager.default.removeItem(at: URL(filePath: directory).deletingLastPathComponent()) }
        try body(directory)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func certificate(_ path: String) throws -> Certificate { try Certificate(pemEncoded: text(path)) }

    @Test("It makes a root and a certificate of the server for all names, and keys that only its user can read")
    func made() throws {
        try withDirectory { directory in
            let authority = CertificateAuthority(directory: directory, names: ["phones.example", "192.0.2.1", "2001:db8::1", "192.0.2.1", ""])
            try authority.prepare(now: Self.now)
            let root = try certificate(authority.rootFile), server = try certificate(authority.serverCertificateFile)
            #expect(root.publicKey.isValidSignature(server.signature, for: server) && server.issuer == root.subject)
            #expect(try server.extensions.subjectAlternativeNames?.count == 3)
            #expect(try root.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
            for file in ["ca.key", "server.key"] {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(file)")[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(file)")
            }
            #expect(try FileManager.default.attributesOfItem(atPath: directory)[.posixPermissions] as? Int == 0o700)
            _ = try ServerCertificate(certificateFile: authority.serverCertificateFile, keyFile: authority.serverKeyFile)
        }
    }

    @Test("openssl takes the certificate for each of the names and for no other", .enabled(if: openssl != nil, "openssl is not installed"), arguments: [
        (["-verify_hostname", "phones.example"], true), (["-verify_ip", "192.0.2.1"], true), (["-verify_ip", "2001:db8::1"], true),
        (["-verify_hostname", "other.example"], false), (["-verify_ip", "192.0.2.2"], false),
    ])
    func verified(arguments: [String], isGood: Bool) throws {
        try withDirectory { directory in
            let authority = CertificateAuthority(directory: directory, names: ["phones.example", "192.0.2.1", "2001:db8::1"])
            try authority.prepare()
            let process = Process()
            process.executableURL = openssl
            process.arguments = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority.rootFile] + arguments + [authority.serverCertificateFile]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect((process.terminationStatus == 0) == isGood)
        }
    }

    @Test("What is good stays; the server's certificate is made anew before its end and for other names, the root is not")
    func renewed() throws {
        try withDirectory { directory in
            let authority = CertificateAuthority(directory: directory, names: ["192.0.2.1"])
            try authority.prepare(now: Self.now)
            let root = try text(authority.rootFile), first = try text(authority.serverCertificateFile), key = try text(authority.serverKeyFile)
            try authority.prepare(now: Self.now + 300 * Self.day)
            #expect(try text(authority.serverCertificateFile) == first)
            try authority.prepare(now: Self.now + 350 * Self.day)
            let second = try text(authority.serverCertificateFile)
            #expect(second != first)
            try CertificateAuthority(directory: directory, names: ["192.0.2.2"]).prepare(now: Self.now + 350 * Self.day)
            #expect(try text(authority.serverCertificateFile) != second)
            #expect(try text(authority.rootFile) == root && text(authority.serverKeyFile) == key)
        }
    }

    @Test("A certificate that another authority made is replaced; a key that cannot be read is not, and is named")
    func damaged() throws {
        try withDirectory { directory in
            let authority = CertificateAuthority(directory: directory, names: ["192.0.2.1"])
            try authority.prepare(now: Self.now)
            try "no certificate".write(toFile: authority.serverCertificateFile, atomically: true, encoding: .utf8)
            try authority.prepare(now: Self.now)
            _ = try certificate(authority.serverCertificateFile)
            try "no key".write(toFile: directory + "/ca.key", atomically: true, encoding: .utf8)
            let problem = #expect(throws: ServerCertificate.Problem.self) { try authority.prepare(now: Self.now) }
            #expect(problem?.description.contains("ca.key is no readable key") == true)
            #expect(try text(directory + "/ca.key") == "no key")
        }
    }
}

private let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
