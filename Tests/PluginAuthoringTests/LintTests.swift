// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import PhonePlugins
import PluginAuthoring
import Testing

/// What lint finds in plugins that were good until one thing was changed.
@Suite("Lint")
struct LintTests {
    /// Makes a plugin without findings, changes it, and tells what is found, as `rule: reason`.
    private func findings(_ change: (WorkFolder) throws -> Void) throws -> [String] {
        try WorkFolder.with { folder in
            _ = try PluginSkeleton(name: "acme-2", style: .keyValue).write(to: folder.path + "/p")
            try change(WorkFolder(path: folder.path + "/p"))
            return PluginLinter.lint([folder.path + "/p"]).map { "\($0.rule): \($0.reason)" }
        }
    }

    private func manifest(_ old: String, _ new: String) throws -> [String] {
        try findings { folder in
            let text = try folder.read("plugin.yml")
            #expect(text.contains(old))
            try folder.write("plugin.yml", text.replacing(old, with: new, maxReplacements: 1))
        }
    }

    private func template(adding text: String) throws -> [String] {
        try findings { folder in try folder.write("templates/device.cfg.j2", folder.read("templates/device.cfg.j2") + text) }
            // What is written no longer matches the golden files; that is for the tests to say.
            .filter { !$0.hasPrefix("unused-golden") }
    }

    @Test("Variables, parameters, members and tables that do not exist are found, with what was meant", arguments: [
        ("{{ admin_pasword }}", "unknown-variable: there is no variable “admin_pasword”"),
        ("{{ raw_config.sip_proxi_ip }}", "unknown-variable: there is no parameter “sip_proxi_ip”"),
        ("{{ model.color }}", "unknown-variable: there is no member of model “color”"),
        ("{{ device.macc }}", "unknown-variable: there is no member of device “macc”"),
        ("{% for l in lines %}{{ l.usrname }}{% endfor %}", "unknown-variable: there is no member of lines “usrname”"),
        ("{{ time_zone.dst_start.day }}", "unknown-variable: there is no member of time_zone.dst_start “day”"),
        ("{{ tables.nope.x }}", "unknown-variable: there is no table “nope”"),
        ("{{ 1 | from_table('nope') }}", "unknown-table: there is no table “nope”"),
        ("{% include 'nope.j2' %}", "missing-template: there is no template “nope.j2”"),
        ("{{ admin_password | safe }}", "escaping: “safe” takes the escaping away"),
        ("{% autoescape false %}{% endautoescape %}", "escaping: the template switches escaping itself"),
        ("{{ dns_ip }}", "parameters: the parameter dns_ip is said to be unsupported, yet a template uses it"),
    ])
    func templates(text: String, expected: String) throws {
        #expect(try template(adding: text) == [expected])
    }

