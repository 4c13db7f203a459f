// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import DHCPConfig

struct EvidencePatternTests {
    @Test(arguments: [
        ("yealink", "yealink", nil, nil),
        ("Cisco {model:SPA*}", "Cisco SPA504G", "SPA504G", nil),
        ("digium_{model:D*}_{version:underscores}", "digium_D40_1_1_0_0_48178", "D40", "1.1.0.0.48178"),
        ("{any}CP-{model}-3PCC", "Cisco Systems, Inc. IP Phone CP-7841-3PCC", "7841", nil),
        ("{model:SN4*}{any}", "SN4112/JS/EUI", "SN4112", nil),
        ("{bytes:2}Thomson", "\u{1}\u{2}Thomson", nil, nil),
        ("SEP{mac}", "SEP001565AABBCC", nil, nil),
        (#"\x41b{any}"#, "Ab", nil, nil),
        ("x{version}y", "x1.2(a)y", nil, "1.2(a)"),
    ] as [(String, String, String?, String?)])
    func matchesTheWholeText(_ pattern: String, _ text: String, _ model: String?, _ version: String?) throws {
        let match = try EvidencePattern(pattern).match(text.utf8)
        #expect(match == EvidencePattern.Match(model: model, version: version))
    }

    @Test(arguments: [
        ("yealink", "yealink2"), ("yealink", "yealin"), ("yealink", ""), ("Cisco {model:SPA*}", "Cisco SPA"),
        ("Cisco {model:SPA*}", "Cisco SPA 504G"), ("digium_{model:D*}_{version:underscores}", "digium_D40"),
        ("{bytes:2}Thomson", "xThomson"), ("SEP{mac}", "SEP001565AABBC"), ("SEP{mac}", "SEP001565AABBCCD"),
        ("snom{model}", "snom-1"), ("snom{model}", "snomputer"), ("snom{model}", "snom.3"), ("SIP-{model:T*}", "SIP-Tester"),
    ])
    func refusesOtherTexts(_ pattern: String, _ text: String) throws {
        #expect(try EvidencePattern(pattern).match(text.utf8) == nil)
    }

    @Test("A host name says the same in either case, and its model is what the maker writes", arguments: [
        ("SIP-{model:T*}", "SIP-T46S", "T46S"), ("SIP-{model:T*}", "sip-t46s", "T46S"), ("SIP-{model:T*}", "Sip-t21p_e2", "T21P_E2"),
        ("phone-{model}", "PHONE-a5", "a5"), ("SIP-{model:T*}", "sip-tester", nil), ("SIP-{model:T*}", "zip-t46s", nil),
    ])
    func hostNames(_ pattern: String, _ hostname: String, _ model: String?) throws {
        let pattern = try EvidencePattern(pattern)
        #expect(pattern.match(hostname: Array(hostname.utf8), lower: pattern.lowercased)?.model == model)
    }

    @Test(arguments: [
        ("", "empty"), ("{model}", "match everything"), ("{any}{any}x", "side by side"), ("x{model}{version}", "side by side"),
        ("x{modle}", "no placeholder"), ("x{model", "no “}”"), ("x{bytes:0}", "1 to 32"), ("x{bytes:9999999999999999999}", "1 to 32"),
        (#"x\n"#, "begins an octet"), (#"x\x4"#, "begins an octet"), ("x{model:SPA}", "SPA*"), (String(repeating: "x", count: 256), "more than 255"),
    ])
    func saysWhatIsWrongWithAPattern(_ pattern: String, _ message: String) {
        do {
            _ = try EvidencePattern(pattern)
            Issue.record("“\(pattern)” was accepted")
        } catch {
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test func anyOctetsAreRefusedOrMatchedWithoutTrouble() throws {
        let patterns = try ["Cisco {model:SPA*}", "{any}a{model}a{any}b", "{bytes:2}T{any}", "a{version}{any}"].map { try EvidencePattern($0) }
        var random = SplitMix(seed: 60)
        for _ in 0..<20_000 {
            let text = (0..<random.next(below: 40)).map { _ in [UInt8(ascii: "a"), UInt8(ascii: "b"), 0, 255, UInt8(ascii: " ")][random.next(below: 5)] }
            for pattern in patterns {
                let test = TextTest(pattern)
                if pattern.match(text) != nil { #expect(test.holds(for: text), "\(pattern.text) matches \(text), its test does not hold") }
            }
        }
    }
}

struct TextTestTests {
    private func test(_ pattern: String) throws -> TextTest { try TextTest(EvidencePattern(pattern)) }

    @Test(arguments: [
        ("Nortel-SIP{any}", "Nortel{any}", true, true, false), ("yealink", "yealink{any}", true, true, false),
        ("ictouch.0", "alcatel.ictouch.0", false, false, false), ("a{any}b", "a{any}c", false, false, false),
        ("a{any}b", "a{any}", true, true, false), ("{bytes:2}ab", "xyab", true, false, true), ("a{any}", "{any}b", true, false, false),
    ])
    func comparesTests(_ left: String, _ right: String, _ overlap: Bool, _ leftImplies: Bool, _ rightImplies: Bool) throws {
        let (left, right) = (try test(left), try test(right))
        #expect(left.overlaps(right) == overlap)
        #expect(right.overlaps(left) == overlap)
        #expect(left.implies(right) == leftImplies)
        #expect(right.implies(left) == rightImplies)
    }

    @Test func aTrailingNULDoesNotCount() throws {
        #expect(try test("yealink").holds(for: Array("yealink\0".utf8)))
        #expect(try test("a{any}z").holds(for: Array("abcz\0\0".utf8)))
    }
}

/// A small generator of repeatable numbers (SplitMix64).
struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
