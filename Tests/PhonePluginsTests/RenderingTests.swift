// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import Jinja
import NetTypes
import Testing

@testable import PhonePlugins

@Suite("Rendering")
struct RenderingTests {
    /// Renders a template of a one-file plugin.
    private func render(
        _ template: String, rule: String = "format: key-value", device: JSONObject = ["model": "One", "mac": "00:00:00:aa:bb:cc"],
        raw: JSONObject = [:], extra: [String: String] = [:], manifest: String = ""
    ) throws -> RenderedFile {
        let plugin = """
            id: acme-1
            version: 1.0.0
            vendor: Acme
            models: {One: {version: 1.2.3, lines: 2, data: {firmware: one.rom}}}
            tables: {dtmf: {inband: "0", default: "9"}, level: {1: one}}
            files: [{path: /f.cfg, template: f.j2, \(rule)}]
            \(manifest)
            """
        let files = ["a/plugin.yml": plugin, "a/templates/f.j2": template, "a/files/firmware/one.rom": "ROM"].merging(extra) { $1 }
        return try PluginFolder.with(files) { folder in
            let surroundings = PluginSurroundings(templates: folder.path + "/own")
            let (catalog, problems) = PluginCatalog.load(directory: folder.path + "/a", surroundings: surroundings)
            #expect(problems.map(\.description) == [])
            let loaded = try #require(catalog["acme-1"])
            let match = try #require(loaded.file(forPath: "/f.cfg", protocol: .http))
            return try loaded.render(
                match,
                context: RenderContext(
                    device: device, rawConfig: raw, request: .init(protocol: .http, server: "192.0.2.1", path: "/f.cfg", userAgent: "UA"),
                    timeZone: SampleTimeZones.zone))
        }
    }

    private func text(_ template: String, rule: String = "format: key-value", raw: JSONObject = [:]) throws -> String {
        String(decoding: try render(template, rule: rule, raw: raw).bytes, as: UTF8.self)
    }

