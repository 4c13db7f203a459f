// SPDX-License-Identifier: GPL-3.0-or-later

import ApplianceSetup
import Foundation
import JSONText

/// Does what a plan says.
struct SetupExecution {
    /// How long provd may take until it answers after a start, which reads all plugins.
    private static let patience = Duration.seconds(60)

    private let connection: ConnectionOptions

    init(_ connection: ConnectionOptions) { self.connection = connection }

    func run(_ plan: SetupPlan) async throws {
        var journal = try SetupJournal.keep(
            plan.files.map(\.path) + plan.written, configs: await configs(), units: plan.dhcpUnit.map { [Self.unit($0)] } ?? [])
        for file in plan.files { try write(file) }
        for command in plan.commands {
            try Self.execute(command.arguments)
            print("done: \(command.purpose)")
        }
        let client = try await answering()
        // Before the first set-up there was nobody to ask.
        try journal.note(configs: await configs())
        try await tell(client, plan, &journal)
        try await look(client)
        try showToken()
        print("\nWhat to do next:\n" + plan.next.enumerated().map { "  \($0.offset + 1). \($0.element)\n" }.joined(), terminator: "")
    }

    /// Makes a file what it is to be.
    func write(_ file: SetupPlan.File) throws {
        if let text = file.text { return try LocalFile.write(text, to: file.path, isPrivate: file.isPrivate) }
        try? FileManager.default.removeItem(atPath: file.path)
    }

    /// Looks whether all is well, and says what is not.
    private func look(_ client: APIClient) async throws {
        let checks = (try await client.get("/1.0/doctor")["checks"]?.array ?? []) + LocalDiagnosis.checks()
        // provd was started a moment ago: neither a phone nor a night has come since.
        let findings = checks.filter { ["warning", "failed"].contains($0["outcome"]?.string) && $0["id"]?.string != "dhcp-evidence" }
        print(findings.isEmpty ? "done: “provctl doctor” finds that all is well" : "\n“provctl doctor” finds:")
        for finding in findings { DoctorCommand.show(finding) }
    }

    /// What a set-up changes in configs, as it is now; empty while provd does not answer, as before the first set-up.
    private func configs() async -> SetupJournal.Configs {
        guard let client = try? APIClient(connection) else { return [:] }
        var configs: SetupJournal.Configs = [:]
        for (id, keys) in Self.configKeys {
            guard let config = try? await client.get("/1.0/configs/\(id)") else { continue }
            configs[id] = Dictionary(
                uniqueKeysWithValues: keys.map { key in (key, (id == "base" ? config["raw_config"]?[key] : config[key])?.string) })
        }
        return configs
    }

    /// The values that a set-up writes, by config.
    private static let configKeys = ["base": ["locale", "timezone"], "default": ["registrar_main", "proxy_main"]]

