// SPDX-License-Identifier: GPL-3.0-or-later

/// A moment as HTTP writes it, in whole seconds (RFC 9110, 5.6.7).
package struct HTTPDate: Hashable, Comparable {
    /// Seconds since 1970, in UTC.
    package let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    package static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.seconds < right.seconds }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The date in the one form that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var text: String {
        let day = Self.floorDivision(seconds, 86_400)
        let time = seconds - day * 86_400
        let (year, month, dayOfMonth) = Self.civil(day)
        let weekday = Self.days[(day % 7 + 7) % 7]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let years = String(repeating: "0", count: max(0, 4 - "\(year)".utf8.count)) + "\(year)"
        return "\(weekday), \(two(dayOfMonth)) \(Self.months[month - 1]) \(years) "
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }

    /// Reads a date in that form, or in one of the two older ones that a recipient must know.
    ///
    /// - Returns: `nil` for anything else, which a server ignores.
    init?(_ text: String) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" })
        // Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT; Sun Nov  6 08:49:37 1994
        let isOldest = words.count == 5
        guard isOldest || words.count == 6 && words[5] == "GMT" else { return nil }
        let dayWord = isOldest ? words[2] : words[1]
        let monthWord = isOldest ? words[1] : words[2]
        let yearWord = isOldest ? words[4] : words[3]
        let clock = (isOldest ? words[3] : words[4]).split(separator: ":", omittingEmptySubsequences: false)
        guard let month = Self.months.firstIndex(of: String(monthWord)), clock.count == 3,
            let day = Self.number(dayWord, 1...31), var year = Self.number(yearWord, 0...9999),
            let hour = Self.number(clock[0], 0...23), let minute = Self.number(clock[1], 0...59), let second = Self.number(clock[2], 0...60)
        else { return nil }
        // Two digits: dates of firmware lie neither before 1970 nor after 2069.
        if yearWord.utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
        seconds = Self.daysSince1970(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func number(_ word: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard word.utf8.count <= 4, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(word) else { return nil }
        return range.contains(number) ? number : nil
    }

    // MARK: - The proleptic Gregorian calendar, in eras of 400 years that begin with March

    private static func floorDivision(_ number: Int, _ divisor: Int) -> Int {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = floorDivision(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivision(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
