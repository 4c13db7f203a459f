// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Testing

@testable import ManagementAPI

@Suite("Hostile input to the API")
struct HostileInputTests {
    @Test("A body that is nested without end is 400")
    func deepJSON() async throws {
        let client = try await APIClient()
        for opening in ["[", #"{"a":"#] {
            let body = Array(String(repeating: opening, count: 100_000).utf8)
            let answer = try await client.send(.post, "/0.2/dev_mgr/devices", bytes: body)
            #expect(answer.status == 400 && answer.text.contains("nested"))
        }
        let query = String(repeating: "%5B", count: 10_000)
        #expect(try await client.get("/0.2/dev_mgr/devices?q=\(query)").status == 400)
    }

    @Test("A document that nests as deep as a body may is stored, and comes back")
    func deepestDocument() async throws {
        let client = try await APIClient()
        // The envelope takes one level, the document another.
        var value: JSONValue = 1
        for _ in 0..<(JSONValue.maximumDepth - 2) { value = [value] }
        #expect(try await client.addDevice(["id": "a", "X_deep": value]).status == 201)
        #expect(try await client.device("a")?["X_deep"] == value)
    }

    @Test("A body that is too large is 413")
    func largeBody() async throws {
        let body = [UInt8](repeating: UInt8(ascii: " "), count: 5 * 1_024 * 1_024)
        let client = try await APIClient()
        #expect(try await client.send(.post, "/0.2/dev_mgr/devices", bytes: body).status == 413)
        #expect(try await client.send(.post, "/1.0/lines", bytes: body).status == 413)
    }

    @Test("A body that is no JSON in UTF-8 is 400", arguments: [
        [], [0], [0xFF, 0xFE], Array("\"\u{1}\"".utf8), [0x22, 0xC3, 0x28, 0x22], Array("{\"device\":{}}x".utf8), Array("\u{FEFF}{}".utf8),
        Array(#"{"a":"\ud800"}"#.utf8), Array(#"{"a":1e999}"#.utf8), Array(#"{"device":{"id":"a"},}"#.utf8), Array("NaN".utf8),
    ] as [[UInt8]])
    func noJSON(body: [UInt8]) async throws {
        let client = try await APIClient()
        #expect(try await client.send(.post, "/0.2/dev_mgr/devices", bytes: body).status == 400)
        #expect(try await client.send(.put, "/0.2/configure/locale", bytes: body).status == 400)
        #expect(try await client.send(.post, "/1.0/lines", bytes: body).status == 400)
    }

    @Test("A path with strange escapes leads nowhere", arguments: [
        "/0.2/dev_mgr/devices/%", "/0.2/dev_mgr/devices/%zz", "/0.2/dev_mgr/devices/%ff", "/0.2/dev_mgr/devices/%00",
        "/0.2/dev_mgr/devices/..%2f..%2fetc", "/0.2/dev_mgr/devices/%2e%2e", "/0.2/dev_mgr/devices/", "/0.2/cfg_mgr/configs/%C3%A9/raw",
        "/0.2/pg_mgr/plugins/%2e%2e/info", "/0.2/pg_mgr/plugins/..%2fx", "/1.0/devices/%0d%0aX-Evil:%201", "/%2e%2e/%2e%2e/etc/passwd",
        "/0.2/dev_mgr/devices/" + String(repeating: "a", count: 100_000), "/" + String(repeating: "a/", count: 50_000),
    ])
    func paths(path: String) async throws {
        let client = try await APIClient()
        #expect(try await client.get(path).status == 404)
        #expect([404, 501, 405].contains(try await client.delete(path).status))
    }

    @Test("An id that is too long is refused")
    func longIDs() async throws {
        let client = try await APIClient()
        #expect(try await client.addDevice(["id": .string(String(repeating: "a", count: 128))]).status == 201)
        #expect(try await client.addDevice(["id": .string(String(repeating: "a", count: 129))]).status == 400)
    }

    @Test("Random bodies and queries crash nothing")
    func randomBytes() async throws {
        let client = try await APIClient()
        var generator = SeededGenerator(state: 20_260_117)
        let pieces = [
            "{", "}", "[", "]", ":", ",", "\"", "device", "\"device\"", "$in", "$gt", "id", "null", "1", "-", "e9", "\\u", "%", "&", "=", "é", "\u{0}",
        ]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...20, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            for path in ["/0.2/dev_mgr/devices", "/0.2/dev_mgr/dhcpinfo", "/1.0/lines"] {
                #expect(try await client.send(.post, path, bytes: Array(text.utf8)).status < 500)
            }
            let query = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect([200, 400].contains(try await client.get("/0.2/dev_mgr/devices?q=\(query)&fields=\(query)&sort=\(query)").status))
            _ = try await client.get("/0.2/cfg_mgr/configs?\(text.filter { $0.isASCII && !$0.isWhitespace && $0 != "\u{0}" })")
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
