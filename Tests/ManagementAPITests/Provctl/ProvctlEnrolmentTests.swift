// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import Testing

@testable import ManagementAPI

@Suite("provctl enrolment")
struct ProvctlEnrolmentTests {
    private func run(_ body: @escaping @Sendable (APIClient, Provctl) async throws -> Void) async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await RunningAPI.serve(client) { port in try await body(client, Provctl(port: port)) }
    }

    private func seconds(_ value: JSONValue?) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// Until when enrolment is open, by the tenants' names.
    private func ends(_ client: APIClient) async throws -> [String: Double] {
        var ends: [String: Double] = [:]
        for tenant in try await client.get("/1.0/tenants").json["tenants"]?.array ?? [] {
            ends[tenant["name"]?.string ?? ""] = seconds(tenant["enrolment_ends"])
        }
        return ends
    }

    @Test("It is opened for as long as is said, for the tenant above all others, and closed")
    func openAndClose() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            _ = try await client.post("/1.0/tenants", ["name": "south"])
            let start = Date().timeIntervalSince1970
            let opened = try await provctl.run("enrolment", "open", "--hours", "2")
            #expect(opened.status == 0 && opened.output.hasPrefix("enrolment is open until "))
            let open = try await ends(client)
            #expect(open.count == 1 && open["south"] == nil)
            #expect(try #require(open.values.first) >= start + 7_199)
            let closed = try await provctl.run("enrolment", "close")
            #expect(closed.status == 0 && closed.output.hasPrefix("enrolment is closed"))
            #expect(try #require(try await ends(client).values.first) <= Date().timeIntervalSince1970 + 1)
        }
    }

    @Test("A tenant has its own, and no other is touched")
    func tenant() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let south = try #require(try await client.post("/1.0/tenants", ["name": "south"]).json["uuid"]?.string)
            let opened = try await provctl.run("enrolment", "open", "--tenant", south, "--json")
            #expect(opened.status == 0 && opened.json["name"] == "south" && seconds(opened.json["enrolment_ends"]) != nil)
            #expect(try await ends(client).keys.sorted() == ["south"])
            #expect(try await provctl.run("enrolment", "open", "--tenant", "00000000-0000-4000-8000-000000000009").status != 0)
        }
    }

    @Test("Times that make no sense are refused before anything is asked", arguments: ["0", "-1", "8761", "nan", "soon"])
    func hours(text: String) async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            #expect(try await provctl.run("enrolment", "open", "--hours=\(text)").status == 64)
            #expect(try await ends(client).isEmpty)
        }
    }

    @Test("A token that may only read opens nothing")
    func reader() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let (_, reader) = try await TokenedClient.reader(client)
            #expect(try await provctl.with(token: reader).run("enrolment", "open").status == 4)
            #expect(try await ends(client).isEmpty)
        }
    }
}
