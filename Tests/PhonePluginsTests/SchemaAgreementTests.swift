// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import PhonePlugins

/// The published schema and the loader say the same of a manifest.
@Suite("Schema and loader")
struct SchemaAgreementTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Manifests that are right, by what is added to a small one.
    private static let right = [
        "", "minimum_provd: 0.1.0", "description: {en: Phones, fr_CA: Téléphones}", "default_model: one", "ouis: [\"00:15:65\", 001565, \"00-15-65\"]",
        "support: [{model: listed, version: listed, level: exact}, {model: \"SPA{number}\", level: 550}, {level: none}]",
        "tables: {a: {b: c, d: 1}}", "parameters: {unsupported: {ip: no}}", "synchronise: {method: none}",
        "synchronise: {method: sip-notify, event: x, body: [\"a={$call_id}\"]}", "synchronise: {method: sip-notify, event: x, body: [a], content_type: text/plain}",
        "synchronise: {method: sip-notify, event: check-sync;reboot=false}", "synchronise: {method: http-action, path: \"/x?a=b\"}",
        "synchronise: {method: http-action, path: /x, verb: post, scheme: https, port: 443, credentials: admin, body: \"a=b\", content_type: text/plain}",
        "phonebook: {vendor: acme, entry: lookup, query: \"term=#SEARCH\"}", "tftp: {options: [], maximum_block_size: 512, maximum_window_size: 4}", "tftp: {}",
        "uploads: [{path: \"/{mac}.log\", methods: [put], maximum_size: 10, case: insensitive}]",
        "firmware_packages: [{id: a, version: 1, files: [{name: a.zip, size: 5, sha1: \(String(repeating: "a", count: 40)), url: \"https://x/y\"}], place: [{unpack: zip, members: [\"*.rom\"], to: firmware/}, {unpack: 7z, members: [a.rom], to: firmware/, as: b.rom}]}]",
        "firmware_packages: [{id: a, version: 1, description: Text, files: [{name: a.zip, size: 5, sha256: \(String(repeating: "A", count: 64))}]}]",
    ]

    /// Manifests that are wrong, likewise.
    private static let wrong = [
        "color: red", "description: text", "description: {EN: x}", "ouis: [\"00:15\"]", "ouis: text", "support: [{model: listed}]",
        "support: [{level: best}]", "support: [{level: 700}]", "support: [{level: exact, modell: x}]", "tables: {a: text}", "tables: {a: [1]}",
        "parameters: {unsupported: {ip: \"\"}}", "parameters: {mapped: {ip: x}}", "synchronise: {}", "synchronise: {method: telnet}",
        "synchronise: {method: sip-notify, event: x, content_type: text/plain}", "synchronise: {method: sip-notify, event: x, body: a}",
        "synchronise: {method: sip-notify}", "synchronise: {method: none, event: x}", "synchronise: {method: sip-notify, event: x, path: /x}",
        "synchronise: {method: http-action}", "synchronise: {method: http-action, path: x}", "synchronise: {method: http-action, path: /x, verb: put}",
        "synchronise: {method: http-action, path: /x, body: y}", "synchronise: {method: http-action, path: /x, verb: post, content_type: text/plain}",
        "synchronise: {method: http-action, path: /x, port: 0}", "synchronise: {method: sip-notify, event: \"é\"}", "phonebook: {entry: x}",
        "phonebook: {vendor: a/b}", "phonebook: {vendor: a, query: \"é\"}", "tftp: {options: [multicast]}", "tftp: {maximum_block_size: 7}",
        "tftp: {maximum_window_size: 65536}", "uploads: [{maximum_size: 1}]", "uploads: [{path: x}]", "uploads: [{path: /x, methods: [get]}]",
        "uploads: [{path: /x, maximum_size: 0}]", "uploads: [{path: /x, maximum_size: 67108865}]",
        "firmware_packages: [{id: a, version: 1}]", "firmware_packages: [{id: a, version: 1, files: [{name: a, size: 1}]}]",
        "firmware_packages: [{id: a, version: 1, files: [{name: a/b, size: 1, sha1: \(String(repeating: "a", count: 40))}]}]",
        "firmware_packages: [{id: a, version: 1, files: [{name: a, size: 1, sha1: abc}]}]",
        "firmware_packages: [{id: a, version: 1, files: [{name: a, size: 1, sha1: \(String(repeating: "a", count: 40)), url: \"ftp://x\"}]}]",
        "firmware_packages: [{id: a, version: 1, files: [], place: [{members: [\"*\"], to: firmware}]}]",
        "firmware_packages: [{id: a, version: 1, files: [], place: [{members: [\"*\"], to: firmware/, as: a/b}]}]",
        "firmware_packages: [{id: a, version: 1, files: [], place: [{unpack: arj, members: [\"*\"], to: firmware/}]}]",
    ]

    /// Files lists, each right or wrong.
    private static let files: [(text: String, isRight: Bool)] = [
        ("{path: /a.cfg, template: a.j2, format: key-value}", true), ("{path: /a.cfg, template: a.j2, format: javascript, charset: iso-8859-1}", true),
        ("{path: /a.cfg, static: a.cfg, protocols: [tftp], case: insensitive}", true), ("{path: \"/{path}\", directory: a, scope: model}", true),
        ("{path: /a.cfg, static: a.cfg, post: true}", true), ("{path: /a.cfg, static: a.cfg, protocols: [http], post: false}", true),
        ("{path: /a.cfg, static: a.cfg, post: both}", false),
        ("{path: /a.cfg, template: a.j2}", false), ("{path: /a.cfg}", false), ("{template: a.j2, format: xml}", false),
        ("{path: a.cfg, static: a}", false), ("{path: /a.cfg, static: ../a}", false), ("{path: /a.cfg, static: a, format: xml}", false),
        ("{path: /a.cfg, static: a, charset: utf-8}", false), ("{path: /a.cfg, template: a.j2, static: a, format: xml}", false),
        ("{path: /a.cfg, template: a.j2, format: yaml}", false), ("{path: /a.cfg, template: a.j2, format: xml, charset: utf-16}", false),
        ("{path: /a.cfg, static: a, media_type: text}", false), ("{path: /a.cfg, static: a, protocols: [sip]}", false),
        ("{path: /a.cfg, static: a, protocols: []}", false), ("{path: /a.cfg, static: a, scope: site}", false), ("{path: /a.cfg, static: a, trigger: yes}", false),
        ("{path: /a.cfg, static: a, sensitiv: true}", false),
    ]

    /// Models and patterns, each right or wrong.
    private static let entries: [(old: String, new: String, isRight: Bool)] = [
        ("lines: 2, ", "lines: 2, type: dect, protocol: sccp, expansion_modules: 0, data: {x: [1, {y: 2}]}, ", true), ("lines: 2, ", "lines: two, ", false),
        ("lines: 2, ", "lines: -1, ", false), ("lines: 2, ", "type: phone, ", false), ("lines: 2, ", "colour: red, ", false),
        ("lines: 2, ", "lines: 10001, ", false), ("claims: {vendor: Acme}", "claims: {brand: Acme}", false), ("claims: {vendor: Acme}", "claim: {vendor: Acme}", false),
        ("user_agent: \"Acme", "useragent: \"Acme", false), ("oui: [\"00:00:00\"]", "oui: $ouis\n      case: upper", false),
        ("samples:\n        - {text: /000000000001.cfg, ", "samples:\n        - {", false), ("id: acme-1", "id: \"acme 1\"", false),
        ("id: acme-1\n", "", false), ("vendor: Acme\n", "vendor: \"\"\n", false),
    ]

    private static func manifest(_ extra: String) -> String { Manifests.acme(extra: extra) }

    /// All manifests with what they are.
    private static let documents: [(text: String, isRight: Bool)] = {
        var documents = right.map { (text: manifest($0), isRight: true) } + wrong.map { (text: manifest($0), isRight: false) }
        for entry in files {
            let text = manifest("").replacing("\nfiles:\n", with: "\nfiles:\n  - \(entry.text)\n")
            documents.append((text: text, isRight: entry.isRight))
        }
        for entry in entries {
            documents.append((text: manifest("").replacing(entry.old, with: entry.new, maxReplacements: 1), isRight: entry.isRight))
        }
        return documents
    }()

    @Test("The loader accepts what is right and refuses what is wrong")
    func loader() {
        for document in Self.documents {
            let problem: PluginProblem?
            do {
                _ = try Manifests.decode(document.text)
                problem = nil
            } catch {
                problem = error
            }
            #expect((problem == nil) == document.isRight, "\(problem.map(\.description) ?? "accepted"): \(document.text)")
        }
    }

    @Test("The schema says the same")
    func schema() throws {
        var files: [String: String] = [:]
        for (number, document) in Self.documents.enumerated() { files["\(number)/plugin.yml"] = document.text }
        try PluginFolder.with(files) { folder in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let paths = Self.documents.indices.map { "\(folder.path)/\($0)/plugin.yml" }
            process.arguments = [
                "python3", Self.repository + "/scripts/check-plugin-schema", Self.repository + "/plugins/plugin.schema.json",
            ] + paths
            let output = Pipe()
            process.standardOutput = output
            do { try process.run() } catch { return }
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            // 77 and 127: Python or its packages are not installed.
            guard ![77, 127].contains(process.terminationStatus) else { return }
            for (number, document) in Self.documents.enumerated() {
                let isAccepted = !text.contains("\(folder.path)/\(number)/plugin.yml: ")
                #expect(isAccepted == document.isRight, "the schema \(isAccepted ? "accepts" : "refuses") document \(number):\n\(document.text)")
            }
        }
    }
}
