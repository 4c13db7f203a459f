// SPDX-License-Identifier: GPL-3.0-or-later

extension TZifFile {
    /// Years that are compared to learn how a date moves from year to year.
    private static let comparedYears = 7

    /// The rule that phones should follow, with daylight saving time counted forward.
    ///
    /// Where the file ends in a rule, it is that. Where there is none, or where the changes are known for some years in
    /// advance but follow no rule (Morocco, whose clocks follow the moon), the changes of the given year make one.
    ///
    /// - Parameter year: the year that the rule must be right for; without it, only the rule at the file's end counts.
    public func rule(year: Int? = nil) throws(TZifError) -> TimeZoneRule {
        if let footer, footer.daylight != nil || year == nil { return footer.withPositiveSaving }
        if let year, let rule = ruleFromChanges(year: year) { return rule.withPositiveSaving }
        if let footer { return footer }
        // A file of version 1 whose year is not known, or a zone that has stopped changing.
        if let year = changes.last.map({ Self.localDay($0).date.year }), let rule = ruleFromChanges(year: year - 1) {
            return rule.withPositiveSaving
        }
        guard !last.isDaylight else { throw .noRule }
        return TimeZoneRule(standardOffsetSeconds: last.offsetSeconds, abbreviation: last.abbreviation)
    }

    /// The rule that the two changes of a year make, if there are two.
    private func ruleFromChanges(year: Int) -> TimeZoneRule? {
        let ofYear = changes(inYear: year)
        guard ofYear.count == 2, let start = ofYear.first(where: \.after.isDaylight), let end = ofYear.first(where: \.before.isDaylight)
        else { return nil }
        return TimeZoneRule(
            standardOffsetSeconds: start.before.offsetSeconds,
            abbreviation: start.before.abbreviation,
            daylight: TimeZoneRule.Daylight(
                abbreviation: start.after.abbreviation,
                saveSeconds: start.after.offsetSeconds - start.before.offsetSeconds,
                start: transition(start, year: year, toDaylight: true),
                end: transition(end, year: year, toDaylight: false)))
    }

    private func changes(inYear year: Int) -> [Change] {
        changes.filter { Self.localDay($0).date.year == year && $0.before.offsetSeconds != $0.after.offsetSeconds }
    }

    /// The day and time of a change as the n-th or last weekday of its month, whichever also fits the years after it.
    private func transition(_ change: Change, year: Int, toDaylight: Bool) -> TimeZoneRule.Transition {
        let day = Self.localDay(change)
        let date = day.date
        var fitsNth = true
        var fitsLast = Self.isLastOfMonth(date)
        for other in year..<(year + Self.comparedYears) {
            let inOtherYear = changes(inYear: other)
            guard inOtherYear.count == 2, let match = inOtherYear.first(where: { $0.after.isDaylight == toDaylight }) else { break }
            let otherDate = Self.localDay(match).date
            guard otherDate.month == date.month else {
                fitsLast = false
                break
            }
            if (otherDate.day - 1) / 7 != (date.day - 1) / 7 { fitsNth = false }
            if !Self.isLastOfMonth(otherDate) { fitsLast = false }
        }
        let week = fitsLast && !fitsNth ? 5 : (date.day - 1) / 7 + 1
        let secondsOfDay = change.time + change.before.offsetSeconds - day.sinceEpoch * 86_400
        return TimeZoneRule.Transition(
            day: .weekday(month: date.month, week: week, weekday: day.weekday), timeSeconds: secondsOfDay)
    }

    private static func isLastOfMonth(_ date: (year: Int, month: Int, day: Int)) -> Bool {
        date.day + 7 > CivilDay.length(ofMonth: date.month, year: date.year)
    }

    /// The day of a change on the clock before it.
    private static func localDay(_ change: Change) -> CivilDay {
        // Times far outside of history are kept from overflowing.
        let local = min(max(change.time, -(1 << 50)), 1 << 50) + change.before.offsetSeconds
        return CivilDay(sinceEpoch: local >= 0 ? local / 86_400 : -((86_399 - local) / 86_400))
    }
}
