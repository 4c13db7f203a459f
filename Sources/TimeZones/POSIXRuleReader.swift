// SPDX-License-Identifier: GPL-3.0-or-later

/// Takes the parts of a POSIX `TZ` string one after the other.
struct POSIXRuleReader {
    /// The time of a change that gives none: 02:00.
    static let defaultTimeSeconds = 2 * 3600
    /// Characters of the longest abbreviation; those in use have up to six.
    private static let maximumAbbreviationByteCount = 16

    private let bytes: [UInt8]
    /// The byte to be read next.
    private(set) var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { position >= bytes.count }

    func isAt(_ character: Unicode.Scalar) -> Bool {
        !isAtEnd && UInt32(bytes[position]) == character.value
    }

    /// Steps over the character if it is there.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        position += 1
        return true
    }

    mutating func abbreviation() throws(POSIXRuleError) -> String {
        let start = position
        let isQuoted = skip("<")
        let from = position
        while !isAtEnd, Self.isLetter(bytes[position]) || isQuoted && Self.isQuotable(bytes[position]) { position += 1 }
        let name = bytes[from..<position]
        guard (3...Self.maximumAbbreviationByteCount).contains(name.count), !isQuoted || skip(">") else {
            throw .badAbbreviation(position: start)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maximumHours: Int) throws(POSIXRuleError) -> Int {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        var seconds = try number(in: 0...maximumHours) * 3600
        if skip(":") {
            seconds += try number(in: 0...59) * 60
            if skip(":") { seconds += try number(in: 0...59) }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,day[/time]`.
    mutating func transition() throws(POSIXRuleError) -> TimeZoneRule.Transition {
        guard skip(",") else { throw .unexpectedText(position: position) }
        let day = try day()
        let time = skip("/") ? try time(maximumHours: 167) : Self.defaultTimeSeconds
        return TimeZoneRule.Transition(day: day, timeSeconds: time)
    }

    private mutating func day() throws(POSIXRuleError) -> TransitionDay {
        let start = position
        if skip("J") { return .julian(try number(in: 1...365)) }
        guard skip("M") else { return .dayOfYear(try number(in: 0...365)) }
        let month = try number(in: 1...12)
        guard skip(".") else { throw .badDay(position: start) }
        let week = try number(in: 1...5)
        guard skip("."), let weekday = Weekday(posix: try number(in: 0...6)) else { throw .badDay(position: start) }
        return .weekday(month: month, week: week, weekday: weekday)
    }

    private mutating func number(in bounds: ClosedRange<Int>) throws(POSIXRuleError) -> Int {
        let start = position
        var value = 0
        // Three digits hold every number of the format; a fourth is left standing and refused by what follows.
        while !isAtEnd, position - start < 3, (0x30...0x39).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        guard position > start, bounds.contains(value) else { throw .badNumber(position: start) }
        return value
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Digits and the signs, which only quoted abbreviations may have.
    private static func isQuotable(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D
    }
}
