// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import TimeZones

@Suite struct TZifFileTests {
    @Test func theFooterIsTheRule() throws {
        let file = try TZifFile(parsing: TZifSample.centralEurope(footer: "CET-1CEST,M3.5.0,M10.5.0/3").bytes)
        #expect(try file.rule().posixString == "CET-1CEST,M3.5.0,M10.5.0/3")
    }

    @Test(arguments: [nil, ""]) func withoutAFooterTheChangesMakeTheRule(footer: String?) throws {
        let file = try TZifFile(parsing: TZifSample.centralEurope(footer: footer).bytes)
        #expect(try file.rule(year: 2024).posixString == "CET-1CEST,M3.5.0,M10.5.0/3")
        #expect(try file.rule().posixString == "CET-1CEST,M3.5.0,M10.5.0/3")
    }

    @Test func aZoneWithoutChangesHasItsOneClock() throws {
        let file = try TZifFile(parsing: TZifSample(clocks: [(12_600, false, "+0330")], footer: nil).bytes)
        #expect(try file.rule(year: 2026) == TimeZoneRule(standardOffsetSeconds: 12_600, abbreviation: "+0330"))
    }

    @Test func changesThatFollowNoRuleCountForTheirYear() throws {
        // Morocco in 2026: an hour back on 15 February at 3:00, forward again on 22 March at 2:00.
        let sample = TZifSample(
            clocks: [(3600, false, "+01"), (0, true, "+00")], changes: [(1_771_120_800, 1), (1_774_144_800, 0)], footer: "<+01>-1")
        let file = try TZifFile(parsing: sample.bytes)
        #expect(try file.rule().posixString == "<+01>-1")
        #expect(try file.rule(year: 2026).posixString == "<+00>0<+01>,M3.4.0,M2.3.0/3")
        #expect(try file.rule(year: 2027).posixString == "<+01>-1")
    }

    @Test func aZoneLeftInDaylightTimeHasNoRule() throws {
        let file = try TZifFile(parsing: TZifSample(clocks: [(0, false, "GMT"), (3600, true, "BST")], changes: [(0, 1)], footer: nil).bytes)
        #expect(throws: TZifError.noRule) { try file.rule() }
    }

    @Test(arguments: [nil, "CET-1CEST,M3.5.0,M10.5.0/3"]) func everyPrefixIsRefused(footer: String?) {
        let bytes = TZifSample.centralEurope(footer: footer).bytes
        for count in 0..<bytes.count {
            #expect(throws: TZifError.self) { try TZifFile(parsing: Array(bytes.prefix(count))) }
        }
    }

    @Test func damagedFilesDoNotCrash() {
        var generator = SeededGenerator(seed: 9636)
        let whole = TZifSample.centralEurope(footer: "CET-1CEST,M3.5.0,M10.5.0/3").bytes
        for _ in 0..<5000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let file = try? TZifFile(parsing: bytes) else { continue }
            _ = try? file.rule()
            _ = try? file.rule(year: 2026)
        }
    }

    @Test func hostileNumbersAreRefused() {
        #expect(throws: TZifError.notTZif) { try TZifFile(parsing: Array("TZiX".utf8) + [UInt8](repeating: 0, count: 60)) }
        var bytes = TZifSample(clocks: [(0, false, "UTC")], footer: "UTC0").bytes
        bytes.replaceSubrange(32..<36, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(throws: TZifError.truncated) { try TZifFile(parsing: bytes) }
        #expect(throws: TZifError.outOfBounds("the offset of a clock")) {
            try TZifFile(parsing: TZifSample(clocks: [(200_000, false, "UTC")], footer: nil).bytes)
        }
        #expect(throws: TZifError.outOfBounds("the clock of a change")) {
            try TZifFile(parsing: TZifSample(clocks: [(0, false, "UTC")], changes: [(0, 9)], footer: nil).bytes)
        }
        #expect(throws: TZifError.outOfBounds("the time of a change")) {
            try TZifFile(parsing: TZifSample(clocks: [(0, false, "UTC")], changes: [(5, 0), (5, 0)], footer: nil).bytes)
        }
        #expect(throws: TZifError.badFooter(.badAbbreviation(position: 0))) {
            try TZifFile(parsing: TZifSample(clocks: [(0, false, "UTC")], footer: "!").bytes)
        }
        #expect(throws: TZifError.outOfBounds("the size of the file")) {
            try TZifFile(parsing: [UInt8](repeating: 0, count: TZifFile.maximumByteCount + 1))
        }
    }
}
