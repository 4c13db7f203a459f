// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import PhonePlugins

@Suite("Patterns")
struct PatternTests {
    private static let examples: [(pattern: String, text: String, captures: [String: String])] = [
        ("Yealink SIP-{model} {version} {mac}", "Yealink SIP-T46S 66.86.0.15 00:15:65:0a:bb:cc", ["model": "T46S", "version": "66.86.0.15", "mac": "00:15:65:0a:bb:cc"]),
        ("/{mac:lower}.cfg", "/0015650abbcc.cfg", ["mac": "0015650abbcc"]),
        ("/{mac:upper}.cfg", "/0015650ABBCC.cfg", ["mac": "0015650ABBCC"]),
        ("Cisco/{model}-{version} ({mac})({serial})", "Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)", ["model": "SPA508G", "version": "7.4.8a", "mac": "0002FDFF2103", "serial": "CBT141400UK"]),
        ("Linksys/SPA-{n=number}-{version} ({serial})", "Linksys/SPA-942-6.1.5(a) (88019FA42805)", ["n": "942", "version": "6.1.5(a)", "serial": "88019FA42805"]),
        ("AastraIPPhone{model}", "AastraIPPhone6731i", ["model": "6731i"]),
        ("/firmware/{path}", "/firmware/T46S/66.86.0.15.rom", ["path": "T46S/66.86.0.15.rom"]),
        ("{any}", "", ["any": ""]),
        ("{number}.86.{number}.{number}", "66.86.0.15", ["number": "66", "number2": "0", "number3": "15"]),
        ("a {any} b", "a x  y b", ["any": "x  y"]),
        ("{{{word}}}", "{x}", ["word": "x"]),
        ("{model}.cfg", "a.cfg.cfg", ["model": "a.cfg"]),
        ("id {uuid}", "id 123e4567-e89b-12d3-a456-426614174000", ["uuid": "123e4567-e89b-12d3-a456-426614174000"]),
        ("mac {mac}", "mac 0015.650a.bbcc", ["mac": "0015.650a.bbcc"]),
        ("mac {mac}", "mac 00-15-65-0A-BB-CC", ["mac": "00-15-65-0A-BB-CC"]),
    ]

    @Test("A match captures what the placeholders stand for", arguments: examples)
    func captures(_ example: (pattern: String, text: String, captures: [String: String])) throws {
        #expect(try Pattern(example.pattern).match(example.text) == example.captures)
    }

    @Test("A text of another form does not match", arguments: [
        ("/{mac:lower}.cfg", "/0015650ABBCC.cfg"),
        ("/{mac:lower}.cfg", "/0015650abbcc.cfg "),
        ("/{mac:lower}.cfg", "/0015650abbc.cfg"),
        ("/{mac:lower}.cfg", "/0015650abbccd.cfg"),
        ("/{mac:colon}.cfg", "/0015650abbcc.cfg"),
        ("mac {mac}", "mac 00:15-65:0a:bb:cc"),
        ("mac {mac}", "mac 00:15:65:0a:bb"),
        ("mac {mac}", "mac "),
        ("{model}", ""),
        ("{model}", "a b"),
        ("{number}", "12a"),
        ("Yealink {model}", "yealink T46S"),
        ("{word}", "a/b"),
        ("{any}", "a\0b"),
        ("{path}", ""),
    ])
    func mismatches(_ pattern: String, _ text: String) throws {
        #expect(try Pattern(pattern).match(text) == nil)
    }

    @Test("A space stands for one or more spaces")
    func spaces() throws {
        let pattern = try Pattern("Yealink  SIP-{model} {version}")
        #expect(pattern.match("Yealink SIP-T38G   38.70.0.125") == ["model": "T38G", "version": "38.70.0.125"])
        #expect(pattern.match("YealinkSIP-T38G 38.70.0.125") == nil)
    }

    @Test("Case can be ignored in literal text")
    func ignoringCase() throws {
        let pattern = try Pattern("Yealink SIP-{model}", ignoresCase: true)
        #expect(pattern.match("yEALINK sip-T18") == ["model": "T18"])
    }

    @Test("What was captured, filled in again, gives the text", arguments: 0..<300)
    func refilling(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = ["{model}", "{version}", "{mac}", "{number}", "{word}", "{any}", "{serial}"]
        var text = ""
        var pattern = ""
        for piece in pieces.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random)) {
            let separator = ["/", " (", "-x ", ") ", "_;"].randomElement(using: &random) ?? "/"
            pattern += separator + piece
            text += separator
            switch piece {
            case "{mac}": text += ["00:15:65:0a:bb:cc", "0015650ABBCC", "0015.650a.bbcc"].randomElement(using: &random) ?? ""
            case "{number}": text += String(Int.random(in: 0...99999, using: &random))
            case "{any}": text += String(("ab-c/;() ".shuffled(using: &random)).prefix(Int.random(in: 0...8, using: &random)))
            default: text += String(("aZ0-_.+".shuffled(using: &random)).prefix(Int.random(in: 1...7, using: &random)))
            }
        }
        let compiled = try Pattern(pattern)
        let captures = try #require(compiled.match(text), "\(pattern) on \(text)")
        let squeezed = { (text: String) in text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
        #expect(squeezed(compiled.filled(with: captures) ?? "") == squeezed(text))
    }

    private static let broken: [(text: String, offset: Int)] = [
        ("", 0), ("{modell}", 0), ("a{model", 1), ("a}b", 1), ("{model}{version}", 7), ("{mac} {mac}", 6), ("a\tb", 1), ("{Own=word}", 0),
        (String(repeating: "x", count: 300), 256), ("{a=word} {b=word} {c=word} {d=word} {e=word} {f=word} {g=word} {h=word} {i=word}", 72),
    ]

    @Test("A pattern that cannot be read says where and what to write", arguments: broken)
    func errors(_ example: (text: String, offset: Int)) {
        let error = #expect(throws: PatternError.self) { try Pattern(example.text) }
        #expect(error?.offset == example.offset)
        #expect(error?.remedy.isEmpty == false)
    }

    @Test("Texts made to be slow take a bounded number of steps")
    func slowTexts() throws {
        var trie = PatternTrie()
        trie.insert(try Pattern("{a=any}a{b=any}a{c=any}a{d=any}a{e=any}a{f=any}b"), payload: 0)
        var search = PatternSearch(String(repeating: "a", count: PatternSearch.maximumTextLength))
        trie.search(&search)
        #expect(search.hits.isEmpty)
        #expect(search.steps < 10 * 6 * PatternSearch.maximumTextLength)

        var long = PatternSearch(String(repeating: "a", count: 100_000))
        trie.search(&long)
        #expect(long.steps == 0)
    }

    @Test("Random texts never end in a trap", arguments: 0..<200)
    func randomTexts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? Pattern(text)
        for pattern in ["{mac}", "{any}{mac}{any2=any}", "{word} {path}", "/{mac:lower}.cfg"] { _ = try? Pattern(pattern).match(text) }
    }

    @Test("Numbers in ids are ordered by value")
    func numericOrder() {
        #expect(compareNumerically("acme-9", "acme-10") < 0)
        #expect(compareNumerically("66.86.0.15", "66.86.0.9") > 0)
        #expect(compareNumerically("a", "a") == 0)
        #expect(compareNumerically("a1", "a01") < 0)
        #expect(compareNumerically("a", "ab") < 0)
        #expect(compareNumerically("99999999999999999999999", "100000000000000000000000") < 0)
    }
}

/// A small generator with a seed, so that a failure repeats (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
