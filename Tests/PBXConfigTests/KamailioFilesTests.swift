// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import PBXConfig
import Testing

@Suite("Files for Kamailio")
struct KamailioFilesTests {
    private func files(_ plan: PBXPlan = site(), peers: [String] = []) throws -> [String: String] {
        var node = KamailioFiles.Node(address: "10.77.0.2")
        node.peers = peers
        return Dictionary(uniqueKeysWithValues: try KamailioFiles(plan, for: node).files().map { ($0.name, $0.text) })
    }

    @Test("Accounts are rows with digests, and no password is in any file")
    func subscribers() throws {
        let files = try files()
        let rows = try #require(files["subscriber"]).split(separator: "\n").map { $0.split(separator: ":").map(String.init) }
        #expect(rows[0] == ["id(int,auto) username(string) domain(string) ha1(string) "])
        // MD5 of alice:pbx.example:secret-101, by md5sum.
        #expect(rows[1] == ["1", "alice", "pbx.example", "c26dc25407b83c1d7eb9213907319fe1"])
        // Phones without a line are provd's: they can come at any time.
        #expect(rows.dropFirst().map { $0[1] } == ["alice", "102"])
        #expect(files["accounts"]?.contains("\n2:102:pbx.example:102:pbx.example\n") == true)
        for text in files.values { #expect(!text.contains("secret-101") && !text.contains("secret-ap")) }
    }

    @Test("Numbers lead to accounts, and no two tenants can have one")
    func aliases() throws {
        #expect(try files()["numbers"]?.contains("\n1:101:pbx.example:alice:pbx.example\n") == true)
        let clash = site([.init(username: "other", password: "x", kind: .line(number: "101", name: "Other"), tenant: "t2")])
        #expect(throws: PBXConfigError.self) { try files(clash) }
    }

    @Test("Addresses and names that could break out of the configuration are refused")
    func hostile() {
        var plan = site()
        plan.provdHost = "provd.example"
        #expect(throws: PBXConfigError.self) { try files(plan) }
        plan = site()
        plan.host = "x\"\nloadmodule \"exec.so"
        #expect(throws: PBXConfigError.self) { try files(plan) }
        #expect(throws: PBXConfigError.self) { try files(peers: ["10.77.0.3\""]) }
        #expect(throws: PBXConfigError.self) { try files(site([.init(username: "a:b", password: "x", kind: .line(number: "9", name: "A"), tenant: "t")])) }
    }

    @Test("Nodes talk to each other over connections, and what claims to be one in a datagram is refused")
    func replication() throws {
        let text = try #require(try files(peers: ["10.77.0.3"])["kamailio.cfg"])
        #expect(text.contains("\"server_address\", \"sip:10.77.0.2:5060;transport=tcp\""))
        #expect(text.contains("\"notification_address\", \"sip:10.77.0.3:5060;transport=tcp\""))
        #expect(text.contains("if ($proto != \"tcp\" || ($si != \"10.77.0.3\")) { sl_send_reply(\"403\", \"Not a Node\"); exit; }"))
    }

    private static let kamailio = ["/usr/sbin/kamailio", "/usr/bin/kamailio"].first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test("Kamailio itself takes the configuration", .enabled(if: kamailio != nil, "kamailio is not installed"), arguments: [[], ["10.77.0.3", "10.77.0.4"]])
    func real(peers: [String]) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "provd-kamailio-\(UInt64.random(in: .min ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in try files(peers: peers) { try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8) }
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: try #require(Self.kamailio))
        process.arguments = ["-c", "-f", directory.appending(path: "kamailio.cfg").path]
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
