// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import Testing

@testable import PluginAuthoring

/// Whatever stands in a configuration, a file of a shipped plugin has the same shape as with harmless values, or is refused.
@Suite("Hostile values")
struct HostileValuesTests {
    private static let loaded = AuthoringPlugins([repository + "/plugins"])
    /// How many models of each plugin are tried, spread over its list.
    private static let models = 2

    @Test("Nothing breaks out of its place", arguments: loaded.plugins.map(\.id))
    func shapes(id: PluginID) throws {
        let plugin = try #require(Self.loaded.plugins.first { $0.id == id })
        let (rendered, problems) = try Self.check(plugin)
        #expect(problems == [])
        #expect(rendered > 0 || !plugin.manifest.files.contains { $0.format != .none })
    }

    @Test("A plugin that does not escape is found out", arguments: [PluginSkeleton.Style.keyValue, .xml, .json])
    func hasTeeth(style: PluginSkeleton.Style) throws {
        try WorkFolder.with { folder in
            _ = try PluginSkeleton(name: "acme-2", style: style).write(to: folder.path + "/p")
            let name = "p/templates/device.\(style == .keyValue ? "cfg" : style.rawValue).j2"
            let template = try folder.read(name)
            #expect(try Self.check(Plugin(directory: folder.path + "/p")).problems == [])
            try folder.write(name, template.replacing("line.display_name", with: "line.display_name|safe"))
            #expect(try Self.check(Plugin(directory: folder.path + "/p")).problems.isEmpty == false)
        }
    }

    /// How many files were rendered, and what is wrong with them.
    private static func check(_ plugin: Plugin) throws -> (rendered: Int, problems: [String]) {
        var rendered = 0
        var problems: [String] = []
        for rule in plugin.manifest.files {
            guard case .template = rule.source, rule.format != .none else { continue }
            for model in Self.spread(plugin.manifest.models) {
                // A rule of the family can stand behind one of the plugin's own.
                guard let (path, mac) = Self.path(rule, plugin, model) else { continue }
                for hostile in HostileValues.texts {
                    var outcomes = [("", try check(plugin, rule, path, mac, model, hostile.text))]
                    // One field that is refused hides the others, so that each is tried by itself.
                    let single = rule.format == .keyValue ? "a line feed" : "a control character"
                    if case .refused = outcomes[0].1, hostile.name == single, model.name == plugin.manifest.models.first?.name {
                        outcomes += try HostileValues.fields.map { (" in \($0)", try check(plugin, rule, path, mac, model, hostile.text, only: $0)) }
                    }
                    for (field, outcome) in outcomes {
                        switch outcome {
                        case .refused: continue
                        case .good: rendered += 1
                        case .bad(let problem): problems.append("\(plugin.id) \(path) \(model.name) with \(hostile.name)\(field): \(problem)")
                        }
                    }
                }
            }
        }
        return (rendered, problems)
    }

    private enum Outcome {
        case good
        case refused
        case bad(String)
    }

    private static func check(
        _ plugin: Plugin, _ rule: FileRule, _ path: String, _ mac: String, _ model: PhoneModel, _ hostile: String, only field: String? = nil
    ) throws -> Outcome {
        func file(_ text: String) throws(AuthoringError) -> [UInt8] {
            let request = field == nil || field == "request" ? text : "x"
            return try DeviceFile(
                plugin: plugin, path: path, device: HostileValues.device(mac: mac, model: model.name, field == nil || field == "device" ? text : "x"),
                config: HostileValues.rawConfig(text, only: field), server: request, userAgent: request
            ).bytes()
        }
        let bytes: [UInt8]
        do {
            bytes = try file(hostile)
        } catch {
            // A value may be refused; a fault of the template is one.
            let isRefusal = error.description.contains("remove the character") || error.description.contains("shorten")
            return isRefusal ? .refused : .bad(error.description)
        }
        do {
            let expected = try FileShape.of(try file(HostileValues.harmless(hostile)), rule)
            let shape = try FileShape.of(bytes, rule)
            guard shape != expected else { return .good }
            let difference = zip(shape, expected).first { $0 != $1 }.map { "\($0.0) instead of \($0.1)" }
            return .bad(difference ?? "\(shape.count) parts, not \(expected.count)")
        } catch {
            return .bad("\(error)")
        }
    }

    private static func spread(_ all: [PhoneModel]) -> [PhoneModel] {
        guard all.count > models else { return all }
        return (0..<models).map { all[$0 * (all.count - 1) / (models - 1)] }
    }

    /// A path that a rule serves to a device, with the device's address.
    private static func path(_ rule: FileRule, _ plugin: Plugin, _ model: PhoneModel) -> (path: String, mac: String)? {
        for path in PatternExamples.texts(of: rule.path, models: [model.name]) {
            let proto: PhoneProtocol = rule.protocols.contains(.http) ? .http : .tftp
            guard let match = plugin.file(forPath: path, protocol: proto), match.rule.place == rule.place else { continue }
            return (path, (match.mac ?? MACAddress("00:15:65:0a:bb:0c"))?.description ?? "")
        }
        return nil
    }
}
