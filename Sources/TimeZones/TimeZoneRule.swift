// SPDX-License-Identifier: GPL-3.0-or-later

/// What a clock on a wall needs to know about a time zone: its offset, and when daylight saving time begins and ends.
///
/// This is the rule of a POSIX `TZ` string (POSIX.1-2017 section 8.3, with the extensions of RFC 8536 section 3.3.1).
/// It holds from now on until a government changes it; it says nothing about the past.
public struct TimeZoneRule: Hashable, Sendable {
    /// Seconds to add to UTC for standard time; positive east of Greenwich.
    public var standardOffsetSeconds: Int
    /// The short name of standard time, such as `CET` or `-03`.
    public var abbreviation: String
    /// Daylight saving time, if the zone has it.
    public var daylight: Daylight?

    /// Makes a rule.
    public init(standardOffsetSeconds: Int, abbreviation: String, daylight: Daylight? = nil) {
        self.standardOffsetSeconds = standardOffsetSeconds
        self.abbreviation = abbreviation
        self.daylight = daylight
    }

    /// Daylight saving time.
    public struct Daylight: Hashable, Sendable {
        /// The short name of daylight saving time, such as `CEST`.
        public var abbreviation: String
        /// Seconds to add to standard time: 3600 nearly everywhere, 1800 on Lord Howe Island.
        public var saveSeconds: Int
        /// When it begins; the time is standard time.
        public var start: Transition
        /// When it ends; the time is daylight saving time.
        public var end: Transition

        /// Makes daylight saving time.
        public init(abbreviation: String, saveSeconds: Int, start: Transition, end: Transition) {
            self.abbreviation = abbreviation
            self.saveSeconds = saveSeconds
            self.start = start
            self.end = end
        }
    }

    /// A change of the clocks that comes every year.
    public struct Transition: Hashable, Sendable {
        /// The day.
        public var day: TransitionDay
        /// Seconds after midnight of that day on the clock before the change. A few zones change on another day than
        /// the one that the rule counts from: this can be negative or more than a day, up to 167 hours either way.
        public var timeSeconds: Int

        /// Makes a transition.
        public init(day: TransitionDay, timeSeconds: Int) {
            self.day = day
            self.timeSeconds = timeSeconds
        }

        /// The month, 1 to 12, for days that are given by month and weekday.
        public var month: Int? { if case .weekday(let month, _, _) = day { month } else { nil } }
        /// The week of the month, 1 to 5 where 5 means the last, for days that are given by month and weekday.
        public var week: Int? { if case .weekday(_, let week, _) = day { week } else { nil } }
        /// The weekday for days that are given by month and weekday.
        public var weekday: Weekday? { if case .weekday(_, _, let weekday) = day { weekday } else { nil } }

        /// The time, moved to the nearest one within the day for phones that know no other.
        public var timeSecondsWithinDay: Int { min(max(timeSeconds, 0), 86_399) }
    }
}

extension TimeZoneRule {
    /// The offset of standard time in the parts that phones ask for.
    public var standardOffset: ClockTime { ClockTime(seconds: standardOffsetSeconds) }

    /// The same clock, told in the way that phones can follow.
    ///
    /// Ireland's law has it that winter is the exception, so that its saving is negative and begins in October. Here
    /// winter becomes the standard and summer the saving. Daylight saving time that never ends becomes standard time.
    public var withPositiveSaving: TimeZoneRule {
        guard let daylight else { return self }
        if daylight.lastsAllYear {
            return TimeZoneRule(
                standardOffsetSeconds: standardOffsetSeconds + daylight.saveSeconds, abbreviation: daylight.abbreviation)
        }
        guard daylight.saveSeconds < 0 else { return self }
        // Each time is that of the clock before the change, whichever of the two is called standard, so it stays.
        return TimeZoneRule(
            standardOffsetSeconds: standardOffsetSeconds + daylight.saveSeconds,
            abbreviation: daylight.abbreviation,
            daylight: Daylight(
                abbreviation: abbreviation, saveSeconds: -daylight.saveSeconds, start: daylight.end, end: daylight.start))
    }
}

extension TimeZoneRule.Daylight {
    /// Whether the end falls on the next beginning, which is how RFC 8536 writes permanent daylight saving time.
    var lastsAllYear: Bool {
        let startsWithTheYear = start.day == .dayOfYear(0) || start.day == .julian(1)
        return startsWithTheYear && start.timeSeconds <= 0 && end.day == .julian(365) && end.timeSeconds >= 86_400 + saveSeconds
    }
}
