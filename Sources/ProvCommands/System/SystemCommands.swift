// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText

/// `provctl backup …`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies of all that provd knows.",
        subcommands: [BackupCreate.self, BackupList.self, BackupGet.self, BackupRemove.self, BackupRestore.self])
}

/// `provctl backup create`
struct BackupCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a backup while provd runs.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Write it into this file too.") var output: String?
    @Option(help: "Keep only so many of the latest backups, and remove the older ones.") var keep: Int?

    func validate() throws {
        guard keep.map({ $0 >= 1 }) ?? true else { throw ValidationError("--keep is 1 or more: the backup that is made now is one of them") }
    }

    func run() async throws {
        let client = try APIClient(connection)
        let backup = try await client.post("/1.0/backups", [:])
        let name = backup["name"]?.string ?? ""
        if let keep {
            let names = try await client.get("/1.0/backups")["backups"]?.array?.compactMap { $0["name"]?.string } ?? []
            for old in names.dropFirst(keep) { try await client.delete("/1.0/backups/\(try PathSegment.encode(old))") }
        }
        if let output { try await client.download("/1.0/backups/\(try PathSegment.encode(name))", to: output) }
        if connection.json { return print(backup.text(.indented)) }
        print(connection.quiet ? name : "backup \(name) was made; it holds every password")
    }
}

/// `provctl backup list`
struct BackupList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the backups.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/backups")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["TIME", "BYTES", "NAME"])
        for backup in answer["backups"]?.array ?? [] {
            table.add([Clock.moment(backup["time"]) ?? "-", String(backup["size"]?.int ?? 0), backup["name"]?.string ?? "-"])
        }
        connection.show(table)
    }
}

/// `provctl backup get`
struct BackupGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Write a backup into a file.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The backup's name.") var name: String
    @Argument(help: "The file.") var file: String

    func run() async throws {
        try await APIClient(connection).download("/1.0/backups/\(try PathSegment.encode(name))", to: file)
        connection.say("\(file) was written; it holds every password")
    }
}

/// `provctl backup remove`
struct BackupRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove backups.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The backups' names.") var names: [String]

    func run() async throws {
        try confirmation.ask("\(names.count) backups are removed.")
        let client = try APIClient(connection)
        for name in names { try await client.delete("/1.0/backups/\(try PathSegment.encode(name))") }
        connection.say("removed")
    }
}

/// `provctl backup restore`
struct BackupRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Check a backup, and have it restored when provd is restarted.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The backup's name.") var name: String

    func run() async throws {
        try confirmation.ask("All that changed since \(name) was made is undone when provd is restarted.")
        let answer = try await APIClient(connection).post("/1.0/backups/\(try PathSegment.encode(name))/restore", [:])
        if connection.json { return print(answer.text(.indented)) }
        connection.say(answer["text"]?.string ?? "done")
    }
}

/// `provctl sighting …`
struct SightingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sighting", abstract: "What was seen of devices lately, also of those that are not known.",
        subcommands: [SightingList.self, SightingAdd.self], defaultSubcommand: SightingList.self)
}

/// `provctl sighting list`
struct SightingList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List what was seen, the latest first.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Only what is no device.") var unknown = false

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/sightings?limit=1000\(unknown ? "&unknown=true" : "")")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["LAST", "TIMES", "BY", "MAC", "IP", "VENDOR", "MODEL", "DEVICE", "BECAUSE"])
        for sighting in answer["sightings"]?.array ?? [] {
            table.add(
                [Clock.moment(sighting["last"]) ?? "-", String(sighting["count"]?.int ?? 0)]
                    + ["source", "mac", "ip", "vendor", "model", "device"].map { sighting[$0]?.string ?? "-" }
                    + [sighting["basis"]?.array?.first?.string ?? "-"])
        }
        connection.show(table)
    }
}

/// `provctl sighting add`
struct SightingAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Say what a device is, before it shows itself.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "Its hardware address.") var mac: String
    @Option(help: "Its manufacturer.") var vendor: String?
    @Option(help: "Its model.") var model: String?

    func run() async throws {
        var body: JSONObject = ["mac": .string(mac.lowercased())]
        body["vendor"] = vendor.map(JSONValue.string)
        body["model"] = model.map(JSONValue.string)
        let device = try await APIClient(connection).post("/1.0/sightings", .object(body))
        if connection.json { return print(device.text(.indented)) }
        connection.say("device \(device["id"]?.string ?? "") is known now; \(device["plugin"]?.string.map { "plugin \($0) serves it" } ?? "no plugin serves it")")
    }
}

/// `provctl dhcp …`
struct DHCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dhcp", abstract: "What DHCP servers should say.", subcommands: [DHCPSiteCommand.self, DHCPGenerate.self, DHCPExplain.self])
}

/// `provctl dhcp site`
struct DHCPSiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "site", abstract: "Print the site file, or check a new one and keep it.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "The new site file.") var file: String?

    func run() async throws {
        let client = try APIClient(connection)
        guard let file else {
            let answer = try await client.get("/1.0/dhcp/site")
            return print(connection.json ? answer.text(.indented) : answer["text"]?.string ?? "")
        }
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
            throw ValidationError("\(file) cannot be read, or is not UTF-8")
        }
        let answer = try await client.put("/1.0/dhcp/site", ["text": .string(text)], replacesWhatever: true)
        if connection.json { return print(answer.text(.indented)) }
        for finding in answer["findings"]?.array ?? [] { connection.say(finding.string ?? "") }
        connection.say("the site file was kept")
    }
}

/// `provctl dhcp generate`
struct DHCPGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "generate", abstract: "Print the configuration for a DHCP server.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The server: dnsmasq, isc, kea…") var server: String

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/dhcp/generate/\(try PathSegment.encode(server))")
        print(connection.json ? answer.text(.indented) : answer["text"]?.string ?? "")
    }
}

/// `provctl dhcp explain`
struct DHCPExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "explain", abstract: "Say what a phone would be told, and why.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The phone's hardware address.") var mac: String
    @Option(help: "The vendor class that it sends.") var vendorClass: String?
    @Option(help: "The subnet, if there are several.") var subnet: String?

    func run() async throws {
        var query = "mac=\(try PathSegment.encode(mac))"
        if let vendorClass { query += "&vendor_class=\(try PathSegment.encode(vendorClass))" }
        if let subnet { query += "&subnet=\(try PathSegment.encode(subnet))" }
        let answer = try await APIClient(connection).get("/1.0/dhcp/explain?\(query)")
        print(connection.json ? answer.text(.indented) : answer["text"]?.string ?? "")
    }
}
