// SPDX-License-Identifier: GPL-3.0-or-later

import Testing
import TimeZones

@Suite struct POSIXRuleTests {
    @Test func centralEurope() throws {
        let rule = try TimeZoneRule(posix: "CET-1CEST,M3.5.0,M10.5.0/3")
        #expect(rule.standardOffsetSeconds == 3600)
        #expect(rule.abbreviation == "CET")
        let daylight = try #require(rule.daylight)
        #expect(daylight.abbreviation == "CEST")
        #expect(daylight.saveSeconds == 3600)
        #expect((daylight.start.month, daylight.start.week, daylight.start.timeSeconds) == (3, 5, 7200))
        #expect((daylight.end.month, daylight.end.week, daylight.end.timeSeconds) == (10, 5, 10_800))
        let sunday = try #require(daylight.start.weekday)
        #expect((sunday.posix, sunday.iso, sunday.fromSundayAsOne) == (0, 7, 1))
    }

    @Test func offsetsOfHalfHoursAndQuotedNames() throws {
        let rule = try TimeZoneRule(posix: "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0")
        #expect(rule.standardOffsetSeconds == 37_800)
        #expect(rule.abbreviation == "+1030")
        #expect(rule.daylight?.saveSeconds == 1800)
        #expect(try TimeZoneRule(posix: "NST3:30NDT,M3.2.0,M11.1.0").standardOffsetSeconds == -12_600)
        #expect(try TimeZoneRule(posix: "LMT0:00:01").standardOffsetSeconds == -1)
    }

    @Test func timesMayBeNegativeOrBeyondTheDay() throws {
        let greenland = try #require(try TimeZoneRule(posix: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0").daylight)
        #expect(greenland.start.timeSeconds == -3600)
        #expect(greenland.start.timeSecondsWithinDay == 0)
        let gaza = try #require(try TimeZoneRule(posix: "EET-2EEST,M3.4.4/50,M10.4.4/50").daylight)
        #expect(gaza.start.timeSeconds == 180_000)
        #expect(gaza.start.timeSecondsWithinDay == 86_399)
    }

    @Test func dayNumbersHaveTwoForms() throws {
        let daylight = try #require(try TimeZoneRule(posix: "AAA1BBB,J60,300/1:30").daylight)
        #expect(daylight.start.day == .julian(60))
        #expect(daylight.end.day == .dayOfYear(300))
        #expect(daylight.end.timeSeconds == 5400)
        #expect(daylight.start.month == nil)
    }

    @Test func datesAreThoseOfTheCalendar() throws {
        let sunday = try #require(Weekday(posix: 0))
        #expect(TransitionDay.weekday(month: 3, week: 5, weekday: sunday).date(inYear: 2026) == (3, 29))
        #expect(TransitionDay.weekday(month: 10, week: 5, weekday: sunday).date(inYear: 2026) == (10, 25))
        #expect(TransitionDay.weekday(month: 3, week: 2, weekday: sunday).date(inYear: 2026) == (3, 8))
        #expect(TransitionDay.weekday(month: 11, week: 1, weekday: sunday).date(inYear: 2026) == (11, 1))
        #expect(TransitionDay.weekday(month: 2, week: 5, weekday: sunday).date(inYear: 2024) == (2, 25))
        #expect(TransitionDay.julian(60).date(inYear: 2024) == (3, 1))
        #expect(TransitionDay.julian(59).date(inYear: 2024) == (2, 28))
        #expect(TransitionDay.dayOfYear(59).date(inYear: 2024) == (2, 29))
        #expect(TransitionDay.dayOfYear(59).date(inYear: 2023) == (3, 1))
    }

    @Test func daylightWithoutDatesFollowsTheUnitedStates() throws {
        #expect(try TimeZoneRule(posix: "EST5EDT") == TimeZoneRule(posix: "EST5EDT,M3.2.0,M11.1.0"))
        #expect(try TimeZoneRule(posix: "EST5EDT4") == TimeZoneRule(posix: "EST5EDT"))
    }

    static let canonical = [
        "UTC0", "<-03>3", "CET-1CEST,M3.5.0,M10.5.0/3", "IST-1GMT0,M10.5.0,M3.5.0/1", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
        "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", "EET-2EEST,M4.5.5/0,M10.5.4/24", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "AAA1BBB,J60,300",
    ]

    @Test(arguments: canonical) func theShortestTextComesBack(text: String) throws {
        #expect(try TimeZoneRule(posix: text).posixString == text)
    }

    @Test(arguments: canonical) func noPrefixCrashes(text: String) {
        for count in 0..<text.count { _ = try? TimeZoneRule(posix: String(text.prefix(count))) }
    }

    @Test(arguments: [
        "", "CE-1", "CET", "CET-", "CET-25", "CET-1:60", "<CET-1", "<>0", ":Europe/Paris", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0,", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,J0,J5",
        "CET-1CEST,J366,J5", "CET-1CEST,366,5", "CET-1CEST;M3.5.0,M10.5.0", "CET-99999999999999999999", "ABCDEFGHIJKLMNOPQRSTUVW0",
    ])
    func whatIsNoRuleIsRefused(text: String) {
        #expect(throws: POSIXRuleError.self) { try TimeZoneRule(posix: text) }
    }

    @Test func randomTextDoesNotCrash() {
        var generator = SeededGenerator(seed: 8536)
        let alphabet = Array("ABCet<>+-0123456789:,./JM\u{E9}")
        for _ in 0..<20_000 {
            let text = String((0..<Int.random(in: 0...40, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "A" })
            guard let rule = try? TimeZoneRule(posix: text) else { continue }
            // What is written must read as the same rule.
            #expect((try? TimeZoneRule(posix: rule.posixString)) == rule)
            _ = rule.withPositiveSaving
        }
    }
}

@Suite struct PositiveSavingTests {
    @Test func irelandsWinterIsTheStandard() throws {
        let rule = try TimeZoneRule(posix: "IST-1GMT0,M10.5.0,M3.5.0/1").withPositiveSaving
        #expect(rule == (try TimeZoneRule(posix: "GMT0IST,M3.5.0/1,M10.5.0")))
    }

    @Test func savingThatNeverEndsIsStandardTime() throws {
        let rule = try TimeZoneRule(posix: "EST5EDT,0/0,J365/25").withPositiveSaving
        #expect(rule == TimeZoneRule(standardOffsetSeconds: -14_400, abbreviation: "EDT"))
    }

    @Test func otherRulesStayAsTheyAre() throws {
        let rule = try TimeZoneRule(posix: "CET-1CEST,M3.5.0,M10.5.0/3")
        #expect(rule.withPositiveSaving == rule)
    }
}

@Suite struct ClockTimeTests {
    @Test func negativeTimesRoundDown() {
        let time = ClockTime(seconds: -3602)
        #expect(time.wholeMinutes == -61)
        #expect(time.wholeHours == -2)
        #expect(time.parts == (-1, 0, 2))
    }

    @Test func onlyTheFirstPartThatIsNotZeroIsNegative() {
        #expect(ClockTime(seconds: -1800).parts == (0, -30, 0))
        #expect(ClockTime(seconds: -7).parts == (0, 0, -7))
        #expect(ClockTime(seconds: 20_700).parts == (5, 45, 0))
        #expect(ClockTime(seconds: 20_700).wholeHours == 5)
        #expect(ClockTime(seconds: -3600).wholeHours == -1)
    }
}