    @Test("What is the author's own, or set by the template, is no finding", arguments: [
        "{{ X_mine }}{{ raw_config.X_mine }}{{ device.X_mine }}{{ device.options.switchboard }}",
        "{% set x = 1 %}{{ x }}{% for k, v in sip_lines.items() %}{{ v.anything }}{% endfor %}{% macro f(y) %}{{ y }}{{ x }}{% endmacro %}",
        "{% for line in lines %}{{ loop.index }}{{ line.position }}{% endfor %}{{ stored['x'] }}{{ 'firmware/x' in stored }}",
    ])
    func fine(text: String) throws { #expect(try template(adding: text) == []) }

    @Test("An included template sees what the including one sets")
    func includes() throws {
        let found = try findings { folder in
            try folder.write("templates/device.cfg.j2", folder.read("templates/device.cfg.j2") + "{% set n = 1 %}{% include 'part.j2' %}")
            try folder.write("templates/part.j2", "# {{ n }}{{ unknown_thing }}")
        }
        #expect(found == ["unknown-variable: there is no variable “unknown_thing”"])
    }

    @Test("What the manifest forgets or says twice is found", arguments: [
        ("lines: 2, function_keys: 8, ", "", ["capabilities: the model A10 says nothing of lines, function_keys"]),
        ("    sensitive: true\n", "", ["sensitive: the template device.cfg.j2 writes passwords or keys, and the rule does not say so"]),
        ("    trigger: true\n", "", ["trigger: no file is the trigger"]),
        ("minimum_provd: 0.1.0\n", "", ["minimum-provd: no minimum_provd"]),
        ("tables:\n", "tables:\n  spare: {a: b}\n", ["unused-table: no template uses the table spare"]),
        ("      oui: $ouis\n", "", ["oui: phones of other manufacturers ask for files like “/{mac:lower}.cfg” too"]),
        ("    ip: not mapped yet\n", "", ["parameters: no template uses the parameter ip"]),
        ("    sip_lines.dtmf_mode: not mapped yet\n", "", ["parameters: no template reads sip_lines.dtmf_mode"]),
        (
            "    ip: not mapped yet\n", "    ip: no\n    sip_lines.username: no\n",
            ["parameters: sip_lines.username is said to be unsupported, yet a template reads “username”"]
        ),
        ("    ip: not mapped yet\n", "    ip: no\n    ipp: no\n", ["parameters: parameters: unsupported: there is no parameter “ipp”"]),
        ("format: key-value", "format: none", ["escaping: values in “/{mac:lower}.cfg” are not escaped"]),
        ("media_type: text/plain\n    format: key-value", "media_type: application/octet-stream\n    charset: iso-8859-1\n    format: none", []),
        ("scope: device", "scope: common", nil),
        (
            "files:\n", "files:\n  - {path: \"/{name=word}.cfg\", template: device.cfg.j2, format: key-value, sensitive: true}\n", nil
        ),
    ])
    func manifests(old: String, new: String, expected: [String]?) throws {
        let found = try manifest(old, new)
        if let expected {
            #expect(found.filter { !$0.hasPrefix("unused-golden") } == expected)
        } else {
            let rule = new.contains("common") ? "scope: " : "shadowed-rule: “/{mac:lower}.cfg” is never reached: “/{name=word}.cfg” at "
            #expect(found.contains { $0.hasPrefix(rule) }, "\(found)")
        }
    }

    @Test("Files and templates that nobody gets are found")
    func unused() throws {
        let found = try findings { folder in
            try folder.write("templates/old.j2", "x")
            try folder.write("files/logo.bmp", "x")
            try folder.write("tests/golden/old.cfg", "x")
        }
        #expect(
            found == [
                "unused-file: no file rule serves it", "unused-template: no file rule and no other template uses it",
                "unused-golden: no test names it",
            ].sorted { left, right in order(left) < order(right) })
        func order(_ text: String) -> Int { text.contains("file rule serves") ? 0 : text.contains("template") ? 1 : 2 }
    }

    @Test("A plugin that cannot be loaded is one finding with its place")
    func broken() throws {
        try WorkFolder.with(["p/plugin.yml": "id: x\nversion: 1\nvendor: X\nmodells: {}\n"]) { folder in
            let found = PluginLinter.lint([folder.path + "/p"])
            #expect(found.count == 1)
            #expect(found.first?.place.line == 4)
            #expect(found.first?.json["remedy"]?.string?.contains("models") == true)
        }
    }

    @Test("The plugins that are shipped are without findings, all together and by manufacturer")
    func shipped() throws {
        #expect(PluginLinter.lint([repository + "/plugins"]).map(\.description) == [])
        // Somebody who writes a plugin looks at one manufacturer.
        for vendor in try FileManager.default.contentsOfDirectory(atPath: repository + "/plugins").sorted() where !vendor.contains(".") {
            let loaded = AuthoringPlugins(["\(repository)/plugins/\(vendor)"])
            #expect(!loaded.plugins.isEmpty && loaded.problems.isEmpty, "\(vendor): \(loaded.problems)")
        }
    }
}