    @Test("A template sees the device, its model, its configuration and the request")
    func variables() throws {
        let template = """
            {{ device.mac }} {{ device.mac_compact }} {{ device.mac_upper }} {{ device.vendor }}
            {{ model.name }} {{ model.lines }} {{ model.firmware }} {{ 'firmware/one.rom' in stored }} {{ 'x' in stored }}
            {{ plugin.id }} {{ request.protocol }} {{ request.server }} {{ request.user_agent }} {{ language }} {{ territory }}
            {{ time_zone.offset_minutes }} {{ time_zone.dst_start.month }} {{ time_zone.dst_end.weekday_iso }} {{ raw_config.locale }}
            """
        let file = try render(template, raw: ["locale": "fr_CA", "timezone": "Europe/Paris"])
        #expect(String(decoding: file.bytes, as: UTF8.self) == """
            00:00:00:aa:bb:cc 000000aabbcc 000000AABBCC Acme
            One 2 one.rom True False
            acme-1 http 192.0.2.1 UA fr CA
            60 3 7 fr_CA
            """)
        #expect(file.contentType == "text/plain; charset=utf-8")
    }

    @Test("Lines and function keys come in the order of their numbers, whatever that of the document")
    func order() throws {
        let raw: JSONObject = [
            "sip_lines": ["10": ["username": "j"], "2": ["username": "b"], "x": ["username": "no"], "1": nil],
            "funckeys": ["03": ["type": "blf", "line": "1"], "1": ["type": "park"]],
        ]
        #expect(try text("{% for l in lines %}{{ l.position }}{{ l.username }} {% endfor %}", raw: raw) == "2b 10j ")
        #expect(try text("{{ sip_lines['2'].auth_username }}{{ sip_lines['3'] is defined }}", raw: raw) == "bFalse")
        #expect(try text("{% for k in function_keys %}{{ k.position }}{{ k.type }}{{ k.line is number }} {% endfor %}", raw: raw) == "1parkFalse 3blfTrue ")
    }

    @Test("Defaults fill what is absent, and a null takes them away")
    func defaults() throws {
        #expect(try text("{{ sip_transport }} {{ sip_srtp_mode }} {{ lines|length }} {{ syslog_port is defined }}") == "udp disabled 0 False")
        #expect(try text("{{ syslog_port }} {{ syslog_level }}", raw: ["syslog_enabled": "yes"]) == "514 warning")
        #expect(try text("{{ sip_transport is defined }}", raw: ["sip_transport": nil]) == "False")
        #expect(try text("{{ sip_registrar_ip }}", raw: ["sip_proxy_ip": "192.0.2.9"]) == "192.0.2.9")
        let line: JSONObject = ["sip_lines": ["1": ["proxy_ip": "p", "username": "u", "auth_username": nil]]]
        #expect(try text("{{ lines[0].registrar_ip }} {{ lines[0].auth_username is defined }}", raw: line) == "p False")
    }

    @Test("Values have the type of their parameter, and empty ones are absent")
    func types() throws {
        let raw: JSONObject = [
            "vlan_id": "20", "vlan_priority": 5.0, "ntp_enabled": "on", "dns_enabled": 0, "admin_password": 1234, "ntp_ip": "", "vlan_pc_port_id": "x",
            "X_list": [1, nil, ["a": true]],
        ]
        #expect(try text("{{ vlan_id + 1 }} {{ vlan_priority }} {{ vlan_pc_port_id is defined }}", raw: raw) == "21 5 False")
        #expect(try text("{{ ntp_enabled is true }} {{ dns_enabled is false }} {{ admin_password is string }} {{ ntp_ip is defined }}", raw: raw)
            == "True True True False")
        #expect(try text("{{ X_list[0] + 1 }} {{ X_list[1] is none }} {{ X_list[2].a }}", raw: raw) == "2 True True")
    }

    @Test("Tables give the entry of a value, else their default")
    func tables() throws {
        #expect(try text("{{ 'inband' | from_table('dtmf') }}{{ nothing | from_table('dtmf') }}{{ 1 | from_table('level') }}") == "09one")
        #expect(try text("{{ 2 | from_table('level') is defined }}") == "False")
        let error = #expect(throws: PluginRenderError.self) { try text("\n{{ 1 | from_table('nope') }}") }
        #expect(error?.line == 2 && error?.reason.contains("nope") == true)
    }

    @Test("A line of key = value cannot be broken out of", arguments: ["a\nb = c", "a\rb", "a\0", "a\u{7F}", "a\u{1B}[2J"])
    func keyValue(value: String) throws {
        let error = #expect(throws: PluginRenderError.self) {
            try text("# x\nname = {{ admin_password }}\n", raw: ["admin_password": .string(value)])
        }
        #expect(error?.code == .refusedValue)
        #expect(error?.template == "f.j2" && error?.line == 2 && error?.key == "name")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test("Values are escaped for the format of their file", arguments: [
        ("xml", "<a href=\"x\">&'</a>\t", "&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;\t"),
        ("html", "<b>", "&lt;b&gt;"),
        ("json", "\"\\\n\u{1}é", "\\\"\\\\\\n\\u0001é"),
        ("none", "<\"\n", "<\"\n"),
        ("key-value", "a=b;# \t'\"<é", "a=b;# \t'\"<é"),
    ])
    func escaping(format: String, value: String, expected: String) throws {
        let raw: JSONObject = ["admin_password": .string(value)]
        #expect(try text("{{ admin_password }}{% set x %}{{ admin_password }}{% endset %}|{{ x }}", rule: "format: \(format)", raw: raw)
            == "\(expected)|\(expected)")
    }

    @Test("XML refuses what it cannot hold")
    func xmlCharacters() {
        #expect(throws: PluginRenderError.self) { try text("{{ admin_password }}", rule: "format: xml", raw: ["admin_password": "a\u{1}"]) }
    }

    @Test("Characters that the encoding lacks are replaced as the format allows")
    func charset() throws {
        let raw: JSONObject = ["admin_password": "é€😀"]
        let xml = try render("{{ admin_password }}", rule: "format: xml, charset: iso-8859-1", raw: raw)
        #expect(xml.bytes == [0xE9] + Array("&#8364;&#128512;".utf8))
        #expect(xml.contentType.hasSuffix("charset=iso-8859-1"))
        #expect(try render("{{ admin_password }}", rule: "format: key-value, charset: iso-8859-1", raw: raw).bytes == [0xE9, 0x3F, 0x3F])
    }

    @Test("A model that is not listed gets the default model's entry, or no file")
    func unknownModel() throws {
        let error = #expect(throws: PluginRenderError.self) { try render("x", device: ["model": "Two"]) }
        #expect(error?.code == .unknownModel)
        #expect(try render("{{ model.name }}", device: ["model": "Two"], manifest: "default_model: One").bytes == Array("One".utf8))
        #expect(try render("{{ model is defined }}", rule: "format: none, scope: common", device: [:]).bytes == Array("False".utf8))
    }

    @Test("An administrator's template hides the plugin's, for all, for a model and for a device")
    func ownTemplates() throws {
        func rendered(_ extra: [String: String]) throws -> String {
            String(decoding: try render("{% block b %}stock{% endblock %}", extra: extra).bytes, as: UTF8.self)
        }
        #expect(try rendered([:]) == "stock")
        var own = ["own/acme-1/f.j2": "own"]
        #expect(try rendered(own) == "own")
        own["own/acme-1/models/One/f.j2"] = "model"
        #expect(try rendered(own) == "model")
        own["own/acme-1/devices/000000aabbcc/f.j2"] = "{% extends \"stock/f.j2\" %}{% block b %}device over {{ super() }}{% endblock %}"
        #expect(try rendered(own) == "device over stock")
    }

    @Test("A broken template keeps its plugin from loading; a broken own template is left out")
    func brokenTemplates() throws {
        let manifest = Manifests.acme()
        try PluginFolder.with(["a/plugin.yml": manifest, "a/templates/device.cfg.j2": "ok\n{% if %}"]) { folder in
            let (catalog, problems) = folder.load()
            #expect(catalog.plugins.isEmpty)
            #expect(problems.first?.place.file == folder.path + "/a/templates/device.cfg.j2")
            #expect(problems.first?.place.line == 2)
            #expect(problems.first?.plugin?.text == "acme-1")
        }
        try PluginFolder.with(["a/plugin.yml": manifest, "a/templates/device.cfg.j2": "ok", "own/acme-1/device.cfg.j2": "{{"]) { folder in
            let (catalog, problems) = PluginCatalog.load(
                directory: folder.path + "/a", surroundings: PluginSurroundings(templates: folder.path + "/own"))
            #expect(catalog.plugins.count == 1)
            #expect(problems.count == 1)
            #expect(problems.first?.remedy.contains("until then the plugin's own is used") == true)
        }
    }

    @Test("A template without end is stopped")
    func endless() {
        let error = #expect(throws: PluginRenderError.self) {
            try text("{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}")
        }
        #expect(error?.code == .limit)
    }
}
