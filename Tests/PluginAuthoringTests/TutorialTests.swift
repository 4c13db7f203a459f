// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import PluginAuthoring
import Testing

/// The plugin that docs/plugins.md builds, word by word.
@Suite("The tutorial")
struct TutorialTests {
    /// The files that the page shows: each block of code that a comment names.
    private static func files() throws -> [String: String] {
        var files: [String: String] = [:]
        let page = try TextOfPage.plugins().split(separator: "\n", omittingEmptySubsequences: false)
        var lines = page[...]
        while let start = lines.firstIndex(where: { $0.hasPrefix("<!-- norvik-5/") }) {
            let name = String(lines[start].dropFirst("<!-- norvik-5/".count).prefix { $0 != " " })
            let body = lines[start...].dropFirst(2).prefix { !$0.hasPrefix("```") }
            files[name] = body.joined(separator: "\n") + "\n"
            lines = lines[body.endIndex...]
        }
        return files
    }

    @Test("It has no findings, passes its tests, and is written as Latin 1")
    func works() throws {
        let files = try Self.files()
        #expect(Set(files.keys) == ["plugin.yml", "files/base.ini", "templates/device.ini.j2", "tests/identify.yml", "tests/render.yml"])
        try WorkFolder.with(files) { folder in
            let zones = AuthoringTimeZones()
            let plugin = try Plugin(directory: folder.path)
            let report = PluginTestRunner.run(plugin, updatesGoldenFiles: true) { zones.zone(named: $0) }
            #expect(report.hasPassed, "\(report)")
            #expect(report.updates.count == 2)
            #expect(PluginLinter.lint([folder.path]).map(\.description) == [])
            let golden = try folder.bytes("tests/golden/full.ini")
            // “Zoë” in Latin 1, and “Œ”, which it lacks.
            #expect(golden.firstRange(of: [0x5A, 0x6F, 0xEB, 0x20, 0x3F]) != nil)
        }
    }
}
