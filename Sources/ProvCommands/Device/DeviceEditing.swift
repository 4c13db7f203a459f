// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// What an administrator says of a device. provd never changes it by what a phone claims.
struct DeviceMembers: ParsableArguments {
    @Option(help: "The plugin that serves it; “auto” leaves the choice to provd.") var plugin: String?
    @Option(help: "Its manufacturer.") var vendor: String?
    @Option(help: "Its model.") var model: String?
    @Option(help: "Where it stands, or whatever is worth knowing.") var description: String?

    var document: JSONObject {
        var document = JSONObject()
        document["plugin"] = plugin.map { $0 == "auto" ? .null : .string($0) }
        document["vendor"] = vendor.map(JSONValue.string)
        document["model"] = model.map(JSONValue.string)
        document["description"] = description.map(JSONValue.string)
        return document
    }
}

/// `provctl device add`
struct DeviceAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a device before it shows itself.",
        discussion: "A phone that shows itself needs this only where nothing of it tells what it is.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Its hardware address.") var mac: String
    @OptionGroup var members: DeviceMembers

    func run() async throws {
        var document = members.document
        document["mac"] = .string(mac.lowercased())
        if document["plugin"]?.isNull == true { document["plugin"] = nil }
        let answer = try await APIClient(connection).post("/1.0/devices", .object(document))
        if connection.json { return print(answer.text(.indented)) }
        connection.say("device \(mac) was added")
    }
}

/// `provctl device set`
struct DeviceSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Choose a device's plugin, or say what it is.",
        discussion: "What is chosen here stays, whatever the phone claims and whatever plugins are installed later.")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var device: DeviceArgument
    @OptionGroup var members: DeviceMembers

    func validate() throws {
        guard !members.document.isEmpty else { throw ValidationError("say what is to be set: --plugin, --vendor, --model or --description") }
    }

    func run() async throws {
        let answer = try await APIClient(connection).patch(try device.path(), .object(members.document))
        if connection.json { return print(answer.text(.indented)) }
        connection.say("device \(device.device) was changed")
    }
}
