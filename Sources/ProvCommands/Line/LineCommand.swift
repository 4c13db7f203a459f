// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl line …`
struct LineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "line", abstract: "People's lines and their provisioning codes.",
        subcommands: [
            LineAdd.self, LineList.self, LineChange.self, LineCode.self, LineAssign.self, LineUnassign.self, LineRemove.self, LineImport.self,
            LineExport.self, LineCards.self, LineLocks.self, LineUnlock.self,
        ])
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
        body["server"] = try server.map(ServerArgument.document)
        let line = try await APIClient(connection).post("/1.0/lines", .object(body))
        if connection.json { return print(line.text(.indented)) }
        let code = line["provisioning_code"]?.string ?? "none"
        if connection.quiet { return print(code) }
        print("line \(number) of \(Table.printable(name)) was added; its owner dials \(code)")
    }
}

/// A SIP server as it is written on the command line.
enum ServerArgument {
    static func document(_ text: String) throws -> JSONValue {
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
        let lines = try await APIClient(connection).all("/1.0/lines", "lines")
        if connection.json { return print((["lines": .array(lines)] as JSONValue).text(.indented)) }
        var table = Table(["NUMBER", "NAME", "CODE", "DEVICE", "ID"])
        for line in lines {
            table.add(["number", "display_name", "provisioning_code", "device", "id"].map { line[$0]?.string ?? "-" })
        }
        connection.show(table)
    }
}

/// The line that an argument names, by its number or id.
enum LineArgument {
    static func path(_ name: String, _ client: APIClient) async throws -> String {
        let lines = try await client.all("/1.0/lines", "lines").filter { $0["id"]?.string == name || $0["number"]?.string == name }
        guard let id = lines.first?["id"]?.string else { throw APIClient.Failure(.notFound, description: "there is no line \(name): “provctl line list” shows them") }
        guard lines.count == 1 else {
            throw APIClient.Failure(.conflict, description: "several tenants have a line \(name): name it by its id, or name the tenant with --tenant")
        }
        return "/1.0/lines/\(try PathSegment.encode(id))"
    }
}

/// `provctl line change`
struct LineChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "change", abstract: "Change a line; what is not named stays.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The line's number or id.") var line: String
    @Option(help: "The new number.") var number: String?
    @Option(help: "The new name.") var name: String?
    @Option(help: "The new provisioning code; “none” takes it away.") var code: String?
    @Option(help: "The new SIP user name.") var username: String?
    @Option(help: "A file that holds the new SIP password.") var passwordFile: String?
    @Option(help: "The new SIP server, as HOST or HOST:PORT; “provd” for provd itself.") var server: String?

    func run() async throws {
        var body = JSONObject()
        body["number"] = number.map(JSONValue.string)
        body["display_name"] = name.map(JSONValue.string)
        body["username"] = username.map(JSONValue.string)
        body["provisioning_code"] = code.map { $0 == "none" ? .null : .string($0) }
        body["password"] = try passwordFile.map { .string(try SecretFile.read($0)) }
        body["server"] = try server.map { $0 == "provd" ? .null : try ServerArgument.document($0) }
        guard !body.isEmpty else { throw ValidationError("say what to change, as --name") }
        let client = try APIClient(connection)
        let changed = try await client.patch(try await LineArgument.path(line, client), .object(body))
        if connection.json { return print(changed.text(.indented)) }
        connection.say("the line was changed; its phone knows when it has fetched its configuration (provctl device sync)")
    }
}

