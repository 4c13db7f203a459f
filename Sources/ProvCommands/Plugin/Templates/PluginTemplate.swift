// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring

/// `provctl plugin template …`
struct PluginTemplate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Templates of your own, which take the place of a plugin's.",
        discussion: """
            They lie outside the plugins and survive their upgrades. For a device its own counts, else that of its model, else that of all. \
            The commands ask a running provd; with --templates they work on a directory, without a server.
            """,
        subcommands: [TemplateList.self, TemplateGet.self, TemplateDiff.self, TemplateSave.self, TemplateRemove.self])
}

/// Where the templates are: behind provd's API, or in a directory.
struct TemplatePlaces: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Work on this directory of own templates, without a server.") var templates: String?
    @Option(help: "A directory of plugins for --templates. May be repeated. (default: /usr/share/provd/plugins)") var plugins: [String] = []

    func place() throws -> any TemplatePlace {
        if let templates { return TemplateDirectory(templates: templates, plugins: plugins.isEmpty ? ["/usr/share/provd/plugins"] : plugins) }
        guard plugins.isEmpty else { throw ValidationError("--plugins goes with --templates: a running provd knows its plugins") }
        return ServedTemplates(client: try APIClient(connection))
    }
}

/// Which template is meant.
struct TemplateChoice: ParsableArguments {
    @Argument(help: "The plugin's id.") var plugin: String
    @Argument(help: "The template's name below the plugin's templates/, such as device.cfg.j2.") var name: String
    @Option(help: "Only for this model.") var model: String?
    @Option(help: "Only for the device with this hardware address.") var device: String?

    func template() throws -> OwnTemplate {
        guard let id = PluginID(plugin) else { throw ValidationError("“\(plugin)” is no plugin's id") }
        switch (model, device) {
        case (nil, nil): return try OwnTemplate(plugin: id, scope: .base, name: name)
        case (let model?, nil): return try OwnTemplate(plugin: id, scope: .model(model), name: name)
        case (nil, let device?):
            guard let mac = MACAddress(device) else { throw ValidationError("“\(device)” is no MAC address: write 00:15:65:0a:bb:01") }
            return try OwnTemplate(plugin: id, scope: .device(mac), name: name)
        default: throw ValidationError("a template is for a model or for a device: give one of --model and --device")
        }
    }
}

/// `provctl plugin template list`
struct TemplateList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List your own templates; of one plugin also those that it has itself.")

    @OptionGroup var places: TemplatePlaces
    @Argument(help: "A plugin's id.") var plugin: String?

    func run() async throws {
        let answer = try await places.place().list(plugin)
        if places.connection.json { return print(answer.text(.indented)) }
        var table = Table(["PLUGIN", "TEMPLATE", "FOR", "STATE"])
        for template in answer["templates"]?.array ?? [] {
            let audience = template["model"]?.string.map { "model \($0)" } ?? template["device"]?.string.map { "device \($0)" } ?? "all devices"
            let problem = template["problem"]
            let state = problem?["reason"]?.string.map { "line \(problem?["line"]?.int ?? 0): \($0)" } ?? "takes effect"
            table.add([template["plugin"]?.string ?? "", template["name"]?.string ?? "", audience, state])
        }
        for name in answer["plugin"]?.array ?? [] { table.add([plugin ?? "", name.string ?? "", "-", "the plugin's own"]) }
        places.connection.show(table)
    }
}

/// `provctl plugin template get`
struct TemplateGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Print a template of your own, or the plugin's.")

    @OptionGroup var places: TemplatePlaces
    @OptionGroup var choice: TemplateChoice
    @Flag(help: "Print the plugin's template, to begin with.") var stock = false

    func run() async throws {
        let source = try await places.place().source(of: choice.template(), stock: stock)
        FileHandle.standardOutput.write(Data(source))
    }
}

/// `provctl plugin template diff`
struct TemplateDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show how your own template differs from the plugin's.",
        discussion: "After an upgrade it shows what the plugin changed and your template hides.")

    @OptionGroup var places: TemplatePlaces
    @OptionGroup var choice: TemplateChoice

    func run() async throws {
        let difference = try await places.place().difference(of: choice.template())
        if !difference.isEmpty { print(difference, terminator: difference.hasSuffix("\n") ? "" : "\n") }
    }
}

/// `provctl plugin template save`
struct TemplateSave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Save a template of your own, after it was rendered for sample devices.", aliases: ["put"])

    @OptionGroup var places: TemplatePlaces
    @OptionGroup var choice: TemplateChoice
    @Argument(help: "The file with the template; “-” is standard input.") var file: String

    func run() async throws {
        let template = try choice.template()
        let data = file == "-" ? try FileHandle.standardInput.readToEnd() ?? Data() : FileManager.default.contents(atPath: file)
        guard let data else { throw AuthoringError("\(file) cannot be read: check that it exists and that you may read it") }
        let note = try await places.place().save([UInt8](data), as: template)
        places.connection.say("saved \(template)" + (note.map { "; \($0)" } ?? ""))
    }
}

/// `provctl plugin template remove`
struct TemplateRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a template of your own: the plugin's takes effect again.", aliases: ["delete"])

    @OptionGroup var places: TemplatePlaces
    @OptionGroup var choice: TemplateChoice

    func run() async throws {
        let template = try choice.template()
        try await places.place().remove(template)
        places.connection.say("removed \(template)")
    }
}
