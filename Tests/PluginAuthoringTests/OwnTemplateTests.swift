// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import PhonePlugins
import PluginAuthoring
import Testing

/// Templates of an administrator's own, outside the plugins.
@Suite("Own templates")
struct OwnTemplateTests {
    private func surroundings(_ body: (WorkFolder, OwnTemplateFolder, Plugin) throws -> Void) throws {
        try WorkFolder.with { folder in
            _ = try PluginSkeleton(name: "acme-2", style: .keyValue).write(to: folder.path + "/p")
            try body(folder, OwnTemplateFolder(folder.path + "/own"), Plugin(directory: folder.path + "/p"))
        }
    }

    private func template(_ scope: OwnTemplate.Scope, _ name: String = "device.cfg.j2") throws -> OwnTemplate {
        try OwnTemplate(plugin: try #require(PluginID("acme-2")), scope: scope, name: name)
    }

    @Test("The most special template counts, and the plugin's when they are gone")
    func precedence() throws {
        try surroundings { folder, own, plugin in
            let mac = try #require(MACAddress("00:00:5e:00:53:01"))
            let scopes: [OwnTemplate.Scope] = [.base, .model("A10"), .device(mac)]
            for scope in scopes {
                let template = try template(scope)
                let note = try own.save(Array("# \(template.audience)".utf8), as: template, for: plugin)
                #expect(note == nil)
            }
            let saved = Set(try scopes.map { try template($0) })
            #expect(Set(own.all()) == saved)
            func first() throws -> String {
                let loaded = try Plugin(directory: folder.path + "/p", surroundings: PluginSurroundings(templates: folder.path + "/own"))
                let file = DeviceFile(plugin: loaded, path: "/00005e005301.cfg", device: ["mac": .string(mac.description), "model": "A10"], config: [:])
                return String(decoding: try file.bytes().prefix { $0 != 0x0A }, as: UTF8.self)
            }
            var lines = [try first()]
            for scope in scopes.reversed() {
                try own.remove(try template(scope))
                lines.append(try first())
            }
            #expect(lines == ["# device 00:00:5e:00:53:01", "# model A10", "# all devices", "# Acme A10"])
            let gone = try template(.base)
            #expect(throws: AuthoringError.self) { try own.remove(gone) }
        }
    }

    @Test("A template that cannot be rendered for a sample device is not saved, with its place", arguments: [
        ("{% if %}", "device.cfg.j2:1:"), ("\n{{ nothing.at.all }}", "device.cfg.j2:2:11: 'nothing' is undefined"), ("{% include 'no.j2' %}", "no.j2"),
        ("{% for i in range(10000000) %}{% endfor %}", "steps"), ("{{ http_base_url ~ '\\n' }}", "line feed"),
    ])
    func faults(source: String, expected: String) throws {
        try surroundings { _, own, plugin in
            let template = try template(.base)
            let error = #expect(throws: AuthoringError.self) { try own.save(Array(source.utf8), as: template, for: plugin) }
            #expect(error?.description.contains(expected) == true, "\(error.map(\.description) ?? "")")
            let kept = try own.source(of: template)
            #expect(kept == nil)
        }
    }

    @Test("It may build on what it hides, and an upgrade shows in the difference")
    func building() throws {
        try surroundings { folder, own, plugin in
            let template = try template(.base)
            _ = try own.save(Array("{% include 'stock/device.cfg.j2' %}\nmine = 1".utf8), as: template, for: plugin)
            let difference = try #require(try own.difference(of: template, from: plugin))
            #expect(difference.contains("+mine = 1"))
            #expect(difference.hasPrefix("--- \(folder.path)/p/templates/device.cfg.j2\n"))
            _ = try own.save(Array(try folder.read("p/templates/device.cfg.j2").utf8), as: template, for: plugin)
            let same = try own.difference(of: template, from: plugin)
            #expect(same == nil)
        }
    }

    @Test("A name that the plugin does not know is saved with a note")
    func unknownName() throws {
        try surroundings { _, own, plugin in
            let note = try own.save(Array("x".utf8), as: try template(.base, "parts/mine.j2"), for: plugin)
            #expect(note?.contains("only your own templates can include it") == true)
        }
    }

    @Test("Names and models that lead elsewhere are refused", arguments: ["../x", "/x", "a/../b", "models/A/x", "devices/0/x", "stock/x", "", "a\nb", "a\\b"])
    func names(name: String) throws {
        #expect(throws: AuthoringError.self) { try template(.base, name) }
        #expect(throws: AuthoringError.self) { try template(.model("a/b")) }
        #expect(throws: AuthoringError.self) { try template(.model("..")) }
        try surroundings { _, own, plugin in
            for model in ["B99", "a10"] {
                let template = try template(.model(model))
                #expect(throws: AuthoringError.self) { try own.save(Array("x".utf8), as: template, for: plugin) }
            }
        }
    }
}
