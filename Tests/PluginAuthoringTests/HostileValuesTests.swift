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
        #expect(problems.prefix(10) == [])
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
                let trial = Trial(plugin: plugin, rule: rule, path: path, mac: mac, model: model.name)
                let expected: [String]
                do {
                    expected = try FileShape.of(try trial.file(HostileValues.harmless), rule)
                } catch {
                    problems.append("\(plugin.id) \(path) \(model.name) with harmless values: \(error)")
                    continue
                }
                for hostile in HostileValues.texts {
                    var outcomes = [("", trial.outcome(hostile.text, expected))]
                    // One field that is refused hides the others, so that each is tried by itself.
                    let single = rule.format == .keyValue ? "a line feed" : "a control character"
                    if case .refused = outcomes[0].1, hostile.name == single, rule.isSensitive, model.name == plugin.manifest.models.first?.name {
                        outcomes += HostileValues.fields.map { (" in \($0)", trial.outcome(hostile.text, only: $0, expected)) }
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

    /// One file of one plugin for one device.
    private struct Trial {
        let plugin: Plugin
        let rule: FileRule
        let path: String
        let mac: String
        let model: String

        func file(_ text: String, only field: String? = nil) throws(AuthoringError) -> [UInt8] {
            let request = field == nil || field == "request" ? text : HostileValues.harmless
            let document = field == nil || field == "device" ? text : HostileValues.harmless
            return try DeviceFile(
                plugin: plugin, path: path, device: HostileValues.device(mac: mac, model: model, document),
                config: HostileValues.rawConfig(text, only: field), protocol: rule.protocols.contains(.http) ? .http : .tftp, server: request,
                userAgent: request
            ).bytes()
        }

        func outcome(_ hostile: String, only field: String? = nil, _ expected: [String]) -> Outcome {
            let bytes: [UInt8]
            do {
                bytes = try file(hostile, only: field)
            } catch {
                // A value may be refused; a fault of the template is one.
                let isRefusal = error.description.contains("remove the character") || error.description.contains("shorten")
                return isRefusal ? .refused : .bad(error.description)
            }
            do {
                let shape = try FileShape.of(bytes, rule)
                guard shape != expected else { return .good }
                let difference = zip(shape, expected).first { $0 != $1 }.map { "\($0.0) instead of \($0.1)" }
                return .bad(difference ?? "\(shape.count) parts, not \(expected.count)")
            } catch {
                return .bad("\(error)")
            }
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
            // An address can also stand in the path in parts, each of which the example fills with “12”.
            for mac in ["00:15:65:0a:bb:0c", "12:12:12:12:12:12"] {
                guard let match = plugin.file(forPath: path, protocol: proto, mac: MACAddress(mac)), match.rule.place == rule.place else { continue }
                return (path, mac)
            }
        }
        return nil
    }
}
