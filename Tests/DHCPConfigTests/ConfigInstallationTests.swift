// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import DHCPConfigCommands

struct ConfigInstallationTests {
    /// A server that dislikes some texts and remembers what it was reloaded with.
    private final class FakeServer: ConfigInstallation.Server {
        let path: String
        var rejects = ""
        var diesOf = ""
        private(set) var running: [String?] = []

        init(path: String) { self.path = path }

        func check(_ file: String) throws {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            if !rejects.isEmpty, text.contains(rejects) { throw ConfigInstallation.Failure(description: "rejected") }
        }

        func reload() throws {
            let text = try? String(contentsOfFile: path, encoding: .utf8)
            running.append(text)
            if !diesOf.isEmpty, text?.contains(diesOf) == true { throw ConfigInstallation.Failure(description: "died") }
        }
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "provd-apply-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.appending(path: "dhcp.conf").path)
    }

    @Test func aGoodConfigurationIsInUseAndTheOldOneIsKept() throws {
        try withDirectory { path in
            let server = FakeServer(path: path)
            try ConfigInstallation(path: path).install("one", server: server)
            try ConfigInstallation(path: path).install("two", server: server)
            #expect(server.running == ["one", "two"])
            #expect(try String(contentsOfFile: path + ".previous", encoding: .utf8) == "one")
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test func aRejectedConfigurationNeverReachesTheServer() throws {
        try withDirectory { path in
            let server = FakeServer(path: path)
            try ConfigInstallation(path: path).install("one", server: server)
            server.rejects = "bad"
            #expect(throws: ConfigInstallation.Failure.self) { try ConfigInstallation(path: path).install("bad", server: server) }
            #expect(server.running == ["one"])
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
        }
    }

    @Test func aServerThatDiesGetsItsOldConfigurationBack() throws {
        try withDirectory { path in
            let server = FakeServer(path: path)
            try ConfigInstallation(path: path).install("one", server: server)
            server.diesOf = "two"
            #expect(throws: ConfigInstallation.Failure.self) { try ConfigInstallation(path: path).install("two", server: server) }
            #expect(server.running == ["one", "two", "one"])
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
        }
    }

    @Test func aDifferenceShowsTheLinesThatChange() {
        #expect(lineDifference(from: "a\nb\nc\n", to: "a\nx\nc\n", name: "f") == "--- f\n+++ f (new)\n-b\n+x\n")
    }
}
