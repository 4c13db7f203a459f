// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import HTTPTypes
import Testing

@testable import ManagementAPI

@Suite("The page for browsers")
struct WebPageTests {
    /// A client of an appliance with a page of three files, and one that is none of it.
    private func client() async throws -> APIClient {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("provd-page-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory.appendingPathComponent("js"), withIntermediateDirectories: true)
        try Data("<!doctype html>".utf8).write(to: directory.appendingPathComponent("index.html"))
        try Data("export {};".utf8).write(to: directory.appendingPathComponent("js/main.js"))
        try Data("{}".utf8).write(to: directory.appendingPathComponent("en.json"))
        try Data("secret".utf8).write(to: directory.appendingPathComponent(".hidden.json"))
        try Data("secret".utf8).write(to: directory.appendingPathComponent("backup.tar"))
        return try await APIClient(page: WebPage(directory: directory.path))
    }

    @Test("It needs no token, and lets a browser run nothing but itself")
    func headers() async throws {
        let client = try await client()
        let answer = try await client.get("/page/", headers: ["X-Auth-Token": nil])
        #expect(answer.status == 200 && answer.text == "<!doctype html>")
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
            #expect(policy.contains(part), "\(part)")
        }
        #expect(!policy.contains("unsafe"))
        #expect(try await client.get("/page/js/main.js").headers[.contentType] == "text/javascript; charset=utf-8")
        #expect(try await client.get("/page/en.json").headers[.contentType] == "application/json")
    }

    @Test("The bare address leads to it")
    func redirect() async throws {
        let client = try await client()
        for path in ["/", "/page"] {
            let answer = try await client.get(path)
            #expect(answer.status == 307 && answer.headers[.location] == "/page/", "\(path)")
        }
    }

    @Test("A file that the browser has is not sent again")
    func conditional() async throws {
        let client = try await client()
        let first = try await client.get("/page/js/main.js")
        let tag = try #require(first.headers[.eTag])
        for known in [tag, "W/\(tag)", "\"other\", \(tag)"] {
            let again = try await client.get("/page/js/main.js", headers: ["If-None-Match": known])
            #expect(again.status == 304 && again.bytes.isEmpty, "\(known)")
        }
        #expect(try await client.get("/page/js/main.js", headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test(
        "What is no file of the page is not there",
        arguments: ["/page/none.js", "/page/.hidden.json", "/page/backup.tar", "/page/../provd.db", "/page/%2e%2e/provd.db", "/page//index.html", "/page/js/"])
    func absent(path: String) async throws {
        #expect(try await client().get(path).status == 404)
    }

    @Test("It is only read, and the API beside it answers as before")
    func methods() async throws {
        let client = try await client()
        #expect(try await client.send(.delete, "/page/").status == 405)
        let head = try await client.send(.head, "/page/")
        #expect(head.status == 200 && head.bytes.isEmpty)
        #expect(try await client.get("/pages").status == 404)
        #expect(try await client.get("/1.0/lines", headers: ["X-Auth-Token": nil]).status == 401)
        #expect(try await client.get("/health/live", headers: ["X-Auth-Token": nil]).status == 200)
    }

    @Test("A directory without an index is no page")
    func noPage() {
        #expect(WebPage(directory: FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)") == nil)
    }
}
