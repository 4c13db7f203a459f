// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import Testing

@testable import PhonePlugins

@Suite("Manifests")
struct ManifestTests {
    @Test("A manifest is read with its models, patterns and rules")
    func reading() throws {
        let manifest = try Manifests.decode(Manifests.acme(extra: """
            description: {en: Acme phones, fr: Téléphones Acme}
            minimum_provd: 0.1.0
            default_model: one
            tables: {dtmf: {a: "0", b: 1, c: true, d: yes, e: 1.5, f: [x, null], default: x}}
            synchronise: {method: sip-notify, event: "check-sync;reboot=true"}
            parameters: {unsupported: {sccp_call_managers: SIP only}}
            ouis: ["00:15:65", 0015-66]
            """.replacing("0015-66", with: "\"001566\"")))
        #expect(manifest.id.text == "acme-1")
        #expect(manifest.model(named: "ac-1")?.name == "One")
        #expect(manifest.defaultModel?.name == "One")
        #expect(manifest.patterns.count == 2)
        #expect(manifest.files.map(\.isTrigger) == [true, false])
        #expect(manifest.files[1].scope == .common)
        #expect(manifest.ouis == [OUI("00:15:65"), OUI("00:15:66")].compactMap(\.self))
        #expect(manifest.synchronisation == .notify(event: "check-sync;reboot=true", body: nil))
        #expect(manifest.unsupportedParameters == ["sccp_call_managers": "SIP only"])
        #expect(manifest.tables["dtmf"] == ["a": "0", "b": 1, "c": true, "d": "yes", "e": 1.5, "f": ["x", nil], "default": "x"])
        #expect(manifest.description(locale: "fr_CA") == "Téléphones Acme")
        #expect(manifest.description(locale: "de_DE") == "Acme phones")
        #expect(manifest.description(locale: nil) == "Acme phones")
    }

