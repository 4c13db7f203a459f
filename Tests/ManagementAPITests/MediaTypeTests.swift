// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import Testing

@testable import ManagementAPI

@Suite("Media types")
struct MediaTypeTests {
    private static let wazo = "application/vnd.proformatique.provd+json"

    @Test("Under /0.2 an Accept header must name the media type or all of them", arguments: [
        (nil, 200), (wazo, 200), ("*/*", 200), ("application/*", 200), ("text/html, */*;q=0.1", 200), (" \(wazo);q=0", 200),
        ("application/json", 406), ("\(wazo) ; q=1", 406), ("text/html", 406), ("", 406), (",", 406), ("application/vnd", 406),
    ] as [(String?, Int)])
    func accept(value: String?, status: Int) async throws {
        #expect(try await APIClient().get("/0.2/status", headers: ["Accept": value]).status == status)
    }

    @Test("Under /0.2 a body is of exactly the media type", arguments: [
        (wazo, 201), ("application/json", 415), ("\(wazo); charset=utf-8", 415), (nil, 415),
    ] as [(String?, Int)])
    func contentType(value: String?, status: Int) async throws {
        let answer = try await APIClient().post("/0.2/dev_mgr/devices", ["device": [:]], headers: ["Content-Type": value])
        #expect(answer.status == status)
        if status == 415 { #expect(answer.text.contains(Self.wazo)) }
    }

    @Test("POST, PUT and DELETE do not look at Accept, and DELETE not at Content-Type")
    func acceptOfWrites() async throws {
        let client = try await APIClient()
        #expect(try await client.post("/0.2/dev_mgr/devices", ["device": ["id": "a"]], headers: ["Accept": "text/html"]).status == 201)
        #expect(try await client.put("/0.2/dev_mgr/devices/a", ["device": [:]], headers: ["Accept": "text/html"]).status == 204)
        #expect(try await client.delete("/0.2/dev_mgr/devices/a", headers: ["Accept": "text/html", "Content-Type": "x/y"]).status == 204)
    }

    @Test("/1.0 reads JSON with parameters of its media type, and takes any Accept")
    func current() async throws {
        let client = try await APIClient()
        let line: JSONValue = ["number": "101", "display_name": "Alice"]
        let made = try await client.post("/1.0/lines", line, headers: ["Content-Type": "Application/JSON; charset=utf-8"])
        #expect(made.status == 201)
        #expect(made.headers[.contentType] == "application/json")
        #expect(try await client.post("/1.0/lines", line, headers: ["Content-Type": "text/plain"]).status == 415)
        #expect(try await client.get("/1.0/lines", headers: ["Accept": "text/html"]).status == 200)
    }

    @Test("Answers of /0.2 are compact and ASCII, with members in the order in which they were stored")
    func output() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "X_z": "é😀", "X_a": [1, 1.5, nil]])
        let answer = try await client.get("/0.2/dev_mgr/devices/a")
        #expect(answer.headers[.contentType] == Self.wazo)
        #expect(answer.text.hasPrefix(#"{"device":{"id":"a","X_z":"\u00e9\ud83d\ude00","X_a":[1,1.5,null],"#))
    }

    @Test("What was made is told with its media type and its path")
    func created() async throws {
        let client = try await APIClient()
        let device = try await client.addDevice(["id": "a.b-c_1"])
        #expect(device.headers[.contentType] == Self.wazo)
        #expect(device.headers[.location] == "/0.2/dev_mgr/devices/a.b-c_1")
        #expect(device.json == ["id": "a.b-c_1"])
        let config = try await client.post("/0.2/cfg_mgr/configs", ["config": ["parent_ids": [], "raw_config": [:]]])
        let id = try #require(config.json["id"]?.string)
        #expect(id.utf8.count == 32)
        #expect(config.headers[.location] == "/0.2/cfg_mgr/configs/\(id)")
    }
}
