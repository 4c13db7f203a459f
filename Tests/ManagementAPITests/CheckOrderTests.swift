// SPDX-License-Identifier: GPL-3.0-or-later

import HTTPTypes
import JSONText
import ProvModel
import Testing

@testable import ManagementAPI

@Suite("The order of checks")
struct CheckOrderTests {
    private let wrong: [String: String?] = [
        "X-Auth-Token": "wrong", "Accept": "text/html", "Content-Type": "text/html",
    ]

    @Test("Nothing at a path is 404, whoever asks", arguments: [
        "/", "/0.2/", "/0.2/nothing", "/0.2/dev_mgr/", "/0.2/pg_mgr/plugins/", "/0.2/pg_mgr/plugins/unknown", "/0.3", "/1.0", "/1.0/",
        "/0.2/dev_mgr/devices/a/b", "/0.2/cfg_mgr/configs/a/raw/", "/0.2extra", "0.2", "", "*", "//0.2", "/0.2//dev_mgr",
    ])
    func pathFirst(path: String) async throws {
        #expect(try await APIClient().get(path, headers: wrong).status == 404)
    }

    @Test("A method that is not offered is refused before the token is looked at")
    func methodBeforeToken() async throws {
        let client = try await APIClient()
        let get = try await client.send(.get, "/0.2/dev_mgr/synchronize", headers: wrong)
        #expect(get.status == 405)
        #expect(get.headers[.allow] == "POST")
        let post = try await client.send(.post, "/0.2/dev_mgr/devices/a", headers: wrong)
        #expect(post.status == 405)
        #expect(post.headers[.allow] == "GET, HEAD, PUT, DELETE")
    }

    @Test("Other verbs that are not offered are 501 under /0.2, as clients know, and 405 under /1.0")
    func otherVerbs() async throws {
        let client = try await APIClient()
        for method: HTTPRequest.Method in [.put, .delete, .patch, .init("BREW") ?? .trace] {
            #expect(try await client.send(method, "/0.2/status", headers: wrong).status == 501, "\(method)")
            let current = try await client.send(method, "/1.0/timeline", headers: wrong)
            #expect(current.status == 405, "\(method)")
            #expect(current.headers[.allow] == "GET, HEAD", "\(method)")
        }
    }

    @Test("The token comes before the media types and the body")
    func tokenBeforeMediaType() async throws {
        let client = try await APIClient()
        #expect(try await client.send(.get, "/0.2/status", headers: wrong).status == 401)
        #expect(try await client.send(.post, "/0.2/dev_mgr/devices", headers: wrong, bytes: [0xFF]).status == 401)
        #expect(try await client.send(.put, "/0.2/dev_mgr/devices/unknown", headers: wrong).status == 401)
        #expect(try await client.send(.delete, "/0.2/cfg_mgr/configs/unknown", headers: wrong).status == 401)
        #expect(try await client.send(.get, "/0.2/configure/unknown", headers: wrong).status == 401)
    }

    @Test("The media type comes before the body, and the body before the document")
    func mediaTypeBeforeBody() async throws {
        let client = try await APIClient()
        let unread = try await client.send(.put, "/0.2/dev_mgr/devices/unknown", headers: ["Content-Type": "text/html"], bytes: [0xFF])
        #expect(unread.status == 415)
        let garbled = try await client.send(.put, "/0.2/dev_mgr/devices/unknown", bytes: Array("{".utf8))
        #expect(garbled.status == 400)
        #expect(garbled.text.contains("not JSON at byte 1"))
        #expect(try await client.put("/0.2/dev_mgr/devices/unknown", ["device": [:]]).status == 404)
    }

    @Test("OPTIONS is 200 anywhere, and HEAD answers as GET without a body")
    func optionsAndHead() async throws {
        let client = try await APIClient()
        let options = try await client.send(.options, "/nowhere", headers: wrong)
        #expect(options.status == 200 && options.bytes.isEmpty)
        let get = try await client.get("/0.2/status"), head = try await client.send(.head, "/0.2/status")
        #expect(head.status == 200 && head.bytes.isEmpty)
        // Each request has a name of its own.
        func withoutName(_ headers: HTTPFields) -> [HTTPField] { headers.filter { $0.name.canonicalName != "x-request-id" } }
        #expect(withoutName(head.headers) == withoutName(get.headers))
        #expect(try await client.send(.head, "/0.2/status", headers: ["X-Auth-Token": nil]).status == 401)
        let refused = try await client.send(.head, "/0.2/nowhere")
        #expect(refused.status == 404 && refused.bytes.isEmpty)
    }

    @Test("A token is refused that is absent, empty, unknown or for another tenant", arguments: [nil, "", "unknown", APIClient.token + "x"] as [String?])
    func tokens(token: String?) async throws {
        let answer = try await APIClient().get("/0.2/status", headers: ["X-Auth-Token": token])
        #expect(answer.status == 401)
        #expect(answer.text.contains("X-Auth-Token"))
    }

    @Test("The one tenant may be named, and no other")
    func tenants() async throws {
        let client = try await APIClient()
        for tenant in ["", APIClient.tenant.description] {
            #expect(try await client.get("/0.2/status", headers: ["Wazo-Tenant": tenant]).status == 200)
        }
        #expect(try await client.get("/0.2/status", headers: ["Wazo-Tenant": "someone-elses"]).status == 401)
        #expect(try await client.addDevice(["id": "a"]).status == 201)
        let refused = try await client.post(
            "/0.2/dev_mgr/devices", ["device": ["id": "b"]], headers: ["Wazo-Tenant": "someone-elses"])
        #expect(refused.status == 401)
        #expect(try await client.device("b") == nil)
    }

    @Test("The permission names the values, with dots made harmless")
    func permissions() {
        let route = APIRoute(.get, "/0.2/pg_mgr/plugins/{plugin_id}/info", "provd.pg_mgr.plugins.{plugin_id}.info.read") { _ in .noContent }
        #expect(route.permission(with: ["plugin_id": "aastra-3.3.1-SP4"]) == "provd.pg_mgr.plugins.aastra-3_3_1-SP4.info.read")
    }
}
