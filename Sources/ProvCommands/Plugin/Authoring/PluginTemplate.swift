// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring

/// `provctl plugin template …`
struct PluginTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Templates of your own, which take the place of a plugin's.",
        discussion: "They lie outside the plugins and survive their upgrades. For a device its own counts, else that of its model, else that of all.",
        subcommands: [TemplateList.self, TemplateDiff.self, TemplateSave.self, TemplateRemove.self])
}

/// Where plugins and own templates lie.
struct TemplateDirectories: ParsableArguments {
    @Option(help: "The directory of your own templates, below each plugin's id.") var templates = OwnTemplateFolder.standardDirectory
    @Option(help: "A directory of plugins. May be repeated.") var plugins = ["/usr/share/provd/plugins"]

    var folder: OwnTemplateFolder { OwnTemplateFolder(templates) }

    func plugin(_ id: PluginID) throws -> Plugin {
        let loaded = AuthoringPlugins(plugins)
        if let plugin = loaded.plugins.first(where: { $0.id == id }) { return plugin }
        let problem = loaded.problems.first { $0.plugin == id || $0.plugin == nil }
        throw AuthoringError(problem.map(\.description) ?? "there is no plugin \(id) in \(plugins.joined(separator: ", ")): name its directory with --plugins")
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
struct TemplateList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List your own templates.")

    @OptionGroup var directories: TemplateDirectories
    @Flag(help: "Print the list as JSON.") var json = false

    func run() throws {
        let templates = directories.folder.all()
        guard !json else {
            let entries = templates.map { template -> JSONValue in
                ["plugin": .string(template.plugin.text), "name": .string(template.name), "for": .string(template.audience), "path": .string(template.path)]
            }
            return print(JSONValue.array(entries).text(.indented))
        }
        for template in templates { print("\(template.plugin)  \(template.name)  \(template.audience)") }
    }
}

/// `provctl plugin template diff`
struct TemplateDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show how your own template differs from the plugin's.",
        discussion: "After an upgrade it shows what the plugin changed and your template hides.")

    @OptionGroup var choice: TemplateChoice
    @OptionGroup var directories: TemplateDirectories

    func run() throws {
        let template = try choice.template()
        if let difference = try directories.folder.difference(of: template, from: directories.plugin(template.plugin)) {
            print(difference)
        }
    }
}

/// `provctl plugin template save`
struct TemplateSave: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Save a template of your own, after it was rendered for sample devices.")

    @OptionGroup var choice: TemplateChoice
    @OptionGroup var directories: TemplateDirectories
    @Argument(help: "The file with the template; “-” is standard input.") var file: String

    func run() throws {
        let template = try choice.template()
        let data = file == "-" ? try FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: file)
        guard let data else { throw AuthoringError("\(file) cannot be read: check that it exists and that you may read it") }
        let note = try directories.folder.save([UInt8](data), as: template, for: directories.plugin(template.plugin))
        print("saved \(template)" + (note.map { "; \($0)" } ?? ""))
    }
}

/// `provctl plugin template remove`
struct TemplateRemove: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a template of your own: the plugin's takes effect again.")

    @OptionGroup var choice: TemplateChoice
    @OptionGroup var directories: TemplateDirectories

    func run() throws {
        let template = try choice.template()
        try directories.folder.remove(template)
        print("removed \(template)")
    }
}
