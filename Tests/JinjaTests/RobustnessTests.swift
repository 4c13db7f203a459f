// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Whatever the source, loading and rendering give a result or an error.
@Suite struct RobustnessTests {
    private static let limits = RenderLimits(steps: 20_000, outputBytes: 1 << 16, stringBytes: 1 << 16, valueBytes: 1 << 20)

    private func attempt(_ templates: [String: String], _ options: JinjaOptions) {
        let environment = JinjaEnvironment(loader: DictionaryLoader(templates), options: options)
        guard let template = try? environment.template(named: "main") else { return }
        _ = try? template.render(Corpus.context, limits: Self.limits)
    }

    @Test(arguments: Corpus.cases) func everyPrefixOfTheCorpus(_ item: CorpusCase) {
        guard let source = item.templates["main"] else { return }
        let scalars = Array(source.unicodeScalars)
        for length in 0..<scalars.count {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[..<length])
            var templates = item.templates
            templates["main"] = String(view)
            attempt(templates, item.options)
        }
    }

    /// A generator of numbers whose failures repeat (SplitMix64).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let soup = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if", "else", "elif", "endif", "for", "in", "endfor", "set", "endset",
        "macro",
        "endmacro", "call", "endcall", "block", "endblock", "extends", "include", "import", "from", "as", "with", "endwith", "filter",
        "endfilter", "autoescape", "endautoescape", "raw", "endraw", "do", "not", "and", "or", "is", "recursive", "scoped", "x", "user",
        "users",
        "numbers", "text", "d", "tree", "loop", "loop.index", "ns", "m", "self", "super", "caller", "namespace", "range", "(", ")", "[",
        "]", "{", "}",
        ".", ",", ":", "|", "=", "==", "<", "~", "*", "**", "/", "//", "%", "0", "1", "9223372036854775807", "1.5", "'a'", "\"%s %d\"",
        "'{0.a} {:>9}'", "true", "none", "upper", "join", "map", "select", "sort", "batch", "slice", "format", "items", "replace",
        "default",
        "tojson", "round", "int", "indent", "truncate", "groupby", "first", "last", "length", "defined", "odd", "divisibleby", "é", "😀",
    ]

    @Test(arguments: 0..<40) func randomTokens(_ seed: Int) {
        var random = Seeded(state: UInt64(seed))
        for _ in 0..<150 {
            var source = ""
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                source += Self.soup.randomElement(using: &random) ?? ""
                if Bool.random(using: &random) { source += " " }
            }
            attempt(["main": source, "a": source], JinjaOptions(trimBlocks: true, lstripBlocks: true, allowsDo: true))
        }
    }

    /// Expressions of the corpus with tokens taken out, doubled or exchanged: closer to what parses than random tokens.
    @Test(arguments: 0..<40) func changedCorpus(_ seed: Int) {
        var random = Seeded(state: UInt64(seed) &+ 1_000)
        for _ in 0..<40 {
            guard let item = Corpus.cases.randomElement(using: &random), let source = item.templates["main"] else { continue }
            var parts = source.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                guard let index = parts.indices.randomElement(using: &random) else { continue }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: parts.remove(at: index)
                case 1: parts.insert(parts[index], at: index)
                case 2: parts[index] = Self.soup.randomElement(using: &random) ?? ""
                default: parts.swapAt(index, parts.indices.randomElement(using: &random) ?? index)
                }
            }
            var templates = item.templates
            templates["main"] = parts.joined(separator: " ")
            attempt(templates, item.options)
        }
    }

    @Test(arguments: 0..<10) func randomBytes(_ seed: Int) {
        var random = Seeded(state: UInt64(seed) &+ 2_000)
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            attempt(["main": "{{ " + String(decoding: bytes, as: UTF8.self) + " }}"], JinjaOptions())
            _ = try? JinjaValue(json: bytes)
        }
    }
}