/// `provctl line code`
struct LineCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "code", abstract: "Give lines new provisioning codes.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The lines' numbers or ids.") var lines: [String] = []
    @Flag(help: "All lines that are on no phone.") var unassigned = false

    func run() async throws {
        let client = try APIClient(connection)
        var names = lines
        if unassigned {
            let free = try await client.all("/1.0/lines", "lines").filter { $0["device"]?.isNull ?? true }.compactMap { $0["id"]?.string }
            try confirmation.ask("\(free.count) lines get new codes; the old ones, maybe on printed cards, are good for nothing then.")
            names += free
        }
        guard !names.isEmpty else { throw ValidationError("name a line, or --unassigned") }
        var table = Table(["NUMBER", "NAME", "CODE"])
        for name in names {
            let line = try await client.post(try await LineArgument.path(name, client) + "/code", [:])
            if connection.json { print(line.text()) }
            table.add(["number", "display_name", "provisioning_code"].map { line[$0]?.string ?? "-" })
        }
        if !connection.json { connection.show(table) }
    }
}

/// `provctl line assign`
struct LineAssign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "assign", abstract: "Put a line on a phone, as if its code had been dialled there.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The line's number or id.") var line: String
    @Argument(help: "The device's hardware address or id.") var device: String

    func run() async throws {
        let client = try APIClient(connection)
        let answer = try await client.post(try await LineArgument.path(line, client) + "/assign", ["device": .string(device)])
        if connection.json { return print(answer.text(.indented)) }
        connection.say("the line is on the phone; “provctl device sync \(device)” tells it")
    }
}

/// `provctl line unassign`
struct LineUnassign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unassign", abstract: "Take a line off its phone; other lines on it stay, and without any it goes back to autoprov.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The line's number or id.") var line: String

    func run() async throws {
        let client = try APIClient(connection), path = try await LineArgument.path(line, client)
        try await client.delete(path + "/assign")
        if connection.json { return print(try await client.get(path).text(.indented)) }
        connection.say("the line is on no phone; its phone knows when it has fetched its configuration (provctl device sync)")
    }
}

/// `provctl line remove`
struct LineRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove lines; their phones go back to autoprov.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The lines' numbers or ids.") var lines: [String]

    func run() async throws {
        let client = try APIClient(connection)
        if lines.count > 1 { try confirmation.ask("\(lines.count) lines are removed, and their phones lose them.") }
        for line in lines {
            try await client.delete(document: try await LineArgument.path(line, client))
            connection.say("line \(line) was removed")
        }
    }
}

/// `provctl line import`
struct LineImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add lines from a table (CSV), all of them or none.",
        discussion: "The first row names the columns: number, display_name, and if wanted username, password, provisioning_code, server, port.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The table; “-” for standard input.") var file: String
    @Flag(help: "Only check, and tell every problem with its row.") var dryRun = false

    func run() async throws {
        let data = file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let data, let text = String(data: data, encoding: .utf8) else { throw ValidationError("\(file) cannot be read, or is not UTF-8") }
        let answer = try await APIClient(connection).post(csv: text, "/1.0/lines/import?dry_run=\(dryRun)")
        if connection.json { return print(answer.text(.indented)) }
        let count = answer["lines"]?.array?.count ?? 0
        connection.say(dryRun ? "\(count) lines could be added; nothing was changed" : "\(count) lines were added")
    }
}

/// `provctl line export`
struct LineExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "export", abstract: "Print the lines as a table (CSV), without passwords.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let client = try APIClient(connection)
        if connection.json { return print((["lines": .array(try await client.all("/1.0/lines", "lines"))] as JSONValue).text(.indented)) }
        FileHandle.standardOutput.write(Data(try await client.text("/1.0/lines/export").utf8))
    }
}

/// `provctl line cards`
struct LineCards: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cards", abstract: "Print a page (HTML) with a card for each person who has no phone yet: whose phone it will be, and what to dial.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "What stands above the cards, as the name of the site.") var title: String?
    @Option(help: "The language of the cards: en, fr, de or es.") var locale: String?

    func run() async throws {
        let query = try [("title", title), ("locale", locale)].compactMap { name, value in try value.map { "\(name)=\(try PathSegment.encode($0))" } }
        let path = "/1.0/lines/cards" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        FileHandle.standardOutput.write(Data(try await APIClient(connection).text(path).utf8))
    }
}
