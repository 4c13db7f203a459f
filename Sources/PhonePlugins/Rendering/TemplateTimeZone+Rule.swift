// SPDX-License-Identifier: GPL-3.0-or-later

public import TimeZones

extension TemplateTimeZone {
    /// The zone of a name with the rule that the tz database has for it.
    ///
    /// Phones know changes only as the n-th weekday of a month: a zone whose rule names days of the year counts as one without daylight saving time.
    public init(name: String, rule: TimeZoneRule) {
        self.init(
            name: name, posix: rule.posixString, offsetMinutes: rule.standardOffset.wholeMinutes,
            daylightSaving: rule.daylight.flatMap { daylight in
                guard let start = Moment(daylight.start), let end = Moment(daylight.end) else { return nil }
                return DaylightSaving(saveMinutes: ClockTime(seconds: daylight.saveSeconds).wholeMinutes, start: start, end: end)
            })
    }
}

extension TemplateTimeZone.Moment {
    fileprivate init?(_ transition: TimeZoneRule.Transition) {
        guard let month = transition.month, let week = transition.week, let weekday = transition.weekday else { return nil }
        let time = ClockTime(seconds: transition.timeSeconds)
        self.init(
            month: month, week: week, weekday: weekday.posix, hour: time.wholeHours, minute: time.wholeMinutes - 60 * time.wholeHours)
    }
}
