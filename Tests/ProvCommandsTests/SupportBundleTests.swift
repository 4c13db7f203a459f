// SPDX-License-Identifier: GPL-3.0-or-later

import Archives
import Foundation
import JSONText
import Testing

@testable import ProvCommands

@Suite("What goes to somebody who helps")
struct SupportBundleTests {
    @Test("Hardware addresses become others of the same make, the same for the same, however they are written")
    func pseudonyms() {
        var pseudonyms = HardwarePseudonyms()
        let text = pseudonyms.replaced(in: "00:15:65:0a:bb:cc asked for /0015650abbcc.cfg; 00-15-65-0A-BB-CC is 0015.650a.bbcc, and 00:04:13:aa:bb:cc another")
        #expect(text == "00:15:65:00:00:01 asked for /001565000001.cfg; 00-15-65-00-00-01 is 0015.6500.0001, and 00:04:13:00:00:02 another")
        #expect(pseudonyms.replaced(in: "\"0015650ABBCC\"") == "\"001565000001\"")
        #expect(pseudonyms.replaced(in: "mac:00:15:65:0a:bb:cc, spa0015650abbcc.xml, 01:00:15:65:0a:bb:cc") == "mac:00:15:65:00:00:01, spa001565000001.xml, 01:00:15:65:00:00:01")
    }

    @Test("What only looks like one stays", arguments: [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "bb1229690e73ed208e296b9834dec9e7", "2001:db8:0:1::5", "12:30:45", "",
        "00:15:65:0a:bb", "0015650abbc", "é0015650abbc", "00c0ffee00c0ffee",
    ])
    func lookalikes(text: String) {
        var pseudonyms = HardwarePseudonyms()
        #expect(pseudonyms.replaced(in: text) == text)
    }

    @Test("No input makes it trap, and what is no address stays as it was")
    func randomBytes() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let text = String((0..<Int.random(in: 0...60, using: &generator)).map { _ in "0123abcF:.-x g".randomElement(using: &generator) ?? "x" })
            var pseudonyms = HardwarePseudonyms()
            #expect(pseudonyms.replaced(in: text).count == text.count)
        }
    }

    @Test("Secrets of settings and logs are masked, and nothing else", arguments: [
        ("token: abc", "token: ********"), ("  admin_password: 'x y'", "  admin_password: ********"), ("{\"secret\": \"a\", \"b\": 1}", "{\"secret\": ********"),
        ("provisioning_key=abc", "provisioning_key= ********"), ("X-Auth-Token: abc", "X-Auth-Token: ********"), ("Authorization: Bearer abc", "Authorization: ********"),
        ("url: https://me:abc@example.net/x", "url: https://me:********@example.net/x"), ("port: 8667", "port: 8667"), ("12:30:45 it was sent", "12:30:45 it was sent"),
        ("ami_secret_file: /etc/provd/x", "ami_secret_file: /etc/provd/x"),
    ])
    func secrets(line: String, masked: String) { #expect(SecretText.masked(line) == masked) }

    @Test("A secret of several lines is masked to its end")
    func blocks() {
        #expect(SecretText.masked("a: 1\nsecret: |\n  one\n  two\nb: 2") == "a: 1\nsecret: |\n  ********\n  ********\nb: 2")
    }

    @Test("Documents are masked, and with pseudonyms nobody is named in them")
    func documents() throws {
        let phone: JSONValue = [
            "mac": "00:15:65:0a:bb:cc", "password": "abc", "lines": [["number": "101", "display_name": "Alice Martin"]], "stage": "owned",
            "events": [["step": "assigned", "text": "became the phone of Alice Martin"], ["step": "fetched", "text": "fetched 0015650abbcc.cfg"]],
        ]
        var bundle = SupportBundle(hidesPhones: true)
        bundle.add("timelines/0015650abbcc.json", phone)
        bundle.lacks("log.txt", "it may not be read")
        let text = try unpacked(bundle)
        #expect(!text.contains("Alice") && !text.contains("101") && !text.contains("0abbcc") && !text.contains("0a:bb:cc") && !text.contains("abc\""))
        #expect(text.contains("timelines/001565000001.json") && text.contains("fetched 001565000001.cfg") && text.contains("log.txt: it may not be read"))
        var open = SupportBundle(hidesPhones: false)
        open.add("phone.json", phone)
        let shown = try unpacked(open)
        #expect(shown.contains("Alice Martin") && shown.contains("00:15:65:0a:bb:cc") && !shown.contains("\"abc\""))
    }

    /// All bytes of the archive, as text.
    private func unpacked(_ bundle: SupportBundle) throws -> String {
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "--decompress", "--stdout"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(try bundle.packed()))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
