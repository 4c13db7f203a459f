// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl parameter …`
struct ParameterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parameter", abstract: "What is set while provd runs, such as the proxies for downloads.",
        subcommands: [ParameterList.self, ParameterSet.self, ParameterUnset.self])
}

/// `provctl parameter list`
struct ParameterList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the parameters.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/parameters")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["PARAMETER", "VALUE", "MEANING"])
        for parameter in answer["parameters"]?.array ?? [] {
            let value = parameter["value"] ?? .null
            table.add([parameter["name"]?.string ?? "", value.string ?? (value.isNull ? "-" : value.text()), parameter["description"]?.string ?? ""])
        }
        connection.show(table)
    }
}

/// `provctl parameter set`
struct ParameterSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Set a parameter. It takes effect at once.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Its name.") var name: String
    @Argument(help: "Its value.") var value: String

    func run() async throws {
        // NAT is the one that takes a number.
        let document: JSONValue = ["value": Int(value).map { .int($0) } ?? .string(value)]
        _ = try await APIClient(connection).put("/1.0/parameters/\(try PathSegment.encode(name))", document, replacesWhatever: true)
        connection.say("\(name) is \(value)")
    }
}

/// `provctl parameter unset`
struct ParameterUnset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unset", abstract: "Take a parameter's value away.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Its name.") var name: String

    func run() async throws {
        _ = try await APIClient(connection).put("/1.0/parameters/\(try PathSegment.encode(name))", ["value": .null], replacesWhatever: true)
        connection.say("\(name) is not set any more")
    }
}