    private static let faults: [(text: String, line: Int, column: Int, reason: String)] = [
        ("", 0, 0, "“id” is missing"),
        ("id: a b\nversion: 1\nvendor: V", 1, 5, "cannot name a plugin"),
        ("id: a\nvendor: V", 1, 1, "“version” is missing"),
        ("id: a\nversion: 1\nvendr: V", 3, 1, "“vendr” is no key here"),
        ("id: a\nversion: 1\nvendor: [V]", 3, 9, "a list where a text is expected"),
        ("id: a\nversion: 1\nvendor: V\nmodels: [x]", 4, 9, "a list where a mapping is expected"),
        ("id: a\nversion: 1\nvendor: V\nmodels:\n  A: {lines: many}", 5, 14, "is no number from"),
        ("id: a\nversion: 1\nvendor: V\nmodels:\n  A: {type: toaster}", 5, 13, "is not known here"),
        ("id: a\nversion: 1\nvendor: V\nmodels:\n  A: {}\n  B: {aliases: [a]}", 5, 3, "names both"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - user_agent: \"V {modell}\"", 6, 19, "is no placeholder"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - user_agent: \"V {model}\"", 6, 7, "without a sample"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - path: \"{mac}\"\n      samples: [{text: x}]", 6, 13, "does not begin with a slash"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  tftp:\n    - user_agent: x", 6, 7, "is no key here"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - user_agent: x\n      path: /x", 6, 7, "2 patterns in one entry"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - {path: /x, oui: [\"00:15:65\"], claims: {vendor: V}, samples: [{text: /x}]}", 6, 14, "“oui” needs"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - {path: /x, claims: {vendor: \"{mac}\"}, samples: [{text: /x}]}", 6, 35, "does not capture"),
        ("id: a\nversion: 1\nvendor: V\npatterns:\n  http:\n    - {path: /x, samples: [{text: /x}]}", 6, 7, "tells nothing"),
        ("id: a\nversion: 1\nvendor: V\nouis: [zz]", 4, 8, "is no prefix"),
        ("id: a\nversion: 1\nvendor: V\nsupport: [{level: best}]", 4, 19, "is no level"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x}]", 4, 9, "needs one source"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, static: ../x}]", 4, 28, "is no path within the plugin"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, template: x}]", 4, 9, "“format” is missing"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, static: x, format: xml}]", 4, 39, "only for templates"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, directory: x}]", 4, 16, "has no {path}"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, static: x, protocols: [sip]}]", 4, 43, "not served by sip"),
        ("id: a\nversion: 1\nvendor: V\nfiles: [{path: /x, static: x, media_type: text}]", 4, 43, "no media type"),
        ("id: a\nversion: 1\nvendor: V\ntables: {x: 1}", 4, 13, "is a text"),
        ("id: a\nversion: 1\nvendor: V\nsynchronise: {method: magic}", 4, 23, "is no method"),
        ("id: a\nversion: 1\nvendor: V\ndefault_model: X", 4, 16, "not in the models table"),
        ("id: a\nid: b", 1, 1, "written twice"),
        ("id: [a", 0, 0, "not YAML"),
        ("id: \"a", 1, 5, "does not end on its line"),
    ]

    @Test("A fault is reported with its place, and with what to do", arguments: faults)
    func faultsHavePlaces(_ fault: (text: String, line: Int, column: Int, reason: String)) {
        let problem = #expect(throws: PluginProblem.self) { try Manifests.decode(fault.text) }
        #expect(problem?.reason.contains(fault.reason) == true, "\(problem?.description ?? "")")
        #expect(problem?.remedy.isEmpty == false)
        if fault.line > 0 {
            #expect(problem?.place == .init(file: "plugin.yml", line: fault.line, column: fault.column), "\(problem?.description ?? "")")
        }
    }

    @Test("A misspelt key is answered with the nearest known one")
    func misspelling() {
        let problem = #expect(throws: PluginProblem.self) { try Manifests.decode("id: a\nmodel: {}") }
        #expect(problem?.remedy.hasPrefix("did you mean “models”?") == true)
    }

    @Test("The family's fragment lies under the manifest")
    func merging() throws {
        let manifest = try Manifests.decode(
            """
            id: a
            version: 2
            vendor: V
            models: {A: {lines: 2}}
            tables: {t: {x: own, list: [1]}}
            files: [{path: /own, static: own}]
            """,
            common: """
                vendor: W
                models: {A: {lines: 1, function_keys: 3}, B: {}}
                tables: {t: {x: common, y: common, list: [2]}, u: {}}
                files: [{path: /common, static: common}]
                """)
        #expect(manifest.vendor == "V")
        #expect(manifest.models.map(\.name) == ["A", "B"])
        #expect(manifest.models[0].lines == 2)
        #expect(manifest.models[0].functionKeys == 3)
        #expect(manifest.tables["t"] == ["x": "own", "list": [1], "y": "common"])
        #expect(manifest.files.map(\.path.text) == ["/own", "/common"])
    }

    @Test("A fault in the fragment is reported in its own file")
    func faultInFragment() {
        let problem = #expect(throws: PluginProblem.self) { try Manifests.decode("id: a\nversion: 1\nvendor: V", common: "vendor: V\nmodells: {}") }
        #expect(problem?.place == .init(file: "common.yml", line: 2, column: 1))
    }

    @Test("Too much of anything is refused")
    func limits() {
        let models = "id: a\nversion: 1\nvendor: V\nmodels:\n" + (0...PluginLimits.models).map { "  M\($0): {}\n" }.joined()
        #expect(throws: PluginProblem.self) { try Manifests.decode(models) }
        #expect(throws: PluginProblem.self) { try Manifests.decode(String(repeating: "#", count: PluginLimits.manifestBytes + 1)) }
        #expect(throws: PluginProblem.self) {
            try Manifests.decode("x: [" + String(repeating: "a,", count: PluginLimits.manifestNodes + 1) + "a]")
        }
    }

    @Test("Damaged manifests never end in a trap", arguments: 0..<200)
    func damage(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(Manifests.acme().utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: position)
            default: bytes.insert("[]{}:-\"'# \n".utf8.randomElement(using: &random) ?? 0, at: position)
            }
        }
        _ = try? Manifests.decode(String(decoding: bytes, as: UTF8.self))
    }

    @Test("Ids are bounded and ordered as people read them")
    func ids() throws {
        #expect(PluginID("") == nil)
        #expect(PluginID("..") == nil)
        #expect(PluginID("a/b") == nil)
        #expect(PluginID(String(repeating: "a", count: 65)) == nil)
        #expect(try #require(PluginID("acme-9")) < #require(PluginID("acme-10")))
    }
}
