// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import ProvModel
import Provisioning
import Testing

@testable import ManagementAPI

@Suite("provctl rollout")
struct ProvctlRolloutTests {
    /// What a phone does when it is told to fetch its configuration.
    private enum Manner: Sendable {
        /// It fetches and registers.
        case good
        /// It does nothing.
        case silent
        /// It says that it has what it had before, and registers.
        case stale
        /// It fetches and does not register.
        case mute
    }

    private static let macs = ["00:11:22:33:44:01", "00:11:22:33:44:02", "00:11:22:33:44:03"]

    /// Three phones of one plugin, which are registered, and behave in their manners once they are told.
    private func run(_ manners: [Manner], _ body: @escaping @Sendable (APIClient, Provctl) async throws -> Void) async throws {
        let client = try await APIClient(plugins: AcmePlugin.catalog(others: ["acme-2"]), notifier: FakeNotifier(knowsAccounts: false))
        for (index, mac) in Self.macs.enumerated() {
            try await client.addDevice([
                "id": .string("phone\(index)"), "mac": .string(mac), "vendor": "Acme", "model": "One", "plugin": .string(AcmePlugin.id), "config": "autoprov",
                "ip": .string("192.0.2.\(index + 1)"),
            ])
            await note(client, index, .registered, ["registration": "began"])
        }
        await client.appliance.journal.flush()
        try await RunningAPI.serve(client) { port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.play(manners, client) }
                defer { group.cancelAll() }
                try await body(client, Provctl(port: port))
            }
        }
    }

    private func note(_ client: APIClient, _ index: Int, _ step: TimelineEvent.Step, _ details: JSONObject) async {
        await client.appliance.journal.note(
            TimelineEvent(device: DeviceID(stored: "phone\(index)"), mac: MACAddress(Self.macs[index]), time: 0, step: step, text: "\(step)", details: details))
    }

    /// Plays the phones until the test is over.
    private func play(_ manners: [Manner], _ client: APIClient) async throws {
        let files = PhoneFiles(client.appliance, registry: DeviceRegistry(client.appliance, tenant: APIClient.tenant), firstStart: 0)
        var heard = 0
        while !Task.isCancelled {
            for target in client.notifier.told.dropFirst(heard) {
                heard += 1
                guard case .address(let address) = target, let index = (0..<3).first(where: { address == IPAddress("192.0.2.\($0 + 1)") }) else { continue }
                let path = "/" + Self.macs[index].replacing(":", with: "") + ".cfg"
                switch manners[index] {
                case .silent: continue
                case .good, .mute:
                    let request = try #require(PhoneFileRequest(transport: .http, path: path, userAgent: nil, asker: address))
                    _ = await files.answer(request)
                case .stale: await note(client, index, .fetched, ["sha256": "0", "path": .string(path), "transport": "http"])
                }
                if manners[index] != .mute { await note(client, index, .registered, ["registration": "began"]) }
                // The daemon writes its journal all the time.
                await client.appliance.journal.flush()
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func plugins(_ client: APIClient) async throws -> [String?] {
        try await client.get("/1.0/devices").json["devices"]?.array?.map { $0["plugin"]?.string } ?? []
    }

    @Test("When the first phones are back the rest follow, and all have what they should have")
    func success() async throws {
        try await run([.good, .good, .good]) { (client: APIClient, provctl: Provctl) async throws -> Void in
            let done = try await provctl.run("rollout", "--plugin", "acme-2", "--first", "1", "--patience", "3600", "--yes")
            #expect(done.status == 0, "\(done)")
            #expect(done.lines.map(String.init) == ["1 of 3 phones are back", "3 of 3 phones are back"])
            #expect(try await plugins(client) == ["acme-2", "acme-2", "acme-2"])
            let again = try await provctl.run("rollout", "--plugin", "acme-2", "--yes")
            #expect(again.status == 0 && again.output == "no phone is to be changed\n")
        }
    }

    @Test("When one of the first does not come back, the rest stay as they are and it gets back what it had", arguments: [.silent, .stale, .mute] as [Manner])
    private func halt(manner: Manner) async throws {
        try await run([manner, .good, .good]) { (client: APIClient, provctl: Provctl) async throws -> Void in
            let halted = try await provctl.run("rollout", "--plugin", "acme-2", "--first", "1", "--patience", "3", "--yes", "--json")
            #expect(halted.status == 1)
            #expect(halted.errors.contains("the rollout was halted, and 1 phones were given back what they had"), "\(halted)")
            #expect(halted.errors.contains("\(Self.macs[0]) has "), "\(halted)")
            #expect(halted.json == ["changed": 1, "back": 0, "halted": true])
            #expect(try await plugins(client) == ["acme-1", "acme-1", "acme-1"])
        }
    }

    @Test("When one of the rest cannot be changed, all get back what they had")
    func haltLater() async throws {
        try await run([.good, .good, .good]) { (client: APIClient, provctl: Provctl) async throws -> Void in
            let made = try await client.post("/1.0/tokens", ["name": "most", "permissions": ["provd.#", "!provd.devices.phone2.update"]]).json
            let provctl = provctl.with(token: try #require(made["token"]?.string))
            let halted = try await provctl.run("rollout", "--plugin", "acme-2", "--first", "1", "--patience", "3600", "--yes")
            #expect(halted.status == 4 && halted.errors.contains("2 phones were given back what they had"), "\(halted)")
            #expect(halted.output == "1 of 3 phones are back\n")
            #expect(try await plugins(client) == ["acme-1", "acme-1", "acme-1"])
        }
    }

    @Test("A template is changed in the configs of phones that have lines, and kept when their lines change")
    func template() async throws {
        try await run([.good, .good, .good]) { (client: APIClient, provctl: Provctl) async throws -> Void in
            let template: JSONValue = ["id": "quiet", "X_type": "device", "parent_ids": [], "raw_config": ["ntp_enabled": false]]
            #expect(try await client.post("/1.0/configs", template).status == 201)
            let line = try await client.post("/1.0/lines", ["number": "101", "display_name": "Alice"]).json["id"]?.string ?? ""
            #expect(try await client.post("/1.0/lines/\(line)/assign", ["device": "phone1"]).status == 200)
            let done = try await provctl.run("rollout", "--template", "quiet", "--patience", "3600", "--yes")
            #expect(done.status == 0 && done.output == "1 of 1 phones are back\n", "\(done)")
            #expect(try await client.get("/1.0/configs/phone1").json["parent_ids"] == ["base", "quiet"])
            let other = try await client.post("/1.0/lines", ["number": "102", "display_name": "Bob"]).json["id"]?.string ?? ""
            #expect(try await client.post("/1.0/lines/\(other)/assign", ["device": "phone1"]).status == 200)
            #expect(try await client.get("/1.0/configs/phone1").json["parent_ids"] == ["base", "quiet"])
        }
    }
}
