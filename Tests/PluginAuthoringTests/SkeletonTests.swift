// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import PluginAuthoring
import Testing

/// New plugins, as “provctl plugin new” makes them.
@Suite("Skeletons of plugins")
struct SkeletonTests {
    @Test("A new plugin has no findings and passes its tests", arguments: PluginSkeleton.Style.allCases)
    func isComplete(style: PluginSkeleton.Style) throws {
        try WorkFolder.with { folder in
            let directory = folder.path + "/acme-2"
            let files = try PluginSkeleton(name: "acme-2", style: style, oui: "00:15:65").write(to: directory)
            #expect(files.contains("plugin.yml"))
            #expect(files.filter { $0.hasPrefix("tests/golden/") }.count == 2)
            #expect(PluginLinter.lint([directory]).map(\.description) == [])
            let plugin = try Plugin(directory: directory)
            #expect(plugin.manifest.vendor == "Acme")
            let zones = AuthoringTimeZones()
            let report = PluginTestRunner.run(plugin) { zones.zone(named: $0) }
            #expect(report.hasPassed, "\(report)")
            #expect(report.count > 60)
        }
    }

    @Test("Nothing is written over")
    func existing() throws {
        try WorkFolder.with(["acme-2/notes.txt": "mine"]) { folder in
            #expect(throws: AuthoringError.self) { try PluginSkeleton(name: "acme-2", style: .xml).write(to: folder.path + "/acme-2") }
            let notes = try folder.read("acme-2/notes.txt")
            #expect(notes == "mine")
        }
    }

    @Test("Names that cannot be are refused", arguments: [("../x", nil, nil), ("a b", nil, nil), ("acme", "Ac\"me", nil), ("acme", "", nil), ("acme", nil, "00:15")])
    func names(name: String, vendor: String?, oui: String?) {
        #expect(throws: AuthoringError.self) { try PluginSkeleton(name: name, vendor: vendor, style: .json, oui: oui) }
    }
}
