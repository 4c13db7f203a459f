// SPDX-License-Identifier: GPL-3.0-or-later

/// A day of the Gregorian calendar as its distance from 1 January 1970.
struct CivilDay: Hashable {
    let sinceEpoch: Int

    init(sinceEpoch: Int) {
        self.sinceEpoch = sinceEpoch
    }

    /// Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    init(year: Int, month: Int, day: Int) {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        sinceEpoch = era * 146_097 + dayOfEra - 719_468
    }

    var date: (year: Int, month: Int, day: Int) {
        let shifted = sinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// 1 January 1970 was a Thursday.
    var weekday: Weekday { Weekday(daysAfterSunday: sinceEpoch + 4) }

    func advanced(by days: Int) -> CivilDay {
        CivilDay(sinceEpoch: sinceEpoch + days)
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        let next = month == 12 ? CivilDay(year: year + 1, month: 1, day: 1) : CivilDay(year: year, month: month + 1, day: 1)
        return next.sinceEpoch - CivilDay(year: year, month: month, day: 1).sinceEpoch
    }
}
