// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText
import Testing

@testable import PhonePlugins

/// Plugins made to exhaust the process: each is refused with what to do, and the others serve.
@Suite("Hostile plugins")
struct HostilePluginTests {
    private static let phone: JSONObject = ["mac": "00:00:00:00:00:01", "model": "One"]

    @Test(
        "A template that would not end, or would fill the memory, is stopped",
        arguments: [
            "{% for i in range(1000000000) %}x{% endfor %}", "{% for i in range(30000) %}{% for j in range(30000) %}{% endfor %}{% endfor %}",
            "{% set x = 'a' * 100000 %}{% for i in range(11000) %}{{ x }}{% endfor %}", "{% include 'device.cfg.j2' %}", "{% extends 'device.cfg.j2' %}",
            "{% include 'twice.j2' %}", "{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}",
            "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
            "{{ 'a' * 1000000000 }}", "{{ range(1000000000) | list | length }}", "{{ 'a' | center(1000000000) }}",
        ])
    func rendering(source: String) throws {
        let files = [
            "a/plugin.yml": Manifests.acme(), "a/templates/device.cfg.j2": source, "a/templates/twice.j2": "{% include 'twice.j2' %}{% include 'twice.j2' %}",
        ]
        try PluginFolder.with(files) { folder in
            let plugin = try #require(folder.load().catalog["acme-1"])
            let match = try #require(plugin.file(forPath: "/000000000001.cfg", protocol: .http))
            let context = RenderContext(device: Self.phone, rawConfig: [:], request: .init(protocol: .http, server: "192.0.2.1", path: "/"))
            let error = #expect(throws: PluginRenderError.self) { try plugin.render(match, context: context) }
            #expect(error?.code == .limit, "\(error.map(\.description) ?? "")")
            #expect(error?.remedy.contains("template") == true)
        }
    }

    @Test("Files of a gigabyte are refused without being read, and the other plugin serves")
    func gigabytes() throws {
        try PluginFolder.with(["good/plugin.yml": Manifests.acme(), "good/templates/device.cfg.j2": "a = 1"]) { folder in
            for name in ["manifest/plugin.yml", "template/templates/big.j2"] {
                try folder.write(name, "")
                // A file with a hole: it takes no room on the disk.
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/" + name))
                try handle.truncate(atOffset: 1 << 30)
                try handle.close()
            }
            try folder.write("template/plugin.yml", Manifests.acme(id: "acme-2"))
            let loaded = folder.load()
            #expect(loaded.catalog.plugins.map(\.id.text) == ["acme-1"])
            #expect(loaded.problems.count == 2)
            #expect(loaded.problems.allSatisfy { $0.reason.contains("bytes") })
        }
    }
}
