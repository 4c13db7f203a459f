// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import PluginAuthoring

/// `provctl plugin new`
struct PluginNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Begin a plugin: a complete one for an imagined phone, whose tests pass.",
        discussion: "Change models, patterns, template and tests into those of your phone, one at a time, with “provctl plugin watch” beside you.")

    @Argument(help: "The plugin's id, such as acme-2.") var name: String
    @Option(help: "How the phones' configuration is written: key-value, xml or json.", transform: Self.style) var style: PluginSkeleton.Style
    @Option(help: "The manufacturer; the id's first word without.") var vendor: String?
    @Option(help: "The manufacturer's prefix of MAC addresses, such as 00:15:65.") var oui: String?
    @Option(help: "The directory to make; the id without.") var directory: String?

    private static func style(_ text: String) throws -> PluginSkeleton.Style {
        guard let style = PluginSkeleton.Style(rawValue: text) else {
            throw ValidationError("“\(text)” is no style: write \(PluginSkeleton.Style.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return style
    }

    func run() throws {
        let directory = directory ?? name
        for name in try PluginSkeleton(name: name, vendor: vendor, style: style, oui: oui).write(to: directory) { print("\(directory)/\(name)") }
    }
}
