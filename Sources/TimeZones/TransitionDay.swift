// SPDX-License-Identifier: GPL-3.0-or-later

/// A day that comes every year, in the three forms of a POSIX `TZ` string.
public enum TransitionDay: Hashable, Sendable {
    /// `Mm.w.d`: a weekday of a month. The week counts that weekday from 1 to 4, and 5 means the last one.
    case weekday(month: Int, week: Int, weekday: Weekday)
    /// `Jn`: the day of the year from 1 to 365, where 29 February is never counted.
    case julian(Int)
    /// `n`: the day of the year from 0 to 365, where 29 February is counted in leap years.
    case dayOfYear(Int)

    /// The date in a year of the Gregorian calendar: month 1 to 12, day 1 to 31.
    public func date(inYear year: Int) -> (month: Int, day: Int) {
        let day: CivilDay
        switch self {
        case .weekday(let month, let week, let weekday):
            let first = CivilDay(year: year, month: month, day: 1)
            let toFirst = (weekday.posix - first.weekday.posix + 7) % 7
            let inMonth = 1 + toFirst + (week - 1) * 7
            let length = CivilDay.length(ofMonth: month, year: year)
            return (month, inMonth > length ? inMonth - 7 : inMonth)
        case .julian(let number):
            // Counted in a year without 29 February, the date is right for every year.
            day = CivilDay(year: 2001, month: 1, day: 1).advanced(by: number - 1)
        case .dayOfYear(let number):
            day = CivilDay(year: year, month: 1, day: 1).advanced(by: number)
        }
        return (day.date.month, day.date.day)
    }
}

/// A day of the week, with the numbers that different systems give it.
public struct Weekday: Hashable, Sendable {
    /// 0 to 6 from Sunday, as in POSIX.
    public let posix: Int

    /// The weekday of that number, or `nil` if there is none.
    public init?(posix: Int) {
        guard (0...6).contains(posix) else { return nil }
        self.posix = posix
    }

    /// The weekday of a day counted from a Sunday.
    init(daysAfterSunday days: Int) {
        posix = ((days % 7) + 7) % 7
    }

    /// 1 to 7 from Monday, as in ISO 8601.
    public var iso: Int { posix == 0 ? 7 : posix }
    /// 1 to 7 from Sunday, as many phones count.
    public var fromSundayAsOne: Int { posix + 1 }
}
