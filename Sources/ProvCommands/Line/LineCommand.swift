// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl line …`
struct LineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line", abstract: "People's lines and their provisioning codes.",
        subcommands: [LineAdd.self, LineList.self, LineRemove.self])
}

/// `provctl line add`
struct LineAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a line, and show the code that its owner dials.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "The number that others dial.") var number: String
    @Option(help: "The person's name as phones show it.") var name: String
    @Option(help: "The provisioning code; provd makes one if left out.") var code: String?
    @Option(help: "The SIP user name; the number if left out.") var username: String?
    @Option(help: "A file that holds the SIP password; provd makes one if left out.") var passwordFile: String?

    @Option(help: "The SIP server where the line registers, as HOST or HOST:PORT; provd itself if left out.") var server: String?

    func run() async throws {
        var body: JSONObject = ["number": .string(number), "display_name": .string(name)]
        body["provisioning_code"] = code.map(JSONValue.string)
        body["username"] = username.map(JSONValue.string)
        body["password"] = try passwordFile.map { .string(try SecretFile.read($0)) }
        body["server"] = try server.map(Self.server)
        let line = try await APIClient(connection).post("/1.0/lines", .object(body))
        if connection.json { return print(line.text(.indented)) }
        let code = line["provisioning_code"]?.string ?? "none"
        print("line \(number) of \(Table.printable(name)) was added; its owner dials \(code)")
    }
}

extension LineAdd {
    private static func server(_ text: String) throws -> JSONValue {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return ["host": .string(text)]
        case 2:
            guard let port = UInt16(parts[1]) else { throw ValidationError("“\(text)” is no server: write HOST or HOST:PORT") }
            return ["host": .string(String(parts[0])), "port": .int(Int(port))]
        default: throw ValidationError("“\(text)” is no server: write HOST or HOST:PORT")
        }
    }
}

/// `provctl line list`
struct LineList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the lines.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/lines")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["NUMBER", "NAME", "CODE", "DEVICE", "ID"])
        for line in answer["lines"]?.array ?? [] {
            table.add(["number", "display_name", "provisioning_code", "device", "id"].map { line[$0]?.string ?? "-" })
        }
        print(table.text)
    }
}

/// `provctl line remove`
struct LineRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a line; its phone goes back to autoprov.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The line's id, as “provctl line list” shows it.") var id: String

    func run() async throws {
        try await APIClient(connection).delete("/1.0/lines/\(try PathSegment.encode(id))")
        if !connection.json { print("the line was removed") }
    }
}
