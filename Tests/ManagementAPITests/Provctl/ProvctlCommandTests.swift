// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import ProvModel
import Testing

@testable import ManagementAPI

@Suite("provctl against a running API")
struct ProvctlCommandTests {
    private func run(_ body: @escaping @Sendable (APIClient, Provctl) async throws -> Void) async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog())
        try await RunningAPI.serve(client) { port in try await body(client, Provctl(port: port)) }
    }

    @Test("Lines are added, listed, changed and removed")
    func lines() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let added = try await provctl.run("line", "add", "--number", "101", "--name", "Alice Martin", "--code", "1234")
            #expect(added.status == 0 && added.output == "line 101 of Alice Martin was added; its owner dials 1234\n")
            #expect(try await provctl.run("--quiet", "line", "add", "--number", "102", "--name", "Bob", "--code", "5678").output == "5678\n")
            let third = try await provctl.run("line", "add", "--json", "--number", "103", "--name", "Carla")
            #expect(third.json["number"] == "103" && third.json["id"]?.string?.isEmpty == false)

            let table = try await provctl.run("line", "list")
            #expect(table.lines.count == 4 && table.lines.first?.hasPrefix("NUMBER") == true)
            #expect(try await provctl.run("line", "list", "-q").lines.count == 3)
            #expect(try await provctl.run("line", "list", "--json").json["lines"]?.array?.count == 3)

            #expect(try await provctl.run("line", "change", "101", "--name", "Alice Dupont").status == 0)
            #expect(try await client.get("/1.0/lines").text.contains("Alice Dupont"))
            let code = try await provctl.run("line", "code", "102", "-q")
            #expect(code.status == 0 && !code.output.contains("5678") && code.lines.count == 1)
            let exported = try await provctl.run("line", "export")
            #expect(exported.lines.first?.hasPrefix("number,display_name") == true && exported.lines.count == 4)
            #expect(try await provctl.run("line", "cards").output.contains("<!doctype html>"))
            #expect(try await provctl.run("line", "remove", "103").status == 0)
            #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 2)
        }
    }

    @Test("A table is checked without being added, and every problem is told with its row")
    func importing() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let wrong = "number,display_name\n301,Carol\n301,Dave\nx,Eve\n"
            let refused = try await provctl.run("line", "import", "--dry-run", "-", input: wrong)
            #expect(refused.status == 1 && refused.output.isEmpty)
            #expect(refused.errors.contains("row 3, number: ") && refused.errors.contains("row 4, number: "))
            let right = "number,display_name\n301,Carol\n302,Dave\n"
            #expect(try await provctl.run("line", "import", "--dry-run", "-", input: right).output == "2 lines could be added; nothing was changed\n")
            #expect(try await client.get("/1.0/lines").json["lines"]?.array?.isEmpty == true)
            #expect(try await provctl.run("line", "import", "-", input: right).output == "2 lines were added\n")
            #expect(try await client.get("/1.0/lines").json["lines"]?.array?.count == 2)
        }
    }

    @Test("Devices are listed by what they are, shown, moved, and their files are shown without secrets")
    func devices() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let mac = "00:11:22:33:44:55"
            try await client.addDevice(["id": "a", "mac": .string(mac), "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id), "config": "autoprov"])
            try await client.addDevice(["id": "b", "vendor": "Other"])
            #expect(try await provctl.run("device", "list", "-q", "--vendor", "Acme").lines.count == 1)
            #expect(try await provctl.run("device", "show", mac, "--json").json["id"] == "a")
            #expect(try await provctl.run("device", "file", mac).output.contains("/001122334455.cfg"))
            let file = try await provctl.run("device", "file", mac, "/001122334455.cfg", "--json").json
            #expect(file["trigger"] == true && file["sha256"]?.string?.count == 64)
            #expect(try await provctl.run("device", "timeline", mac).output.contains("next: "))
            #expect(try await provctl.run("sighting", "list").status == 0)
            #expect(try await provctl.run("audit", "--json").json["entries"]?.array?.isEmpty == false)
            let tenant = try await provctl.run("tenant", "add", "south", "-q")
            #expect(tenant.status == 0)
            #expect(try await provctl.run("device", "move", mac, String(tenant.lines.first ?? "")).status == 0)
            #expect(try await provctl.run("device", "show", mac, "--json").json["tenant_uuid"]?.string == tenant.lines.first.map(String.init))
        }
    }

    @Test("The status tells scripts what went wrong")
    func statuses() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            #expect(try await provctl.run("device", "show", "00:11:22:33:44:55").status == 3)
            #expect(try await provctl.run("line", "remove", "unknown").status == 3)
            let refused = try await provctl.with(token: "wrong").run("line", "list")
            #expect(refused.status == 4 && refused.errors.hasPrefix("Error: ") && !refused.errors.contains("wrong-token"))
            let (_, reader) = try await TokenedClient.reader(client)
            #expect(try await provctl.with(token: reader).run("line", "add", "--number", "1", "--name", "A").status == 4)
            #expect(try await provctl.run("line", "list", "--token-file", "/nowhere/token").status == 4)
            #expect(try await provctl.run("line", "list", "--url", "http://127.0.0.1:1").status == 5)
            #expect(try await provctl.run("backup", "create").status == 6)
            #expect(try await provctl.run("line", "add", "--number", "1 1", "--name", "A").status == 1)
            for usage in [["line", "add"], ["nonsense"], ["rollout"], ["line", "list", "--nonsense"]] { #expect(try await provctl.run(usage).status == 64) }
        }
    }

    @Test("What destroys much is asked about, and without a terminal it is not done unless --yes says so", arguments: [
        ["line", "remove", "101", "102"], ["line", "code", "--unassigned"], ["device", "remove", "a", "b"], ["device", "sync", "--all"],
        ["tenant", "remove", "TENANT"], ["rollout", "--plugin", "other"],
    ])
    func confirmation(arguments: [String]) async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            for id in ["a", "b"] { try await client.addDevice(["id": .string(id), "plugin": .string(AcmePlugin.id)]) }
            for number in ["101", "102"] { _ = try await client.post("/1.0/lines", ["number": .string(number), "display_name": "N"]) }
            let tenant = try await client.post("/1.0/tenants", ["name": "south"]).json["uuid"]?.string ?? ""
            let before = try await state(client)
            let refused = try await provctl.run(arguments.map { $0 == "TENANT" ? tenant : $0 })
            #expect(refused.status == 64 && refused.errors.contains("--yes"), "\(refused)")
            #expect(try await state(client) == before)
            guard arguments.first == "line" || arguments.first == "tenant" else { return }
            #expect(try await provctl.run(arguments.map { $0 == "TENANT" ? tenant : $0 } + ["--yes"]).status == 0)
            #expect(try await state(client) != before)
        }
    }

    private func state(_ client: APIClient) async throws -> [String] {
        var texts: [String] = []
        for path in ["/1.0/lines", "/1.0/devices", "/1.0/tenants"] { texts.append(try await client.get(path).text) }
        return texts
    }

    @Test("Every command that speaks to provd has --json and --quiet, and a help that says what it does")
    func optionsOfAll() async throws {
        let dump = try await Provctl(port: 1).run("--experimental-dump-help")
        var leaves: [(path: [String], command: JSONValue)] = []
        func collect(_ command: JSONValue, _ path: [String]) {
            let children = command["subcommands"]?.array?.filter { $0["commandName"] != "help" } ?? []
            if children.isEmpty { leaves.append((path, command)) }
            for child in children { collect(child, path + [child["commandName"]?.string ?? ""]) }
        }
        collect(try #require(dump.json["command"]), [])
        #expect(leaves.count > 50)
        for (path, command) in leaves {
            let names = (command["arguments"]?.array ?? []).flatMap { $0["names"]?.array ?? [] }.compactMap { $0["name"]?.string }
            #expect(command["abstract"]?.string?.isEmpty == false, "\(path)")
            // What plugin authors use needs no server.
            guard names.contains("url") else { #expect(path.first == "plugin", "\(path)"); continue }
            #expect(names.contains("json") && names.contains("quiet") && names.contains("tenant"), "\(path)")
        }
    }

    @Test("Tokens are made with no more than is wanted, listed without their text, and revoked")
    func tokens() async throws {
        try await run { (client: APIClient, provctl: Provctl) async throws -> Void in
            let made = try await provctl.run("token", "create", "pbx", "--allow", "provd.lines.read", "--days", "7")
            let token = String(made.lines.first ?? "")
            #expect(made.status == 0 && made.lines.count == 1 && token.count > 20)
            #expect(try await provctl.with(token: token).run("line", "list").status == 0)
            #expect(try await provctl.with(token: token).run("device", "list").status == 4)
            let listed = try await provctl.run("token", "list", "--json")
            #expect(!listed.output.contains(token))
            let id = try #require(listed.json["tokens"]?.array?.first { $0["name"] == "pbx" }?["id"]?.string)
            #expect(try await provctl.run("token", "revoke", id, "--yes").status == 0)
            #expect(try await provctl.with(token: token).run("line", "list").status == 4)
        }
    }
}

/// Tokens for tests.
enum TokenedClient {
    /// A token that allows reading only.
    static func reader(_ client: APIClient) async throws -> (id: String, token: String) {
        let made = try await client.post("/1.0/tokens", ["name": "reader", "permissions": ["provd.*.read"]]).json
        return (made["id"]?.string ?? "", made["token"]?.string ?? "")
    }
}
