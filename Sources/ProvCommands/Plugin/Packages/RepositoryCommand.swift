// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText
import PluginPackages

/// `provctl repository …`
struct RepositoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repository", abstract: "The places from which plugins are installed.",
        subcommands: [RepositoryAdd.self, RepositoryList.self, RepositoryRemove.self])
}

/// `provctl repository add`
struct RepositoryAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a repository, and trust the key of its maintainers for it.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "A name of your choice.") var name: String
    @Argument(help: "https://…, http://…, or the absolute path of a directory on provd's machine.") var address: String
    @Option(help: "A file with the public key of its maintainers; several may be given.") var key: [String] = []
    @Flag(help: "Offer testing packages too.") var testing = false
    @Flag(help: "Take the index without a signature: who can change the files, or the way to them, can then install any plugin.") var allowUnsigned = false

    func run() async throws {
        let keys = try key.map { JSONValue.string(try KeyFile.verifyingKey($0).description) }
        _ = try await APIClient(connection).post(
            "/1.0/repositories",
            [
                "name": .string(name), "url": .string(address), "keys": .array(keys), "channel": testing ? "testing" : "stable",
                "allow_unsigned": .bool(allowUnsigned),
            ])
        connection.say("\(name) was added; “provctl plugin update” fetches what it offers")
    }
}

/// `provctl repository list`
struct RepositoryList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the repositories.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/repositories")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["NAME", "CHANNEL", "SERIAL", "HOLDS UNTIL", "PACKAGES", "KEYS", "ADDRESS"])
        for repository in answer["repositories"]?.array ?? [] {
            let keys = repository["keys"]?.array?.compactMap(\.string).joined(separator: ",") ?? ""
            table.add([
                repository["name"]?.string ?? "-", repository["channel"]?.string ?? "-", repository["serial"]?.int.map(String.init) ?? "never updated",
                repository["expires"]?.string ?? "-", repository["packages"]?.int.map(String.init) ?? "0", keys.isEmpty ? "unsigned" : keys,
                repository["url"]?.string ?? "-",
            ])
        }
        connection.show(table)
    }
}

/// `provctl repository remove`
struct RepositoryRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a repository; what was installed from it stays.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Its name.") var name: String

    func run() async throws {
        try await APIClient(connection).delete("/1.0/repositories/\(try PathSegment.encode(name))")
        connection.say("\(name) was removed")
    }
}
