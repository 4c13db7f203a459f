// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import PhonePlugins
import PluginAuthoring
import Testing

/// Which plugins claim a device, and files for devices without a server.
@Suite("Explaining and rendering")
struct ExplanationTests {
    private func catalog(_ body: (PluginCatalog) throws -> Void) throws {
        try WorkFolder.with { folder in
            for name in ["acme-2", "acme-10", "other-1"] {
                _ = try PluginSkeleton(name: name, vendor: name.hasPrefix("acme") ? "Acme" : "Other", style: .xml).write(to: folder.path + "/" + name)
            }
            try body(PluginCatalog(plugins: AuthoringPlugins([folder.path]).plugins))
        }
    }

    @Test("Evidence, levels and the choice are told")
    func choice() throws {
        try catalog { catalog in
            let request = PhoneRequest(protocol: .http, path: "/00005e005301.xml", userAgent: "Acme A10 2.4.1 00:00:5e:00:53:01")
            let explanation = PluginExplanation(request, in: catalog)
            #expect(explanation.chosen?.plugin.text == "acme-10")
            #expect(explanation.claims.map(\.level) == [.exact, .exact])
            #expect(explanation.choice.contains("its id is the greatest"))
            #expect(explanation.file?.isTrigger == true)
            #expect(explanation.description.contains("acme-2: the user agent is like “Acme {model} {version} {mac}”"))
            #expect(explanation.json["device"]?["model"]?.string == "A10")
        }
    }

    @Test("What nobody knows is said to be unknown")
    func unknown() throws {
        try catalog { catalog in
            let explanation = PluginExplanation(PhoneRequest(protocol: .sip, userAgent: "Nobody 1"), in: catalog)
            #expect(explanation.chosen == nil)
            #expect(explanation.description.hasSuffix("the manufacturer is not known, so that no plugin is chosen\nNo plugin is chosen."))
        }
    }

    @Test("A file is rendered from documents")
    func rendering() throws {
        try catalog { catalog in
            let plugin = try #require(catalog["acme-2"])
            let device: JSONObject = ["mac": "00:00:5e:00:53:01", "model": "a20"]
            let config: JSONObject = ["id": "c", "raw_config": ["sip_lines": ["1": ["username": "ada<>"]]]]
            let file = DeviceFile(plugin: plugin, path: "00005e005301.xml", device: device, config: config, server: "192.0.2.9")
            let text = String(decoding: try file.bytes(), as: UTF8.self)
            #expect(text.contains("<user>ada&lt;&gt;</user>"))
            #expect(text.contains("http://192.0.2.9:8667"))
            #expect(try file.variables()["model"]?["name"]?.string == "A20")
            let other = DeviceFile(plugin: plugin, path: "/00005e005302.xml", device: device, config: config)
            let error = #expect(throws: AuthoringError.self) { try other.bytes() }
            #expect(error?.description.contains("00:00:5e:00:53:01") == true)
        }
    }
}
