// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import HTTPTypes
import JSONText
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Documents under /1.0")
struct CurrentDocumentTests {
    private func line(_ client: APIClient, _ number: String = "101") async throws -> (path: String, tag: String) {
        let made = try await client.post("/1.0/lines", ["number": .string(number), "display_name": "Alice"])
        #expect(made.status == 201)
        return (try #require(made.headers[.location]), try #require(made.headers[.eTag]))
    }

    @Test("A change to what somebody else changed meanwhile is refused, and nothing is lost")
    func lostUpdate() async throws {
        let client = try await APIClient()
        let (path, tag) = try await line(client)
        #expect(try await client.get(path).headers[.eTag] == tag)
        func patch(_ name: String, _ tag: String?) async throws -> Answer {
            try await client.send(
                .patch, path, headers: ["If-Match": tag, "Content-Type": "application/json"],
                bytes: (["display_name": .string(name)] as JSONValue).serialized())
        }
        let first = try await patch("Bob", tag)
        #expect(first.status == 200 && first.json["display_name"] == "Bob")
        #expect(first.headers[.eTag] != tag)
        #expect(try await patch("Carol", tag).status == 412)
        #expect(try await patch("Carol", "W/\(tag)").status == 412)
        #expect(try await client.delete(path, headers: ["If-Match": tag]).status == 412)
        #expect(try await client.get(path).json["display_name"] == "Bob")
        let present = try #require(try await client.get(path).headers[.eTag])
        #expect(try await patch("Dora", "\"other\", \(present)").status == 200)
        for wanted in [nil, "*"] { #expect(try await patch("Emma", wanted).status == 200) }
    }

    @Test("What a client has already is not sent again")
    func notModified() async throws {
        let client = try await APIClient()
        let (path, tag) = try await line(client)
        let answer = try await client.get(path, headers: ["If-None-Match": tag])
        #expect(answer.status == 304 && answer.bytes.isEmpty && answer.headers[.eTag] == tag)
        #expect(try await client.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("A request that is sent twice with one key is done once")
    func idempotency() async throws {
        let client = try await APIClient()
        let body: JSONValue = ["number": "101", "display_name": "Alice"]
        let first = try await client.post("/1.0/lines", body, headers: ["Idempotency-Key": "k-1"])
        let second = try await client.post("/1.0/lines", body, headers: ["Idempotency-Key": "k-1"])
        #expect(first.status == 201 && second.status == 201 && first.json == second.json)
        #expect(second.headers[.location] == first.headers[.location])
        #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 1)
        let other = try await client.post("/1.0/lines", ["number": "102", "display_name": "Bob"], headers: ["Idempotency-Key": "k-1"])
        #expect(other.status == 422)
        // What was refused may be tried again.
        #expect(try await client.post("/1.0/lines", ["number": "103"], headers: ["Idempotency-Key": "k-2"]).status == 400)
        #expect(try await client.post("/1.0/lines", ["number": "103", "display_name": "C"], headers: ["Idempotency-Key": "k-2"]).status == 201)
        #expect(try await client.post("/1.0/lines", body, headers: ["Idempotency-Key": ""]).status == 400)
    }

    @Test("Who asks too much is told to wait")
    func rateLimit() async throws {
        let client = try await APIClient(limits: RequestLimits(requestsPerSecond: 1, burst: 3))
        for _ in 0..<3 { #expect(try await client.get("/1.0/lines").status == 200) }
        let refused = try await client.get("/1.0/lines")
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
        #expect(try await client.get("/0.2/status").status == 429)
        #expect(try await client.get("/health/live").status == 200)
    }

    @Test("A list comes in parts, each element once")
    func parts() async throws {
        let client = try await APIClient()
        for number in 1...7 { _ = try await line(client, "10\(number)") }
        var numbers: [String] = [], cursor = ""
        repeat {
            let page = try await client.get("/1.0/lines?limit=3\(cursor)").json
            let lines = try #require(page["lines"]?.array)
            #expect(lines.count <= 3)
            numbers += lines.compactMap { $0["number"]?.string }
            cursor = page["next"]?.string.map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty
        #expect(numbers == (1...7).map { "10\($0)" })
        for query in ["limit=0", "limit=1001", "limit=x", "cursor=x", "cursor=-1"] { #expect(try await client.get("/1.0/lines?\(query)").status == 400) }
    }

    @Test("Devices are listed by what they are")
    func filters() async throws {
        let client = try await APIClient()
        try await client.addDevice(["id": "a", "vendor": "Acme", "model": "One", "mac": "00:11:22:33:44:55"])
        try await client.addDevice(["id": "b", "vendor": "Acme", "model": "Two"])
        try await client.addDevice(["id": "c", "vendor": "Other", "model": "One"])
        func ids(_ query: String) async throws -> [String] {
            try await client.get("/1.0/devices?\(query)").json["devices"]?.array?.compactMap { $0["id"]?.string } ?? []
        }
        #expect(try await ids("vendor=Acme") == ["a", "b"])
        #expect(try await ids("vendor=Acme&model=One") == ["a"])
        #expect(try await ids("mac=00:11:22:33:44:55") == ["a"])
        #expect(try await ids("vendor=%27%20OR%201=1") == [])
    }

    @Test("A line's code is made anew, and the line is put on a device and taken off with it")
    func lineActions() async throws {
        let client = try await APIClient()
        let (path, _) = try await line(client)
        let code = try await client.get(path).json["provisioning_code"]
        let renewed = try await client.post(path + "/code", [:])
        #expect(renewed.status == 200 && renewed.json["provisioning_code"] != code)
        try await client.addDevice(["id": "a", "mac": "00:11:22:33:44:55"])
        #expect(try await client.post(path + "/assign", ["device": "nobody"]).status == 400)
        let assigned = try await client.post(path + "/assign", ["device": "00:11:22:33:44:55"])
        #expect(assigned.status == 200 && assigned.json["device"] == "a")
        #expect(try await client.get("/1.0/devices/a").json["lines"]?.array?.count == 1)
        let (second, _) = try await line(client, "102")
        #expect(try await client.post(second + "/assign", ["device": "a"]).status == 400)
        #expect(try await client.delete("/1.0/devices/a").status == 204)
        #expect(try await client.get(path).json["device"] == .null)
    }

    @Test("A device is moved by who may act in both tenants, and by nobody else")
    func move() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("b", tenant: api.sub1)
        func move(to tenant: String, as own: String?) async throws -> Answer {
            try await api.client.send(
                .patch, "/1.0/devices/b", headers: ["Wazo-Tenant": own, "Content-Type": "application/merge-patch+json"],
                bytes: (["tenant_uuid": .string(tenant)] as JSONValue).serialized())
        }
        #expect(try await move(to: api.sub2, as: api.sub1).status == 400)
        #expect(try await move(to: "nobody", as: nil).status == 400)
        #expect(try await move(to: api.sub2, as: api.sub2).status == 404)
        #expect(try await move(to: api.sub2, as: nil).json["tenant_uuid"]?.string == api.sub2)
        #expect(try await api.get("/1.0/devices/b", tenant: api.sub1).status == 404)
    }

    @Test("A gateway is shown to each tenant that has a line on it, with its own lines only")
    func gateway() async throws {
        let api = try await TenantedAPI()
        _ = try await api.addDevice("gateway", tenant: api.sub1)
        for (number, tenant) in [("101", api.sub1), ("102", api.sub2)] {
            let line = Line(
                id: LineID(number), tenant: TenantID(tenant), number: number, displayName: "N", username: number, password: "password-\(number)",
                provisioningCode: nil, device: DeviceID(stored: "gateway"))
            try await api.client.store.transaction { try $0.save(line) }
        }
        let seen = try await api.get("/1.0/devices/gateway", tenant: api.sub2)
        #expect(seen.status == 200)
        #expect(seen.json["lines"]?.array?.compactMap { $0["number"]?.string } == ["102"])
        #expect(try await api.get("/1.0/devices/gateway").json["lines"]?.array?.count == 2)
        #expect(try await api.client.delete("/1.0/devices/gateway", headers: ["Wazo-Tenant": api.sub2]).status == 404)
    }
}