    /// Puts back what phones were told before. A provd that does not answer is told nothing.
    func putBack(_ journal: SetupJournal) async {
        guard let client = try? APIClient(connection) else { return }
        for (id, values) in journal.configs.sorted(by: { $0.key < $1.key }) {
            let object = JSONValue.object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(JSONValue.string) ?? .null) }))
            do {
                _ = try await client.patch("/1.0/configs/\(id)", id == "base" ? ["raw_config": object] : object)
            } catch {
                print("the config \(id) stays as it is: \(error)")
            }
        }
    }

    /// Takes the lines away that a set-up added, and says which stay: those that a phone has are somebody's by now.
    func takeAway(_ lines: [String]) async {
        guard !lines.isEmpty else { return }
        var removed = 0
        do {
            let client = try APIClient(connection)
            let present = try await client.all("/1.0/lines", "lines").filter { lines.contains($0["id"]?.string ?? "") }
            for line in present {
                let number = Table.printable(line["number"]?.string ?? "?"), name = Table.printable(line["display_name"]?.string ?? "?")
                guard line["device"]?.string == nil else {
                    print("line \(number) of \(name) stays, because a phone has it: “provctl line remove \(number)” takes it off")
                    continue
                }
                try await client.delete(document: "/1.0/lines/\(try PathSegment.encode(line["id"]?.string ?? ""))")
                removed += 1
            }
            print("lines that were added and are taken away: \(removed)")
        } catch {
            print("lines that were added and stay: \(lines.count - removed): \(error)")
        }
    }

    /// Lets everything run as what has been put back says.
    func restart(_ commands: [SetupPlan.Command]) throws {
        for command in commands { try Self.execute(command.arguments) }
    }

    /// What a unit does now.
    private static func unit(_ name: String) -> SetupJournal.Unit {
        func says(_ verb: String) -> Bool { (try? LocalProgram.run(["systemctl", verb, "--quiet", name]))?.code == 0 }
        return SetupJournal.Unit(name: name, isEnabled: says("is-enabled"), isActive: says("is-active"))
    }

    /// What phones are told, and the first lines.
    private func tell(_ client: APIClient, _ plan: SetupPlan, _ journal: inout SetupJournal) async throws {
        if !plan.parameters.isEmpty {
            let raw = JSONObject(plan.parameters.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) })
            _ = try await client.patch("/1.0/configs/base", ["raw_config": .object(raw)])
            print("done: phones are told \(plan.parameters.keys.sorted().joined(separator: " and "))")
        }
        switch plan.registrar {
        case .unchanged: break
        case .provd:
            _ = try await client.patch("/1.0/configs/default", ["registrar_main": .null, "proxy_main": .null])
            print("done: lines register at provd")
        case .elsewhere(let registrar):
            _ = try await client.patch("/1.0/configs/default", ["X_type": "registrar", "registrar_main": .string(registrar), "proxy_main": .string(registrar)])
            print("done: lines register at \(registrar)")
        }
        if let path = plan.lines {
            guard let table = LocalFile.text(path) else { throw APIClient.Failure(description: "\(path) cannot be read: everything else is done") }
            let added = try await client.post(csv: table, "/1.0/lines/import")["lines"]?.array ?? []
            try journal.note(lines: added.compactMap { $0["id"]?.string })
            print("done: \(added.count) lines were added")
        }
    }

    /// The administrator's token is shown once.
    private func showToken() throws {
        let file = connection.tokenFile ?? ProcessInfo.processInfo.environment["PROVD_TOKEN_FILE"] ?? "/var/lib/provd/admin-token"
        let mark = file + ".shown"
        guard !FileManager.default.fileExists(atPath: mark), let token = LocalFile.text(file) else { return }
        print("\nThe administrator's token, which is shown this once: \(token.trimmingCharacters(in: .whitespacesAndNewlines))")
        print("It stays in \(file), which only root and provd can read.")
        _ = FileManager.default.createFile(atPath: mark, contents: nil, attributes: [.posixPermissions: 0o600])
    }

    /// Waits until provd answers.
    private func answering() async throws -> APIClient {
        let clock = ContinuousClock(), end = clock.now + Self.patience
        while true {
            do {
                let client = try APIClient(connection)
                _ = try await client.get("/1.0/tenants")
                return client
            } catch let failure as APIClient.Failure where clock.now < end && [.unreachable, .refused].contains(failure.kind) {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Runs a program to its end.
    ///
    /// - Throws: `APIClient.Failure` with what it said, if it failed.
    private static func execute(_ arguments: [String]) throws {
        let line = arguments.joined(separator: " ")
        let result: (code: Int32, output: String)
        do {
            result = try LocalProgram.run(arguments)
        } catch {
            throw APIClient.Failure(description: "“\(line)” cannot be run: \(error)")
        }
        guard result.code == 0 else {
            throw APIClient.Failure(description: "“\(line)” failed:\n\(result.output)\nWhat was written so far can be put back with “provctl setup --undo”.")
        }
    }
}
