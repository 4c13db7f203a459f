// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Parameters under /0.2")
struct ParameterTests {
    private func put(_ name: String, _ value: JSONValue, _ client: APIClient) async throws -> Answer {
        try await client.put("/0.2/configure/\(name)", ["param": ["value": value]])
    }

    private func value(_ name: String, _ client: APIClient) async throws -> JSONValue? {
        try await client.get("/0.2/configure/\(name)").json["param"]?["value"]
    }

    @Test("All parameters are listed, with what they are in the language that is wanted")
    func list() async throws {
        let client = try await APIClient()
        let params = try #require(try await client.get("/0.2/configure").json["params"]?.array)
        #expect(
            params.compactMap { $0["id"]?.string }
                == ["plugin_server", "http_proxy", "ftp_proxy", "https_proxy", "locale", "NAT", "provisioning_key"])
        let nat = try #require(params.first { $0["id"] == "NAT" })
        #expect(nat["value"] == 0)
        #expect(nat["links"] == [["rel": "srv.configure.param", "href": "/0.2/configure/NAT"]])
        let english = nat["description"]
        #expect(try await put("locale", "fr_FR", client).status == 204)
        let french = try await client.get("/0.2/configure").json["params"]?.array?.first { $0["id"] == "NAT" }
        #expect(french?["description"] != english)
    }

    @Test("A parameter takes what it is for, and gives it back", arguments: [
        ("plugin_server", "http://plugins.example.org/stable/", "http://plugins.example.org/stable/"),
        ("http_proxy", "http://proxy:3128", "http://proxy:3128"), ("ftp_proxy", "http://u@proxy", "http://u@proxy"),
        ("https_proxy", "proxy:3128", "proxy:3128"), ("locale", "fr_FR", "fr_FR"), ("locale", "fil", "fil"), ("locale", "", nil),
        ("NAT", "1", 1), ("NAT", "0", 0), ("NAT", 1, 1), ("NAT", nil, 0), ("provisioning_key", "this-is-a-key", "this-is-a-key"),
        ("provisioning_key", "aA0-$~.x", "aA0-$~.x"), ("provisioning_key", "", nil), ("provisioning_key", nil, nil),
    ] as [(String, JSONValue, JSONValue)])
    func takes(name: String, sent: JSONValue, stored: JSONValue) async throws {
        let client = try await APIClient()
        #expect(try await put(name, sent, client).status == 204)
        #expect(try await value(name, client) == stored)
        #expect(try await put(name, nil, client).status == 204)
        #expect(try await value(name, client) == (name == "NAT" ? .int(0) : .null))
    }

    @Test("The password of a proxy is shown to nobody, and stays when what is shown is sent back", arguments: [
        ("http_proxy", "http://me:hidden@proxy:3128", "http://me:********@proxy:3128"),
        ("https_proxy", "me:hidden@proxy:3128", "me:********@proxy:3128"),
        ("plugin_server", "https://me:hidden@plugins.example.org/", "https://me:********@plugins.example.org/"),
    ])
    func passwords(name: String, sent: String, shown: String) async throws {
        let client = try await APIClient()
        #expect(try await put(name, .string(sent), client).status == 204)
        #expect(try await value(name, client) == .string(shown))
        #expect(try await client.get("/1.0/parameters").json["parameters"]?.array?.first { $0["name"] == .string(name) }?["value"] == .string(shown))
        #expect(try await !client.get("/1.0/audit").text.contains("hidden"))
        #expect(try await put(name, .string(shown), client).status == 204)
        #expect(try await put(name, .string(shown.replacing("me:", with: "you:")), client).status == 400)
        let parameter = try #require(ApplianceParameters.Name(rawValue: name))
        #expect(try await ApplianceParameters(client.appliance).value(of: parameter, for: TenantID("any")) == .string(sent))
    }

    @Test("A parameter refuses what it is not for, and keeps its value", arguments: [
        ("plugin_server", ""), ("plugin_server", "plugins.example.org"), ("plugin_server", "http://"), ("plugin_server", "://host"),
        ("plugin_server", 1), ("plugin_server", "http://:80/"), ("plugin_server", "http://a b/"), ("http_proxy", "http://proxy:3128/"),
        ("http_proxy", "http://proxy?x"), ("ftp_proxy", "proxy:3128"), ("https_proxy", "https://proxy:3128"), ("https_proxy", ""),
        ("https_proxy", []), ("locale", "french"), ("locale", "fr_fr"), ("locale", "FR"), ("locale", "fr_FR\n"), ("locale", "fr_"),
        ("locale", 1), ("NAT", "2"), ("NAT", 2), ("NAT", ""), ("NAT", true), ("provisioning_key", "seven77"),
        ("provisioning_key", .string(String(repeating: "a", count: 257))), ("provisioning_key", "with%percent"),
        ("provisioning_key", "with_underscore"), ("provisioning_key", "newline-at-end\n"), ("provisioning_key", 12_345_678),
        ("provisioning_key", "ééééééééé"),
    ] as [(String, JSONValue)])
    func refuses(name: String, sent: JSONValue) async throws {
        let client = try await APIClient()
        let before = try await value(name, client)
        let answer = try await put(name, sent, client)
        #expect(answer.status == 400)
        #expect(answer.text.hasPrefix(name))
        #expect(try await value(name, client) == before)
    }

    @Test("What is no parameter is 404, and what is no body 400")
    func errors() async throws {
        let client = try await APIClient()
        for name in ["unknown", "nat", "tenants", ""] {
            #expect(try await client.get("/0.2/configure/\(name)").status == 404, "\(name)")
            #expect(try await put(name, nil, client).status == 404, "\(name)")
        }
        for body: JSONValue in [[:], ["param": 1], ["param": [:]], []] {
            #expect(try await client.put("/0.2/configure/locale", body).status == 400)
        }
        #expect(try await client.delete("/0.2/configure/locale").status == 501)
    }

    @Test("A provisioning key is one tenant's, until that tenant gives it up")
    func keysTellTenantsApart() async throws {
        let client = try await APIClient()
        let parameters = ApplianceParameters(client.appliance), other = TenantID("other")
        #expect(try await put("provisioning_key", "this-is-a-key", client).status == 204)
        #expect(try await put("provisioning_key", "this-is-a-key", client).status == 204)
        await #expect(throws: DocumentError.self) { try await parameters.set(.provisioningKey, to: "this-is-a-key", for: other) }
        #expect(try await parameters.value(of: .provisioningKey, for: other) == .null)
        #expect(try await put("provisioning_key", "this-is-another", client).status == 204)
        try await parameters.set(.provisioningKey, to: "this-is-a-key", for: other)
        #expect(try await put("provisioning_key", "this-is-a-key", client).status == 400)
        #expect(try await value("provisioning_key", client) == "this-is-another")
    }
}
