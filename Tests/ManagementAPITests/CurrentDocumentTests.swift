// SPDX-License-Identifier: GPL-3.0-or-later

import DHCPConfig
import DeviceStorage
import Foundation
import HTTPTypes
import JSONText
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("Documents under /1.0")
struct CurrentDocumentTests {
    /// The vendor definitions of DHCP that come with provd.
    private static let definitions = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../dhcp").standardizedFileURL.path

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
        #expect(try await patch("Emma", "*").status == 200)
        // Who does not say which state he knows could undo what somebody else did.
        let blind = try await patch("Flora", nil)
        #expect(blind.status == 428 && blind.text.contains("If-Match"))
        #expect(try await client.delete(path, headers: ["If-Match": nil]).status == 428)
        #expect(try await client.get(path).json["display_name"] == "Emma")
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
        // What was only tried is not what is done afterwards.
        func add(_ query: String) async throws -> Answer {
            try await client.send(
                .post, "/1.0/lines/import\(query)", headers: ["Idempotency-Key": "k-3", "Content-Type": "text/csv"],
                bytes: Array("number,display_name\n200,N\n".utf8))
        }
        #expect(try await add("?dry_run=true").status == 200)
        #expect(try await add("").status == 422)
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

    @Test("A tenant's device takes the place of no config, and is put on none of another's")
    func foreignConfigs() async throws {
        let api = try await TenantedAPI(plugins: AcmePlugin.catalog())
        let base = try await api.client.get("/0.2/cfg_mgr/configs/base").text
        #expect(try await api.client.post("/1.0/devices", ["id": "base"]).status == 400)
        _ = try await api.client.post("/1.0/configs", ["id": "site", "parent_ids": [], "raw_config": ["admin_password": "sesame"]])
        for id in ["base", "autoprov", "site"] {
            let refused = try await api.client.post("/1.0/devices", ["id": .string(id)], headers: ["X-Auth-Token": api.otherToken])
            #expect(refused.status == 400 && refused.text.contains("choose another"), "\(refused.text)")
        }
        #expect(try await api.client.get("/0.2/cfg_mgr/configs/base").text == base)

        let gateway: JSONObject = ["id": "gateway", "mac": "00:11:22:33:44:55", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id)]
        #expect(try await api.client.addDevice(gateway).status == 201)
        for (number, tenant) in [("101", api.sub1), ("102", api.sub2)] {
            let line = try await api.client.post("/1.0/lines", ["number": .string(number), "display_name": "N"], headers: ["Wazo-Tenant": tenant])
            #expect(try await api.client.post(try #require(line.headers[.location]) + "/assign", ["device": "gateway"]).status == 200)
        }
        #expect(try await api.addDevice("own", tenant: api.sub2).status == 201)
        func put(_ config: String, on device: String, _ token: String) async throws -> Answer {
            try await api.client.send(
                .patch, "/1.0/devices/\(device)", headers: ["X-Auth-Token": token, "Content-Type": "application/json"],
                bytes: (["config": .string(config)] as JSONValue).serialized())
        }
        for config in ["gateway", "site", "base", "nowhere"] {
            let refused = try await put(config, on: "own", api.otherToken)
            #expect(refused.status == 400 && refused.text.contains("administrator of the appliance"), "\(config): \(refused.text)")
            let device: JSONObject = ["id": "own", "config": .string(config)]
            let replaced = try await api.client.put("/0.2/dev_mgr/devices/own", ["device": .object(device)], headers: ["X-Auth-Token": api.otherToken])
            // What keeps a document from being replaced is 500 for wazo-provd's clients.
            #expect(replaced.status == 500, "\(replaced.status) \(replaced.text)")
        }
        #expect(try await put("own", on: "own", api.otherToken).status == 200)
        // The appliance's administrators choose among all.
        #expect(try await put("site", on: "own", APIClient.token).status == 200)
        #expect(try await api.addDevice("second", tenant: api.sub2).status == 201)
        #expect(try await put("site", on: "second", api.otherToken).status == 200)
    }

    @Test("Who gives lines codes learns of few that they are others', and then gives none")
    func foreignCodes() async throws {
        let api = try await TenantedAPI()
        for number in 100..<120 {
            let line: JSONValue = ["number": .string("\(number)"), "display_name": "N", "provisioning_code": .string("111\(number)")]
            #expect(try await api.client.post("/1.0/lines", line, headers: ["Wazo-Tenant": api.sub1]).status == 201)
        }
        let table = "number,display_name,provisioning_code\n" + (100..<120).map { "\($0),N,111\($0)\n" }.joined()
        func check(_ token: String, _ tenant: String) async throws -> Answer {
            try await api.client.send(
                .post, "/1.0/lines/import?dry_run=true", headers: ["X-Auth-Token": token, "Wazo-Tenant": tenant, "Content-Type": "text/csv"],
                bytes: Array(table.utf8))
        }
        let first = try await check(api.otherToken, api.sub2)
        #expect(first.status == 422 && first.json["problems"]?.array?.count == 1)
        // An administrator of the appliance is told every problem.
        #expect(try await check(APIClient.token, api.sub2).json["problems"]?.array?.count == 20)
        for _ in 0..<4 { #expect(try await check(api.otherToken, api.sub2).status == 422) }
        let refused = try await check(api.otherToken, api.sub2)
        #expect(refused.status == 400 && refused.text.contains("leave codes out"))
        let own: JSONValue = ["number": "500", "display_name": "N", "provisioning_code": "999999"]
        #expect(try await api.client.post("/1.0/lines", own, headers: ["X-Auth-Token": api.otherToken]).status == 400)
        let plain = try await api.client.post("/1.0/lines", ["number": "500", "display_name": "N"], headers: ["X-Auth-Token": api.otherToken])
        #expect(plain.status == 201)
    }

    @Test("A gateway takes lines of several tenants; each tenant sees its own, and nothing of the others'")
    func sharedGateway() async throws {
        let api = try await TenantedAPI(plugins: AcmePlugin.catalog())
        let gateway: JSONObject = ["id": "gateway", "mac": "00:11:22:33:44:55", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id)]
        let added = try await api.client.addDevice(gateway)
        #expect(added.status == 201)
        _ = try await api.addDevice("own", tenant: api.sub2)
        var lines: [String] = []
        for (number, name, tenant) in [("101", "Alice", api.sub1), ("102", "Bob", api.sub2), ("103", "Carla", api.sub2)] {
            let line = try await api.client.post("/1.0/lines", ["number": .string(number), "display_name": .string(name)], headers: ["Wazo-Tenant": tenant])
            lines.append(try #require(line.headers[.location]))
        }
        for line in lines.prefix(2) { #expect(try await api.client.post(line + "/assign", ["device": "gateway"]).status == 200) }
        // The model has two lines.
        #expect(try await api.client.post(lines[2] + "/assign", ["device": "gateway"]).status == 400)
        #expect(try await api.get("/1.0/devices/gateway").json["tenant_uuid"]?.string == api.sub1)
        for (line, username) in [("101", "101"), ("102", "102")] {
            await api.client.appliance.journal.note(
                TimelineEvent(
                    device: DeviceID(stored: "gateway"), mac: nil, time: 0, step: .registered, text: "registered with the line \(line)",
                    details: ["username": .string(username), "registration": "began"]))
        }
        await api.client.appliance.journal.flush()

        let seen = try await api.get("/1.0/devices/gateway", tenant: api.sub2)
        #expect(seen.json["lines"]?.array?.compactMap { $0["number"]?.string } == ["102"])
        let timeline = try await api.get("/1.0/devices/gateway/timeline", tenant: api.sub2)
        for answer in [seen, timeline] { #expect(!answer.text.contains("101") && !answer.text.contains("Alice"), "\(answer.text)") }
        #expect(timeline.text.contains("registered with the line 102"))
        for path in ["config", "files", "evidence", "uploads"] { #expect(try await api.get("/1.0/devices/gateway/\(path)", tenant: api.sub2).status == 404) }

        // It is in both lists, in each page once.
        func ids(_ query: String) async throws -> JSONValue { try await api.get("/1.0/devices?\(query)", tenant: api.sub2).json }
        #expect(try await ids("")["devices"]?.array?.compactMap { $0["id"]?.string } == ["own", "gateway"])
        #expect(try await ids("vendor=Acme")["devices"]?.array?.compactMap { $0["id"]?.string } == ["gateway"])
        #expect(try await ids("vendor=Other")["devices"]?.array?.isEmpty == true)
        let first = try await ids("limit=1")
        #expect(first["devices"]?.array?.compactMap { $0["id"]?.string } == ["own"])
        let second = try await ids("limit=1&cursor=\(first["next"]?.string ?? "")")
        #expect(second["devices"]?.array?.compactMap { $0["id"]?.string } == ["gateway"] && second["next"] == .null)
        #expect(try await api.get("/1.0/devices").json["devices"]?.array?.count == 2)
        #expect(try await api.get("/1.0/devices", tenant: api.sub1).json["devices"]?.array?.count == 1)

        // A tenant that goes takes its lines with it, and what phones know of them.
        let config = try await api.client.get("/0.2/cfg_mgr/configs/gateway")
        #expect(config.text.contains("Alice") && config.text.contains("Bob"))
        let third = try await api.client.post("/1.0/tenants", ["name": "three"]).json["uuid"]?.string ?? ""
        let spare: JSONObject = ["id": "spare", "mac": "00:11:22:33:44:66", "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id)]
        #expect(try await api.client.addDevice(spare).status == 201)
        for (number, tenant) in [("201", api.sub1), ("202", third)] {
            let line = try await api.client.post(
                "/1.0/lines", ["number": .string(number), "display_name": .string("Owner of \(number)")], headers: ["Wazo-Tenant": tenant])
            #expect(try await api.client.post(try #require(line.headers[.location]) + "/assign", ["device": "spare"]).status == 200)
        }
        #expect(try await api.client.delete("/1.0/tenants/\(third)").status == 204)
        let left = try await api.client.get("/0.2/cfg_mgr/configs/spare")
        #expect(left.text.contains("Owner of 201") && !left.text.contains("Owner of 202"))

        // One line is taken off, and the other stays.
        #expect(try await api.client.delete(lines[0] + "/assign", headers: ["Wazo-Tenant": api.sub2]).status == 404)
        #expect(try await api.client.delete(lines[0] + "/assign").status == 204)
        #expect(try await api.get("/1.0/devices/gateway").json["lines"]?.array?.compactMap { $0["number"]?.string } == ["102"])
        #expect(try await api.client.delete(lines[1] + "/assign").status == 204)
        #expect(try await api.get("/1.0/devices/gateway").json["config"]?.string?.hasPrefix("autoprov") == true)
    }

    @Test("What was shown masked is not written back as it was shown")
    func masks() async throws {
        let client = try await APIClient()
        let config: JSONValue = ["id": "c", "parent_ids": [], "raw_config": ["admin_password": "sesame"]]
        #expect(try await client.post("/1.0/configs", config).status == 201)
        let shown = try await client.get("/1.0/configs/c").json.object ?? [:]
        var patch = shown
        patch["id"] = nil
        func change(_ patch: JSONObject) async throws -> Int {
            try await client.send(
                .patch, "/1.0/configs/c", headers: ["Content-Type": "application/merge-patch+json"], bytes: JSONValue.object(patch).serialized()
            ).status
        }
        #expect(try await change(patch) == 400)
        #expect(try await change(["raw_config": ["admin_username": "admin"]]) == 200)
        #expect(try await client.get("/0.2/cfg_mgr/configs/c").json["config"]?["raw_config"] == ["admin_password": "sesame", "admin_username": "admin"])
    }

    @Test("A document that is replaced as a whole is replaced only by who says which one he means")
    func required() async throws {
        let client = try await APIClient(definitions: VendorCatalog.load(directory: Self.definitions))
        func put(_ site: String, ifMatch: String?) async throws -> Answer {
            try await client.put("/1.0/dhcp/site", ["text": .string("site: \(site)\nprovd:\n  address: 192.0.2.1\nsubnets:\n  - {name: a, network: 192.0.2.0/24, ranges: [192.0.2.10-192.0.2.20]}\n")], headers: ["If-Match": ifMatch])
        }
        #expect(try await client.get("/1.0/dhcp/site").status == 404)
        let first = try await put("One", ifMatch: nil)
        let tag = try #require(first.headers[.eTag])
        #expect(first.status == 200)
        #expect(try await client.get("/1.0/dhcp/site").headers[.eTag] == tag)
        #expect(try await put("Two", ifMatch: nil).status == 428)
        #expect(try await put("Two", ifMatch: tag).status == 200)
        #expect(try await put("Three", ifMatch: tag).status == 412)
        #expect(try await client.get("/1.0/dhcp/site").text.contains("site: Two"))
        #expect(try await put("Three", ifMatch: "*").status == 200)
    }

    @Test("Every document has a state, by which a change is refused to who does not know it", arguments: ["lines", "devices", "configs", "tenants", "tokens"])
    func states(kind: String) async throws {
        let client = try await APIClient()
        let draft: JSONValue =
            switch kind {
            case "lines": ["number": "101", "display_name": "Alice"]
            case "configs": ["parent_ids": [], "raw_config": [:]]
            case "tenants": ["name": "south"]
            case "tokens": ["name": "pbx", "permissions": ["provd.lines.read"]]
            default: [:]
            }
        let made = try await client.post("/1.0/\(kind)", draft)
        #expect(made.status == 201)
        let path = try #require(made.headers[.location])
        let tag = try #require(try await client.get(path).headers[.eTag])
        #expect(try await client.get(path, headers: ["If-None-Match": tag]).status == (kind == "devices" ? 200 : 304))
        if kind != "tokens" {
            let member = ["lines": "display_name", "devices": "description", "configs": "label", "tenants": "name"][kind] ?? ""
            func change(_ tag: String) async throws -> Int {
                try await client.send(
                    .patch, path, headers: ["If-Match": tag, "Content-Type": "application/json"], bytes: (.object([member: "changed"]) as JSONValue).serialized()
                ).status
            }
            #expect(try await change("\"other\"") == 412)
            #expect(try await change(tag) == 200)
            #expect(try await change(tag) == 412)
            #expect(try await client.delete(path, headers: ["If-Match": tag]).status == 412)
        }
        #expect(try await client.delete(path, headers: ["If-Match": "\"other\""]).status == 412)
        let present = try #require(try await client.get(path).headers[.eTag])
        #expect(try await client.delete(path, headers: ["If-Match": present]).status == 204)
    }

    @Test("A flag of a query that is no flag is refused: a dry run must not add anything by mistake", arguments: ["1", "yes", "True", ""])
    func flags(text: String) async throws {
        let client = try await APIClient()
        let answer = try await client.send(
            .post, "/1.0/lines/import?dry_run=\(text)", headers: ["Content-Type": "text/csv"], bytes: Array("number,display_name\n101,Alice\n".utf8))
        #expect(answer.status == 400)
        #expect(try await client.get("/1.0/lines").json["lines"]?.array?.isEmpty == true)
    }

    @Test("A tenant says nothing of devices that are not its own")
    func foreignSightings() async throws {
        let api = try await TenantedAPI()
        let added = try await api.client.addDevice(["id": "a", "mac": "00:11:22:33:44:55", "vendor": "Acme"])
        #expect(added.status == 201)
        func say(_ mac: String, _ tenant: String?) async throws -> Int {
            try await api.client.post("/1.0/sightings", ["mac": .string(mac), "vendor": "Other"], headers: ["Wazo-Tenant": tenant]).status
        }
        #expect(try await say("00:11:22:33:44:55", api.sub1) == 403)
        #expect(try await say("00:11:22:33:44:66", api.sub1) == 403)
        #expect(try await api.get("/1.0/devices/a").json["vendor"] == "Acme")
        #expect(try await say("00:11:22:33:44:66", nil) == 201)
    }
}
