// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import Certificates

@Suite("A server's certificate")
struct ServerCertificateTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    /// A directory of its own with a copy of a pair.
    private func directory(_ pair: String) throws -> URL {
        let directory = FileManager.default.temporaryDirectory.appending(path: "certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try put(pair, in: directory)
        return directory
    }

    private func put(_ pair: String, in directory: URL, only kinds: [String] = ["crt", "key"]) throws {
        for kind in kinds {
            try Data(contentsOf: Self.fixtures.appending(path: "\(pair).\(kind)")).write(to: directory.appending(path: "server.\(kind)"))
        }
    }

    private func certificate(in directory: URL) throws -> ServerCertificate {
        try ServerCertificate(certificateFile: directory.appending(path: "server.crt").path, keyFile: directory.appending(path: "server.key").path)
    }

    @Test("It is read anew when its files change, and not otherwise")
    func reload() throws {
        let directory = try directory("first")
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = try certificate(in: directory)
        let before = certificate.context()
        #expect(try !certificate.reload())
        try put("second", in: directory)
        // File systems keep times of different fineness.
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: directory.appending(path: "server.crt").path)
        #expect(try certificate.reload())
        #expect(certificate.context() !== before)
    }

    @Test("While one of the two files is new and the other old, the former certificate serves on")
    func halfReplaced() throws {
        let directory = try directory("first")
        defer { try? FileManager.default.removeItem(at: directory) }
        let certificate = try certificate(in: directory)
        let before = certificate.context()
        try put("second", in: directory, only: ["crt"])
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: 60)], ofItemAtPath: directory.appending(path: "server.crt").path)
        #expect(throws: ServerCertificate.Problem.self) { try certificate.reload() }
        #expect(certificate.context() === before)
        try put("second", in: directory, only: ["key"])
        #expect(try certificate.reload())
    }

    @Test("What cannot be used is named")
    func problems() throws {
        let directory = try directory("first")
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("no key".utf8).write(to: directory.appending(path: "server.key"))
        let key = #expect(throws: ServerCertificate.Problem.self) { try certificate(in: directory) }
        #expect(key?.description.contains("server.key is no readable PEM file of a private key") == true)
        try FileManager.default.removeItem(at: directory.appending(path: "server.crt"))
        let chain = #expect(throws: ServerCertificate.Problem.self) { try certificate(in: directory) }
        #expect(chain?.description.contains("server.crt is no readable PEM file of certificates") == true)
    }
}
