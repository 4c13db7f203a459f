// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import DHCPConfig

struct HostileYAMLTests {
    private func problems(_ text: String) -> String {
        do {
            _ = try YAMLLoader.load(text, file: "f.yml")
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("", "f.yml: error: the file is empty"),
        ("a: [", "f.yml:"),
        ("a: 1\na: 2", "given twice"),
        ("a: &x 1\nb: *x", "f.yml:2: error: YAML anchors and aliases"),
        ("a: |\n  '\nb: &x 1\nc: {\"d\":*x}", "f.yml:4: error: YAML anchors and aliases"),
        ("? [a]\n: 1", "a key of a mapping must be text"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: \u{1}", "f.yml"),
    ])
    func saysWhatIsWrong(_ text: String, _ message: String) {
        #expect(problems(text).contains(message), "\(problems(text))")
    }

    @Test func deepNestingIsRefusedBeforeItIsParsed() {
        #expect(problems(String(repeating: "[", count: 100_000)).contains("nested more than"))
        #expect(problems(String(repeating: "- ", count: 100_000) + "x").contains("nested more than"))
        #expect(problems(String(repeating: "{a: ", count: 5_000)).contains("nested more than"))
        // A quote that is none hides the brackets from the first look; the parser has a limit of its own.
        #expect(problems("a: |\n  '\nb: " + String(repeating: "[", count: 100_000)).contains("Maximum nesting level"))
        let indented = (0..<400).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(problems(indented).contains("nested more than"))
    }

    @Test func aliasBombsAreRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 { text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n" }
        #expect(problems(text).contains("anchors and aliases"))
    }

    @Test func largeFilesAreRefused() {
        #expect(problems(String(repeating: "# comment\n", count: 200_000)).contains("more than 1048576 bytes"))
        #expect(problems("[" + String(repeating: "1,", count: 300_000) + "]").contains("more than 100000 values"))
    }

    @Test func randomTextDoesNotCrash() {
        var random = SplitMix(seed: 7)
        let words = ["a", ":", " ", "\n", "- ", "[", "]", "{", "}", "\"", "'", "#", "&", "*", "|", ">", "?", "!", "%", "é", "\t", "\0"]
        for _ in 0..<1_000 {
            let text = (0..<random.next(below: 60)).map { _ in words[random.next(below: words.count)] }.joined()
            _ = problems(text)
            _ = siteProblems(text)
        }
    }
}
