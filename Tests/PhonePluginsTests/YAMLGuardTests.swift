// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import PhonePlugins

@Suite("Hostile YAML")
struct YAMLGuardTests {
    private func check(_ text: String) throws {
        var yamlGuard = YAMLGuard(Array(text.utf8), file: "t.yml")
        try yamlGuard.check()
    }

    private static let deepTexts: [String] = [
        String(repeating: "[", count: 100_000),
        "a: " + String(repeating: "{a: ", count: 1000),
        String(repeating: "- ", count: 100_000) + "a",
        String(repeating: "? ", count: 1000) + "a",
        (0..<1000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        String(repeating: "[\"]\", ", count: 1000),
        String(repeating: "['a''b]', ", count: 1000),
        String(repeating: "[a, # ]]\n", count: 1000),
        "--- " + String(repeating: "[", count: 1000),
        "a:\r" + String(repeating: "[", count: 1000),
        "a:\u{85}" + String(repeating: "[", count: 1000),
        "a:\u{2028}" + String(repeating: "[", count: 1000),
        String(repeating: "[a,#]]\n", count: 1000),
        String(repeating: "[a 'b]',\n", count: 1000),
        String(repeating: "[&a \"]\", ", count: 1000),
        "!x " + String(repeating: "[", count: 1000),
        "a: &b [1]\nc: [*b, *b]",
        "%YAML 1.1\n--- " + String(repeating: "[", count: 1000),
        "- ? " + String(repeating: "[", count: 1000),
        "\"a\": " + String(repeating: "[", count: 1000),
        "\"a\" : " + String(repeating: "[\n", count: 1000),
        "? \"a\"\n: " + String(repeating: "[\n", count: 1000),
    ]

    @Test("Deep nesting is refused before it is read", arguments: deepTexts)
    func deep(_ text: String) {
        #expect(throws: PluginProblem.self) { try check(text) }
    }

    @Test("What manifests contain is allowed", arguments: [
        "a: \"Yealink SIP-{model} {version} {mac}\"\nb: {c: [1, 2], d: \"x]\"}  # {{{ a comment\n",
        "a: it's {plain} text\nb: it's too",
        "- {text: 'it''s', gives: {mac: \"00:15:65:0a:bb:cc\"}}\n- x",
        "a:\r\n  - b\r\n",
        "description: {en: Phones with firmware 86, fr: Téléphones}\n",
        "models:\n  T46S: {version: 66.86.0.15,\n    data: {firmware: T46S.rom}}\n",
    ])
    func usual(_ text: String) throws {
        try check(text)
    }

    @Test("Random texts are read or refused, never trapped", arguments: 0..<300)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("[]{}'\"#:,-? \n\r\tab&*!|>%\u{85}")
        let text = String((0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? " " })
        _ = try? ManifestReader.read(Array(text.utf8), file: "t.yml")
        let bytes = (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = try? ManifestReader.read(bytes, file: "t.yml")
    }
}
