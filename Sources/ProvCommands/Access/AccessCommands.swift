// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl token …`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens of the management API.", subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self])
}

/// `provctl token create`
struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a token. It is printed once, and nobody can be told it again.",
        discussion: "Permissions are patterns: * stands for one word, # for any number of them, as provd.lines.# or provd.#.read.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "What it is for, as “pbx”.") var name: String
    @Option(name: .long, help: "A permission; may be given several times.") var allow: [String] = []
    @Option(help: "After how many days it ends; it does not if left out.") var days: Int?

    func run() async throws {
        guard !allow.isEmpty else { throw ValidationError("say what it allows, as --allow provd.lines.#") }
        var body: JSONObject = ["name": .string(name), "permissions": .array(allow.map(JSONValue.string))]
        if let days {
            guard (1...36_500).contains(days) else { throw ValidationError("--days is a number from 1 to 36500") }
            body["expires"] = .double((Date().timeIntervalSince1970 + Double(days) * 86_400).rounded())
        }
        let token = try await APIClient(connection).post("/1.0/tokens", .object(body))
        print(connection.json ? token.text(.indented) : token["token"]?.string ?? "")
    }
}

/// `provctl token list`
struct TokenList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tokens.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/tokens")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["NAME", "ENDS", "TENANT", "PERMISSIONS", "ID"])
        for token in answer["tokens"]?.array ?? [] {
            table.add([
                token["name"]?.string ?? "-", Clock.day(token["expires"]) ?? "never", token["tenant_uuid"]?.string ?? "-",
                token["permissions"]?.array?.compactMap(\.string).joined(separator: " ") ?? "-", token["id"]?.string ?? "-",
            ])
        }
        connection.show(table)
    }
}

/// `provctl token revoke`
struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Revoke tokens: from now on they are refused.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The tokens' ids.") var ids: [String]

    func run() async throws {
        let client = try APIClient(connection)
        if ids.count > 1 || ids.contains("administrator") { try confirmation.ask("\(ids.joined(separator: ", ")): whoever uses them is refused from now on.") }
        for id in ids {
            try await client.delete("/1.0/tokens/\(try PathSegment.encode(id))")
            connection.say("token \(id) was revoked")
        }
    }
}

/// `provctl tenant …`
struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants and their policies.",
        subcommands: [TenantAdd.self, TenantList.self, TenantPolicy.self, TenantRemove.self])
}

/// `provctl tenant add`
struct TenantAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a tenant.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "What people call it.") var name: String
    @Option(help: "The uuid of the tenant above it; the token's own if left out.") var parent: String?

    func run() async throws {
        let tenant = try await APIClient(connection).post(
            "/1.0/tenants", ["name": .string(name), "parent_uuid": parent.map(JSONValue.string) ?? .null])
        if connection.json { return print(tenant.text(.indented)) }
        print(connection.quiet ? tenant["uuid"]?.string ?? "" : "tenant \(Table.printable(name)) was added; its uuid is \(tenant["uuid"]?.string ?? "")")
    }
}

/// `provctl tenant list`
struct TenantList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tenants.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/tenants")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["NAME", "FILES GO TO", "UUID", "PARENT"])
        for tenant in answer["tenants"]?.array ?? [] {
            table.add([
                tenant["name"]?.string ?? "-", tenant["file_access"]?.string ?? "as above", tenant["uuid"]?.string ?? "-",
                tenant["parent_uuid"]?.string ?? "-",
            ])
        }
        connection.show(table)
    }
}

/// `provctl tenant policy`
struct TenantPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Say who may fetch files with credentials of a tenant's phones, and for how long phones can enrol.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The tenant's uuid.") var tenant: String
    @Option(help: "bound, open, or “inherit”.") var files: String?
    @Option(help: "For how many hours from now phones whose DHCP was not seen may enrol; 0 to end it, “inherit” for what the tenant above says.")
    var enrolment: String?

    func run() async throws {
        var body = JSONObject()
        body["file_access"] = files.map { $0 == "inherit" ? .null : .string($0) }
        if let enrolment {
            if enrolment == "inherit" {
                body["enrolment_ends"] = .null
            } else {
                guard let hours = Double(enrolment), (0...8_760).contains(hours) else { throw ValidationError("--enrolment is a number of hours up to 8760, or “inherit”") }
                body["enrolment_ends"] = .double((Date().timeIntervalSince1970 + hours * 3_600).rounded())
            }
        }
        guard !body.isEmpty else { throw ValidationError("say --files or --enrolment") }
        let changed = try await APIClient(connection).patch("/1.0/tenants/\(try PathSegment.encode(tenant))", .object(body))
        if connection.json { return print(changed.text(.indented)) }
        connection.say("the tenant's policy was changed")
    }
}

/// `provctl tenant remove`
struct TenantRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a tenant with its devices, lines and tokens.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The tenant's uuid.") var uuid: String

    func run() async throws {
        try confirmation.ask("All devices, lines and tokens of the tenant are removed with it.")
        try await APIClient(connection).delete("/1.0/tenants/\(try PathSegment.encode(uuid))")
        connection.say("the tenant was removed")
    }
}

/// `provctl audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "audit", abstract: "Show who changed what, the newest last.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Only changes of the document with this id.") var subject: String?
    @Option(help: "How many at the most.") var limit = 50

    func run() async throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000") }
        let filter = try subject.map { "&subject=\(try PathSegment.encode($0))" } ?? ""
        let answer = try await APIClient(connection).get("/1.0/audit?limit=\(limit)\(filter)")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["TIME", "WHO", "FROM", "WHAT", "BEFORE", "AFTER"])
        for entry in (answer["entries"]?.array ?? []).reversed() {
            table.add([
                Clock.moment(entry["time"]) ?? "-", entry["actor"]?.string ?? "-", entry["address"]?.string ?? "-",
                "\(entry["kind"]?.string ?? "") \(entry["subject"]?.string ?? "") \(entry["action"]?.string ?? "")",
                String((entry["before"] ?? .null).text().prefix(60)), String((entry["after"] ?? .null).text().prefix(60)),
            ])
        }
        connection.show(table)
    }
}

/// Times as people read them.
enum Clock {
    static func moment(_ value: JSONValue?) -> String? { format(value, "yyyy-MM-dd HH:mm:ss") }

    /// A moment as part of a file's name.
    static func compact(_ date: Date) -> String { format(.double(date.timeIntervalSince1970), "yyyyMMdd-HHmmss") ?? "" }

    static func day(_ value: JSONValue?) -> String? { format(value, "yyyy-MM-dd") }

    private static func format(_ value: JSONValue?, _ pattern: String) -> String? {
        let seconds: Double
        switch value {
        case .double(let number)?: seconds = number
        case .int(let number)?: seconds = Double(number)
        default: return nil
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = pattern
        return formatter.string(from: Date(timeIntervalSince1970: seconds))
    }
}
