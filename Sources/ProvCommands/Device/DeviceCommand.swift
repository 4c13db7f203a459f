// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl device …`
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Phones and what they did.",
        subcommands: [
            DeviceList.self, DeviceShow.self, DeviceAdd.self, DeviceSet.self, DeviceTimeline.self, DeviceFiles.self, DeviceSync.self, DeviceReset.self, DeviceMove.self,
            DeviceRemove.self,
        ])
}

/// `provctl device list`
struct DeviceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the devices.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Only those of this manufacturer.") var vendor: String?
    @Option(help: "Only those of this model.") var model: String?
    @Option(help: "Only those with this firmware.") var version: String?
    @Option(help: "Only those that this plugin serves.") var plugin: String?

    func run() async throws {
        let filters = try [("vendor", vendor), ("model", model), ("version", version), ("plugin", plugin)].compactMap { name, value in
            try value.map { "\(name)=\(try PathSegment.encode($0))" }
        }
        let query = filters.isEmpty ? "" : "?" + filters.joined(separator: "&")
        let devices = try await APIClient(connection).all("/1.0/devices\(query)", "devices")
        if connection.json { return print((["devices": .array(devices)] as JSONValue).text(.indented)) }
        var table = Table(["MAC", "IP", "VENDOR", "MODEL", "VERSION", "PLUGIN", "LINES"])
        for device in devices {
            let lines = device["lines"]?.array?.compactMap { line in line["number"]?.string }.joined(separator: ",") ?? ""
            table.add(["mac", "ip", "vendor", "model", "version", "plugin"].map { device[$0]?.string ?? "-" } + [lines.isEmpty ? "autoprov" : lines])
        }
        connection.show(table)
    }
}

/// The device that an argument names.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "The device's hardware address or id.") var device: String

    func path() throws -> String { "/1.0/devices/\(try PathSegment.encode(device))" }
}

/// `provctl device show`
struct DeviceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a device's document; “provctl explain” tells its story.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let answer = try await APIClient(connection).get(try device.path())
        if connection.json { return print(answer.text(.indented)) }
        for (name, value) in answer.object ?? [:] where name != "lines" && name != "state" {
            print("\(name): \(Table.printable(value.string ?? value.text()))")
        }
        for line in answer["lines"]?.array ?? [] { print("line: \(Table.printable("\(line["number"]?.string ?? "") \(line["display_name"]?.string ?? "")"))") }
        if let next = answer["state"]?["next_step"]?.string { print("next: \(Table.printable(next))") }
    }
}

/// `provctl device timeline`
struct DeviceTimeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "timeline", abstract: "Show what a device did and what provd answered.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let answer = try await APIClient(connection).get(try device.path() + "/timeline")
        if connection.json { return print(answer.text(.indented)) }
        for event in answer["events"]?.array ?? [] { print(TimelineLine(event, showsDevice: false).text) }
        if let next = answer["next_step"]?.string { print("next: \(Table.printable(next))") }
    }
}

/// `provctl device file`
struct DeviceFiles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Show a file as a device is given it, with secrets masked; without a path, list the files.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument
    @Argument(help: "The file's path.") var path: String?

    func run() async throws {
        let client = try APIClient(connection)
        guard let path else {
            let answer = try await client.get(try device.path() + "/files")
            if connection.json { return print(answer.text(.indented)) }
            var table = Table(["PATH", "BY", "MADE OF", "CREDENTIALS"])
            for file in answer["files"]?.array ?? [] {
                table.add([
                    file["path"]?.string ?? "-", file["protocols"]?.array?.compactMap(\.string).joined(separator: ",") ?? "-",
                    file["template"] == true ? "template" : "file", file["sensitive"] == true ? "yes" : "no",
                ])
            }
            return connection.show(table)
        }
        let answer = try await client.get(try device.path() + "/file?path=\(try PathSegment.encode(path))")
        if connection.json { return print(answer.text(.indented)) }
        // A file is shown line by line: its line breaks are its own, all else is made harmless.
        for line in (answer["text"]?.string ?? "a file of \(answer["size"]?.int ?? 0) bytes").split(separator: "\n", omittingEmptySubsequences: false) {
            print(Table.printable(String(line.last == "\r" ? line.dropLast() : line)))
        }
    }
}

/// `provctl device reset`
struct DeviceReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Take a device's lines off it: it goes back to autoprov, where a code can be dialled.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument

    func run() async throws {
        let operation = try await APIClient(connection).operation(try device.path() + "/reset")
        if connection.json { return print(operation.text(.indented)) }
        if operation["state"]?.string == "success" {
            connection.say("the device has no line now, and was told to fetch its configuration")
        } else {
            connection.say("the device has no line now, but \(operation["reason"]?.string ?? "it was not told")")
        }
    }
}

/// `provctl device move`
struct DeviceMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "move", abstract: "Move a device to another tenant.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument
    @Argument(help: "The tenant's uuid.") var to: String

    func run() async throws {
        let answer = try await APIClient(connection).patch(try device.path(), ["tenant_uuid": .string(to)])
        if connection.json { return print(answer.text(.indented)) }
        connection.say("the device is the tenant's now")
    }
}

/// `provctl device remove`
struct DeviceRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget devices; one that shows itself again is a new one.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var confirmation: Confirmation
    @Argument(help: "The devices' hardware addresses or ids.") var devices: [String]

    func run() async throws {
        let client = try APIClient(connection)
        if devices.count > 1 { try confirmation.ask("\(devices.count) devices are forgotten.") }
        for device in devices {
            try await client.delete("/1.0/devices/\(try PathSegment.encode(device))")
            connection.say("device \(device) was removed")
        }
    }
}
