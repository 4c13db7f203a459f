// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Foundation
import Jinja
import PluginAuthoring

/// `provctl plugin render`
struct PluginRender: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Render a file of a plugin for a device, or a template by itself.",
        discussion: """
            provctl plugin render DIR --file NAME --device FILE.json --config FILE.json
                writes what a phone would get, from the device and its raw configuration on disk.
            provctl plugin render --template FILE [--search DIR]… [--context FILE.json]
                renders one Jinja template as Jinja2 does by default: values are not escaped, and included templates and
                parents are looked up in the given directories, in their order.
            """)

    @Option(help: "A template to be rendered by itself.") var template: String?
    @Option(help: "A directory in which other templates are looked up; the template's own without. May be repeated.") var search: [String] = []
    @Option(help: "A JSON file with the template's variables; “-” is standard input.") var context: String?
    @Flag(help: "Remove the first line feed behind a block tag, as Jinja2's trim_blocks.") var trimBlocks = false
    @Flag(help: "Remove blanks in front of a block tag, as Jinja2's lstrip_blocks.") var lstripBlocks = false
    @Flag(help: "Keep the last line feed of templates.") var keepTrailingNewline = false
    @Flag(help: "Treat every use of an undefined variable as an error.") var strictUndefined = false

    func run() throws {
        guard let template else { throw ValidationError("name a plugin's directory, or a template with --template") }
        let options = JinjaOptions(
            trimBlocks: trimBlocks, lstripBlocks: lstripBlocks, keepsTrailingNewline: keepTrailingNewline,
            undefined: strictUndefined ? .strict : .lenient)
        let lone = try LoneTemplate(path: template, folders: search, options: options)
        let variables = try context.map { try $0 == "-" ? Self.standardInput() : LoneTemplate.context(file: $0) }
        let bytes = try variables.map { try lone.render(context: $0) } ?? lone.render()
        try FileHandle.standardOutput.write(contentsOf: Data(bytes))
    }

    private static func standardInput() throws -> [UInt8] {
        [UInt8](try FileHandle.standardInput.read(upToCount: LoneTemplate.maximumContextBytes) ?? Data())
    }
}
