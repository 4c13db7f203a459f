// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl device sync`
struct DeviceSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Make devices fetch their configuration again, and wait until they have.",
        discussion: """
            A phone is synchronised when it has fetched its configuration and, if it registers at provd, registered after that. Many phones are told \
            one after the other, twenty each second, and waited for together.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The devices' hardware addresses or ids.") var devices: [String] = []
    @Flag(help: "All devices.") var all = false

    func run() async throws {
        let client = try APIClient(connection)
        var names = devices
        if all {
            names = try await client.all("/1.0/devices", "devices").compactMap { $0["id"]?.string }
            try confirmation.ask("\(names.count) phones fetch their configuration; many restart for it, and calls end.")
        }
        guard !names.isEmpty else { throw ValidationError("name a device, or --all") }
        let operations = try await synchronise(names, client)
        if connection.json {
            for operation in operations { print(operation.text(names.count > 1 ? [] : .indented)) }
        }
        let failures = zip(names, operations).filter { $0.1["state"]?.string != "success" }.map { name, operation in
            let reason = Table.printable(operation["reason"]?.string ?? "it was not told")
            return names.count > 1 ? "\(name): \(reason)" : reason
        }
        guard failures.isEmpty else {
            let summary = names.count > 1 ? ["\(names.count - failures.count) of \(names.count) devices were synchronised"] : []
            throw APIClient.Failure(description: (failures + summary).joined(separator: "\n"))
        }
        connection.say(names.count > 1 ? "\(names.count) devices were synchronised" : Self.words(operations.first ?? .null))
    }

    /// Begins all, and waits until each has ended.
    private func synchronise(_ names: [String], _ client: APIClient) async throws -> [JSONValue] {
        let progress = ProgressLine()
        defer { progress.clear() }
        var operations: [JSONValue] = []
        for name in names {
            progress.show(operations.count, of: names.count, "are to be told")
            operations.append(try await client.post("/1.0/devices/\(try PathSegment.encode(name))/synchronize", [:]))
        }
        while true {
            let running = operations.indices.filter { Self.isRunning(operations[$0]) }
            guard let first = running.first else { return operations }
            progress.show(
                operations.count - running.count, of: operations.count, operations.count > 1 ? "have come back" : Self.stage(operations[first]))
            try await Task.sleep(for: .milliseconds(running.count > 1 ? 1_000 : 200))
            // One request tells of all: a thousand phones are no thousand requests a second.
            let known = running.count > 1 ? try await client.get("/1.0/operations")["operations"]?.array ?? [] : []
            let byID = Dictionary(known.compactMap { operation in operation["id"]?.int.map { ($0, operation) } }) { first, _ in first }
            for index in running {
                guard let id = operations[index]["id"]?.int else { throw APIClient.Failure(description: "provd named no operation") }
                if running.count > 1 {
                    // The oldest of ten thousand operations are forgotten.
                    operations[index] = byID[id] ?? ["id": .int(id), "state": "fail", "reason": "provd remembers no such operation; see its timeline"]
                } else {
                    operations[index] = try await client.get("/1.0/operations/\(id)")
                }
            }
        }
    }

    private static func isRunning(_ operation: JSONValue) -> Bool {
        operation["state"]?.string == "waiting" || operation["state"]?.string == "progress"
    }

    /// How far one phone is.
    private static func stage(_ operation: JSONValue) -> String {
        let done = operation["progress"]?["parts"]?.array?.count { $0["state"]?.string == "success" } ?? 0
        return ["telling the phone", "waiting until it fetches its configuration"].dropFirst(done).first ?? "waiting until it registers"
    }

    /// What one phone has done.
    static func words(_ operation: JSONValue) -> String {
        let registers = operation["progress"]?["parts"]?.array?.contains { $0["label"]?.string == "registered" } ?? false
        return registers ? "the phone has fetched its configuration and registered again" : "the phone has fetched its configuration"
    }
}
