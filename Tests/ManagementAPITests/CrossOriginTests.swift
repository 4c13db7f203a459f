// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import Testing

@testable import ManagementAPI

@Suite("Pages from elsewhere")
struct CrossOriginTests {
    private func preflight(_ client: APIClient, from origin: String) async throws -> Answer {
        try await client.send(
            .options, "/1.0/lines",
            headers: ["Origin": origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-auth-token", "X-Auth-Token": nil])
    }

    @Test("Nobody is let in who is not configured, and nothing is said of it")
    func off() async throws {
        let client = try await APIClient()
        for answer in [try await preflight(client, from: "https://a.example"), try await client.get("/1.0/lines", headers: ["Origin": "https://a.example"])] {
            #expect(answer.status == 200)
            #expect(!answer.headers.contains { $0.name.canonicalName.hasPrefix("access-control-") })
            #expect(answer.headers[.vary] == nil)
        }
    }

    @Test("Pages of a configured origin may ask; those of others are not told that they may")
    func configured() async throws {
        let policy = try #require(CrossOriginPolicy(["https://a.example", "http://b.example:8080"]))
        let client = try await APIClient(crossOrigin: policy)
        for origin in ["https://a.example", "http://b.example:8080"] {
            let asked = try await preflight(client, from: origin)
            #expect(asked.status == 200 && asked.bytes.isEmpty)
            #expect(asked.headers[.accessControlAllowOrigin] == origin)
            #expect(asked.headers[.accessControlAllowMethods]?.contains("PATCH") == true)
            #expect(asked.headers[.accessControlAllowHeaders]?.contains("X-Auth-Token") == true)
            #expect(asked.headers[.vary] == "Origin")
            let answer = try await client.get("/1.0/lines", headers: ["Origin": origin])
            #expect(answer.headers[.accessControlAllowOrigin] == origin && answer.headers[.vary] == "Origin")
            #expect(answer.headers[.accessControlExposeHeaders]?.contains("ETag") == true)
            // A page must be able to read why it was refused.
            let refused = try await client.get("/0.2/status", headers: ["Origin": origin, "X-Auth-Token": "wrong"])
            #expect(refused.status == 401 && refused.headers[.accessControlAllowOrigin] == origin)
        }
        for origin in ["https://a.example:444", "http://a.example", "https://A.example", "null", "https://evil.example"] {
            #expect(try await preflight(client, from: origin).headers[.accessControlAllowOrigin] == nil)
            #expect(try await client.get("/1.0/lines", headers: ["Origin": origin]).headers[.accessControlAllowOrigin] == nil)
        }
        #expect(try await client.get("/1.0/lines").headers[.accessControlAllowOrigin] == nil)
    }

    @Test("All may be let in")
    func all() async throws {
        let client = try await APIClient(crossOrigin: try #require(CrossOriginPolicy(["*"])))
        #expect(try await preflight(client, from: "https://anybody.example").headers[.accessControlAllowOrigin] == "*")
        #expect(try await client.get("/1.0/lines", headers: ["Origin": "https://anybody.example"]).headers[.accessControlAllowOrigin] == "*")
    }

    @Test("What no browser sends is no origin", arguments: [
        "a.example", "https://", "https://a.example/", "https://A.example", "ftp://a.example", "https://a.example:443", "http://a.example:80", "null", "",
    ])
    func noOrigin(text: String) { #expect(CrossOriginPolicy([text]) == nil) }
}
