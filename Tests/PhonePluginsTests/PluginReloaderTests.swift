// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import Testing

@testable import PhonePlugins

/// Plugins whose files change while they serve.
@Suite("Reloading plugins")
struct PluginReloaderTests {
    @Test("New, changed and removed files show, those of the family too; others do not")
    func snapshots() throws {
        try PluginFolder.with(["acme/2/plugin.yml": "a", "acme/common/common.yml": "b", "other/x": "c"]) { folder in
            let directories = [folder.path + "/acme/2"]
            var seen = PluginSnapshot(directories)
            func hasChanged(_ name: String?) throws -> Bool {
                if let name { try folder.write(name, "something longer") }
                let now = PluginSnapshot(directories)
                defer { seen = now }
                return now != seen
            }
            let changes = [
                try hasChanged(nil), try hasChanged("other/x"), try hasChanged("acme/2/plugin.yml"), try hasChanged("acme/2/templates/a.j2"),
                try hasChanged("acme/common/common.yml"),
            ]
            #expect(changes == [false, false, true, true, true])
        }
    }

    @Test("A plugin under development is loaded when it changes, and stays when it has a fault")
    func development() throws {
        try PluginFolder.with(["acme/plugin.yml": Manifests.acme(), "acme/templates/device.cfg.j2": "a = 1"]) { folder in
            var catalog = PluginCatalog.empty
            var reloader = PluginReloader(developed: [folder.path + "/acme"], surroundings: PluginSurroundings())
            func look() -> (loaded: Int, problems: Int) {
                let changes = reloader.look(at: catalog)
                for plugin in changes.plugins { catalog = catalog.replacing(plugin) }
                return (changes.plugins.count, changes.problems.count)
            }
            func text() throws -> String {
                let plugin = try #require(catalog["acme-1"])
                let match = try #require(plugin.file(forPath: "/000000000001.cfg", protocol: .http))
                let context = RenderContext(
                    device: ["mac": "00:00:00:00:00:01", "model": "One"], rawConfig: [:], request: .init(protocol: .http, server: "s", path: "/"))
                return String(decoding: try plugin.render(match, context: context).bytes, as: UTF8.self)
            }
            #expect(look() == (1, 0))
            let first = try text()
            #expect(look() == (0, 0))
            try folder.write("acme/templates/device.cfg.j2", "a = two")
            #expect(look() == (1, 0))
            let second = try text()
            try folder.write("acme/templates/device.cfg.j2", "a = {{ broken")
            #expect(look() == (0, 1))
            let third = try text()
            #expect([first, second, third] == ["a = 1", "a = two", "a = two"])
        }
    }

    @Test("A plugin is loaded again when the administrator's templates for it change")
    func ownTemplates() throws {
        try PluginFolder.with(["p/acme/plugin.yml": Manifests.acme(), "p/acme/templates/device.cfg.j2": "a = 1"]) { folder in
            let surroundings = PluginSurroundings(templates: folder.path + "/own")
            let catalog = PluginCatalog.load(directory: folder.path + "/p", surroundings: surroundings).catalog
            var reloader = PluginReloader(developed: [], surroundings: surroundings)
            #expect(reloader.look(at: catalog).plugins.isEmpty)
            try folder.write("own/acme-1/device.cfg.j2", "own = 1")
            #expect(reloader.look(at: catalog).plugins.map(\.id.text) == ["acme-1"])
            #expect(reloader.look(at: catalog).plugins.isEmpty)
            try folder.write("own/other/device.cfg.j2", "own = 1")
            #expect(reloader.look(at: catalog).plugins.isEmpty)
        }
    }
}
