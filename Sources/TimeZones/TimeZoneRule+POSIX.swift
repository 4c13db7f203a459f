// SPDX-License-Identifier: GPL-3.0-or-later

// The text form: POSIX.1-2017 section 8.3 with RFC 8536 section 3.3.1, which lets the time of a change be
// from -167 to 167 hours.

extension TimeZoneRule {
    /// Bytes of the longest `TZ` string that is looked at; the longest in use has about fifty.
    public static let maximumPOSIXByteCount = 256

    /// Reads a POSIX `TZ` string such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    ///
    /// A daylight saving time without dates gets those of the United States, as in the reference implementation.
    public init(posix text: String) throws(POSIXRuleError) {
        guard text.utf8.count <= Self.maximumPOSIXByteCount else { throw .tooLong }
        var reader = POSIXRuleReader(text)
        let standardName = try reader.abbreviation()
        // The sign is that of the way to UTC: what is east of Greenwich is negative.
        let standardOffset = -(try reader.time(maximumHours: 24))
        self.init(standardOffsetSeconds: standardOffset, abbreviation: standardName)
        guard !reader.isAtEnd else { return }
        let daylightName = try reader.abbreviation()
        let daylightOffset = reader.isAtEnd || reader.isAt(",") ? standardOffset + 3600 : -(try reader.time(maximumHours: 24))
        var start = Transition.unitedStatesStart
        var end = Transition.unitedStatesEnd
        if !reader.isAtEnd {
            start = try reader.transition()
            end = try reader.transition()
        }
        guard reader.isAtEnd else { throw .unexpectedText(position: reader.position) }
        daylight = Daylight(abbreviation: daylightName, saveSeconds: daylightOffset - standardOffset, start: start, end: end)
    }

    /// The rule as a POSIX `TZ` string, without anything that can be left out.
    public var posixString: String {
        var text = Self.quoted(abbreviation) + Self.time(-standardOffsetSeconds)
        guard let daylight else { return text }
        text += Self.quoted(daylight.abbreviation)
        if daylight.saveSeconds != 3600 { text += Self.time(-(standardOffsetSeconds + daylight.saveSeconds)) }
        return text + "," + Self.transition(daylight.start) + "," + Self.transition(daylight.end)
    }

    private static func quoted(_ abbreviation: String) -> String {
        abbreviation.utf8.allSatisfy(POSIXRuleReader.isLetter) ? abbreviation : "<\(abbreviation)>"
    }

    private static func time(_ seconds: Int) -> String {
        let size = abs(seconds)
        var text = (seconds < 0 ? "-" : "") + String(size / 3600)
        if size % 3600 != 0 { text += ":" + twoDigits(size / 60 % 60) }
        if size % 60 != 0 { text += ":" + twoDigits(size % 60) }
        return text
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }

    private static func transition(_ transition: Transition) -> String {
        let day =
            switch transition.day {
            case .weekday(let month, let week, let weekday): "M\(month).\(week).\(weekday.posix)"
            case .julian(let number): "J\(number)"
            case .dayOfYear(let number): String(number)
            }
        return transition.timeSeconds == POSIXRuleReader.defaultTimeSeconds ? day : day + "/" + time(transition.timeSeconds)
    }
}

extension TimeZoneRule.Transition {
    fileprivate static let unitedStatesStart = Self(
        day: .weekday(month: 3, week: 2, weekday: Weekday(daysAfterSunday: 0)), timeSeconds: POSIXRuleReader.defaultTimeSeconds)
    fileprivate static let unitedStatesEnd = Self(
        day: .weekday(month: 11, week: 1, weekday: Weekday(daysAfterSunday: 0)), timeSeconds: POSIXRuleReader.defaultTimeSeconds)
}
