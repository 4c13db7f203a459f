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
        try SetupJournal.keep(plan.files.map(\.path) + plan.written)
        for file in plan.files {
            if let text = file.text { try LocalFile.write(text, to: file.path, isPrivate: file.isPrivate) } else { try? FileManager.default.removeItem(atPath: file.path) }
        }
        for command in plan.commands {
            try Self.execute(command.arguments)
            print("done: \(command.purpose)")
        }
        let client = try await answering()
        try await tell(client, plan)
        try showToken()
        print("\nWhat to do next:\n" + plan.next.map { "  - \($0)\n" }.joined(), terminator: "")
    }

    /// Lets the daemons read what has been put back, or stops those that have no settings any more.
    func restart() async throws {
        try Self.execute(["systemctl", "daemon-reload"])
        let isConfigured = FileManager.default.fileExists(atPath: SetupPlan.Places().configuration)
        for unit in ["provd.service", "dhcp-sniffd.service"] { try Self.execute(["systemctl", isConfigured ? "restart" : "stop", unit]) }
        if !FileManager.default.fileExists(atPath: SetupPlan.Places().dnsmasq) {
            // It reads a file that is gone; on a machine that never had it, this says so and does nothing.
            try? Self.execute(["systemctl", "disable", "--quiet", "--now", "provd-dnsmasq.service"])
        }
    }

    /// What phones are told, and the first lines.
    private func tell(_ client: APIClient, _ plan: SetupPlan) async throws {
        if !plan.parameters.isEmpty {
            let raw = JSONObject(plan.parameters.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) })
            _ = try await client.patch("/1.0/configs/base", ["raw_config": .object(raw)])
            print("done: phones are told \(plan.parameters.keys.sorted().joined(separator: " and "))")
        }
        if let registrar = plan.registrar {
            _ = try await client.patch("/1.0/configs/default", ["X_type": "registrar", "registrar_main": .string(registrar), "proxy_main": .string(registrar)])
            print("done: lines register at \(registrar)")
        }
        if let path = plan.lines {
            guard let table = LocalFile.text(path) else { throw APIClient.Failure(description: "\(path) cannot be read: everything else is done") }
            let added = try await client.post(csv: table, "/1.0/lines/import")
            print("done: \(added["lines"]?.array?.count ?? 0) lines were added")
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
