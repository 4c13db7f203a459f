// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import PhonePlugins

extension PluginLinter {
    mutating func lintTests() {
        guard !plugin.manifest.files.isEmpty || !plugin.manifest.patterns.isEmpty else { return }
        let zones = AuthoringTimeZones()
        let cases = PluginTestRunner.renderCases(of: plugin) { zones.zone(named: $0) }
        var tested = Set(cases.map(\.template))
        // What the family shares is tested where it is tested once.
        for other in family where other.plugin.id != plugin.id {
            tested.formUnion(PluginTestRunner.renderCases(of: other.plugin) { zones.zone(named: $0) }.map(\.template))
        }
        for rule in plugin.manifest.files {
            guard case .template(let name) = rule.source, !tested.contains(name) else { continue }
            report(.warning, "untested", rule.place, "no test renders \(name)", "add a case to the render: list of a file in tests/")
        }
        for test in cases { lintRawConfig(test) }
        lintGoldenFiles(used: Set(cases.compactMap(\.golden)))
    }

    private mutating func lintRawConfig(_ test: PluginRenderCase) {
        for name in test.context["raw_config"]?.object?.keys ?? [] where !RawConfigParameters.isKnown(name) {
            report(
                .error, "unknown-parameter", test.place, "the test “\(test.name)” sets “\(name)”, which is no parameter",
                NearestName.of(name, among: RawConfigParameters.names).map { "did you mean “\($0)”?" } ?? "names of one's own begin with X_")
        }
        for line in test.context["lines"]?.array ?? [] {
            for name in line.object?.keys ?? [] where name != "position" && !name.hasPrefix("X_") && !RawConfigParameters.lineMembers.contains(name) {
                report(
                    .warning, "unknown-parameter", test.place, "the test “\(test.name)” gives a line “\(name)”, which lines do not have",
                    NearestName.of(name, among: Array(RawConfigParameters.lineMembers)).map { "did you mean “\($0)”?" } ?? "remove it")
            }
        }
    }

    private mutating func lintGoldenFiles(used: Set<String>) {
        let directory = plugin.directory + "/tests/golden"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return }
        for name in names.sorted() where !used.contains(directory + "/" + name) {
            report(.warning, "unused-golden", .init(file: directory + "/" + name), "no test names it", "remove it, or name it as golden: in a test")
        }
    }
}
