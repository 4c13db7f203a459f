// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
public import PhonePlugins

/// Writes the rendering tests of plugins as JSON files, so that another engine can render the same templates with the same variables.
public enum RenderCaseExport {
    /// Writes one file for each test: `<plugin>-<number>.json`.
    ///
    /// - Returns: How many were written.
    public static func write(_ plugin: Plugin, to directory: String, zones: AuthoringTimeZones = AuthoringTimeZones()) throws(AuthoringError) -> Int {
        let cases = PluginTestRunner.renderCases(of: plugin) { zones.zone(named: $0) }
        for (number, test) in cases.enumerated() {
            let document: JSONValue = [
                "plugin": .string(plugin.id.text), "name": .string(test.name), "place": .string(test.place.description),
                "template": .string(test.template), "templates": .array(plugin.templateDirectories.map(JSONValue.string)),
                "format": .string(test.rule.format.rawValue), "charset": .string(test.rule.charset.rawValue),
                "golden": test.golden.map(JSONValue.string) ?? .null, "fails": .bool(test.mustFail), "context": test.context,
            ]
            try TextFile.write(document.serialized(), to: "\(directory)/\(plugin.id)-\(number + 1).json")
        }
        return cases.count
    }
}
