// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// `provctl device …`
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Phones and what they did.",
        subcommands: [DeviceList.self, DeviceTimeline.self, DeviceSync.self, DeviceReset.self])
}

/// `provctl device list`
struct DeviceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the devices.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/devices")
        if connection.json { return print(answer.text(.indented)) }
        var table = Table(["MAC", "IP", "VENDOR", "MODEL", "VERSION", "PLUGIN", "LINES"])
        for device in answer["devices"]?.array ?? [] {
            let lines = device["lines"]?.array?.compactMap { line in line["number"]?.string }.joined(separator: ",") ?? ""
            table.add(["mac", "ip", "vendor", "model", "version", "plugin"].map { device[$0]?.string ?? "-" } + [lines.isEmpty ? "autoprov" : lines])
        }
        print(table.text)
    }
}

/// `provctl device timeline`
struct DeviceTimeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "timeline", abstract: "Show what a device did and what provd answered.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The device's hardware address or id.") var device: String

    func run() async throws {
        let answer = try await APIClient(connection).get("/1.0/devices/\(try PathSegment.encode(device))/timeline")
        if connection.json { return print(answer.text(.indented)) }
        for event in answer["events"]?.array ?? [] { print(TimelineLine(event, showsDevice: false).text) }
        if let next = answer["next_step"]?.string { print("next: \(Table.printable(next))") }
    }
}

/// `provctl device sync`
struct DeviceSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sync", abstract: "Make a device fetch its configuration again.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The device's hardware address or id.") var device: String

    func run() async throws {
        let operation = try await APIClient(connection).operation("/1.0/devices/\(try PathSegment.encode(device))/synchronize")
        if connection.json { return print(operation.text(.indented)) }
        guard operation["state"]?.string == "success" else {
            throw APIClient.Failure(description: operation["reason"]?.string ?? "the device was not told")
        }
        print("the device was told to fetch its configuration again, and agreed")
    }
}

/// `provctl device reset`
struct DeviceReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Take a device's lines off it: it goes back to autoprov, where a code can be dialled.")

    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The device's hardware address or id.") var device: String

    func run() async throws {
        let operation = try await APIClient(connection).operation("/1.0/devices/\(try PathSegment.encode(device))/reset")
        if connection.json { return print(operation.text(.indented)) }
        if operation["state"]?.string == "success" {
            print("the device has no line now, and was told to fetch its configuration")
        } else {
            print("the device has no line now, but \(operation["reason"]?.string ?? "it was not told")")
        }
    }
}
