// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import PhonePlugins

@Suite("Tests of plugins")
struct PluginTestRunnerTests {
    private func report(_ tests: String, files: [String: String] = [:], manifest: String = Manifests.acme()) throws -> PluginTestReport {
        let all = ["a/plugin.yml": manifest, "a/templates/device.cfg.j2": "name = {{ admin_username }}\nend\n", "a/tests/t.yml": tests]
        return try PluginFolder.with(all.merging(files) { $1 }) { folder in
            let (catalog, problems) = folder.load()
            #expect(problems.map(\.description) == [])
            return PluginTestRunner.run(try #require(catalog.plugins.first))
        }
    }

    /// The failures that are not about unmapped parameters, which a small manifest has many of.
    private func failures(_ report: PluginTestReport) -> [String] {
        report.failures.filter { !$0.name.hasPrefix("parameter ") }.map { "\($0.place.line) \($0.name): \($0.message)" }
    }

    @Test("Right expectations pass")
    func passing() throws {
        let report = try report(
            """
            identify:
              - request: {protocol: http, path: /000000aabbcc.cfg, user_agent: "Acme One 1.2.3 00:00:00:aa:bb:cc"}
                is: {vendor: Acme, model: One, version: 1.2.3, mac: "00:00:00:aa:bb:cc"}
                level: exact
              - {request: {protocol: http, path: /x}, is: {}, level: unknown}
            render:
              - name: small
                file: /000000aabbcc.cfg
                device: {mac: "00:00:00:aa:bb:cc", model: One}
                raw_config: {admin_username: é}
                contains: ["name = é"]
                lacks: [password]
                golden: golden/small.cfg
              - {name: refused, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}, raw_config: {admin_username: "a\\nb"}, fails: true}
            """, files: ["a/tests/golden/small.cfg": "name = é\nend"])
        #expect(failures(report) == [])
        #expect(report.count > 6)
    }

    @Test("Wrong expectations are reported with what is there instead")
    func failing() throws {
        let report = try report(
            """
            identify:
              - {request: {protocol: http, path: /000000aabbcc.cfg}, is: {vendor: Other}}
              - {request: {protocol: http, path: /000000aabbcc.cfg}, is: {vendor: Acme, mac: "00:00:00:aa:bb:cc"}, level: exact}
            render:
              - {name: g, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}, raw_config: {admin_username: x}, golden: g.cfg}
              - {name: c, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}, contains: [nope]}
              - {name: f, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}, fails: true}
              - {name: other, file: /000000aabbcd.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}}
              - {name: u, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: Two}}
              - {name: outside, file: /000000aabbcc.cfg, device: {mac: "00:00:00:aa:bb:cc", model: One}, golden: ../../x}
              - {nam: x}
            """, files: ["a/tests/g.cfg": "name = y\nend"])
        let found = failures(report)
        #expect(found.count == 9)
        #expect(found.first == "2 identify http /000000aabbcc.cfg: it gives vendor Acme, mac 00:00:00:aa:bb:cc, not vendor Other")
        #expect(found.contains { $0.hasSuffix("its level is probable, not exact") })
        #expect(found.contains { $0.hasSuffix("a/tests/g.cfg\n+++ rendered\n@@ -1 +1 @@\n-name = y\n+name = x\n end") })
        #expect(found.contains { $0.hasSuffix("it lacks “nope”") })
        #expect(found.contains { $0.hasSuffix("it was rendered, although it must be refused") })
        #expect(found.contains { $0.hasSuffix("no file rule serves /000000aabbcd.cfg") })
        #expect(found.contains { $0.contains("the model “Two” is not one of the plugin's") })
        #expect(!report.hasPassed)
        #expect(report.description.hasPrefix("acme-1: "))
    }

    @Test("A sample that its pattern does not match, or that gives something else, fails")
    func samples() throws {
        let manifest = Manifests.acme().replacing("text: /000000000001.cfg", with: "text: /00000000001.cfg").replacing("model: One,", with: "model: Won,")
        let found = failures(try report("", manifest: manifest))
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("not vendor Acme, model Won") })
        #expect(found.contains { $0.contains("does not match it") })
    }

    @Test("A parameter is used by a template or said to be unsupported, with a reason")
    func parameters() throws {
        let manifest = Manifests.acme(extra: "parameters: {unsupported: {sip_lines: no, admin_username: no, nonsense: no}}")
        let found = try report("", manifest: manifest).failures.filter { $0.name.hasPrefix("parameter ") }
        #expect(!found.contains { $0.name == "parameter sip_lines" })
        #expect(found.contains { $0.name == "parameter admin_username" && $0.message.contains("yet a template uses it") })
        #expect(found.contains { $0.name == "parameter nonsense" && $0.message == "there is no such parameter" })
        #expect(found.contains { $0.name == "parameter vlan_id" && $0.message.hasPrefix("no template uses it") })
    }
}
