// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl operation …`
struct OperationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation", abstract: "Long jobs: installations, updates, synchronisations.", subcommands: [OperationList.self, OperationStop.self])
}

/// `provctl operation list`
struct OperationList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the operations, and how far they are.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/operations")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["ID", "KIND", "SUBJECT", "STATE", "DONE", "REASON"])
        for operation in answer["operations"]?.array ?? [] {
            let progress = operation["progress"], current = progress?["current"]?.int ?? 0
            let done = progress?["end"]?.int.map { "\(ProgressBar.bytes(current)) of \(ProgressBar.bytes($0))" } ?? "-"
            table.add(
                ["\(operation["id"]?.int ?? 0)"] + ["kind", "subject", "state"].map { operation[$0]?.string ?? "" } + [done, operation["reason"]?.string ?? "-"])
        }
        connection.show(table)
    }
}

/// `provctl operation stop`
struct OperationStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Ask an operation to stop where nothing is left half done.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Its number, as “provctl operation list” shows it.") var id: Int

    func run() async throws {
        _ = try await APIClient(connection).post("/1.0/operations/\(id)/cancel", [:])
        connection.say("operation \(id) was asked to stop")
    }
}
