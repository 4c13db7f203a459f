// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import JSONText
import Jinja
import PhonePlugins
import PluginAuthoring

/// `provctl plugin render`
struct PluginRender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Render a file of a plugin for a device, or a template by itself.",
        discussion: """
            provctl plugin render DIR --file NAME --device FILE.json --config FILE.json
                writes what a phone would get, from the device document and the raw configuration on disk.
            provctl plugin render --template FILE [--search DIR]… [--context FILE.json]
                renders one Jinja template as Jinja2 does by default: values are not escaped, and included templates and
                parents are looked up in the given directories, in their order.
            """)

    @Argument(help: "The directory of a plugin.") var directory: String?
    @Option(help: "The path that the phone asks for, such as /0015650abb01.cfg.") var file: String?
    @Option(help: "A JSON file with the device document: {\"mac\": …, \"model\": …, \"version\": …}.") var device: String?
    @Option(help: "A JSON file with the raw configuration, or with a config that has one.") var config: String?
    @Option(help: "The protocol by which the phone asks: http or tftp.") var `protocol`: String = "http"
    @Option(help: "The server's address as the phone used it.") var server: String?
    @Flag(help: "Print what the template sees, as JSON, instead of the file.") var variables = false

    @Option(help: "A template to be rendered by itself.") var template: String?
    @Option(help: "A directory in which other templates are looked up; the template's own without. May be repeated.") var search: [String] = []
    @Option(help: "A JSON file with the template's variables; “-” is standard input.") var context: String?
    @Flag(help: "Remove the first line feed behind a block tag, as Jinja2's trim_blocks.") var trimBlocks = false
    @Flag(help: "Remove blanks in front of a block tag, as Jinja2's lstrip_blocks.") var lstripBlocks = false
    @Flag(help: "Keep the last line feed of templates.") var keepTrailingNewline = false
    @Flag(help: "Treat every use of an undefined variable as an error.") var strictUndefined = false

    func validate() throws {
        guard (directory == nil) != (template == nil) else {
            throw ValidationError("name either a plugin's directory, or a template with --template")
        }
        if directory != nil, file == nil { throw ValidationError("say with --file which path the phone asks for") }
        guard let parsed = PhoneProtocol(rawValue: self.protocol), parsed == .http || parsed == .tftp else {
            throw ValidationError("“\(self.protocol)” is no protocol for files: write http or tftp")
        }
    }

    func run() throws {
        let bytes = try template.map(renderTemplate) ?? renderFile(of: directory ?? ".")
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }

    private func renderFile(of directory: String) throws -> [UInt8] {
        let loaded = AuthoringPlugins([directory])
        guard loaded.plugins.count == 1, let plugin = loaded.plugins.first else {
            throw AuthoringError(loaded.problems.first.map(\.description) ?? "\(directory) holds several plugins: name the directory of one")
        }
        let document = DeviceFile(
            plugin: plugin, path: file ?? "", device: try device.map { try DeviceFile.document($0) } ?? [:],
            config: try config.map { try DeviceFile.document($0) } ?? [:], protocol: PhoneProtocol(rawValue: self.protocol) ?? .http, server: server)
        return variables ? Array((try document.variables().text(.indented) + "\n").utf8) : try document.bytes()
    }

    private func renderTemplate(_ path: String) throws -> [UInt8] {
        let options = JinjaOptions(
            trimBlocks: trimBlocks, lstripBlocks: lstripBlocks, keepsTrailingNewline: keepTrailingNewline,
            undefined: strictUndefined ? .strict : .lenient)
        let lone = try LoneTemplate(path: path, folders: search, options: options)
        guard let context else { return try lone.render() }
        return try lone.render(context: context == "-" ? Self.standardInput() : LoneTemplate.context(file: context))
    }

    private static func standardInput() throws -> [UInt8] {
        [UInt8](try FileHandle.standardInput.read(upToCount: LoneTemplate.maximumContextBytes) ?? Data())
    }
}
