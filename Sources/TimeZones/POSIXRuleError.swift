// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is no POSIX `TZ` string. Positions count bytes from 0.
public enum POSIXRuleError: Error, Hashable, Sendable {
    /// Longer than ``TimeZoneRule/maximumPOSIXByteCount``.
    case tooLong
    /// No abbreviation of three letters or more, or of other characters in `<` and `>`, where one must be.
    case badAbbreviation(position: Int)
    /// No number within its bounds where one must be.
    case badNumber(position: Int)
    /// No day in one of the forms `Mm.w.d`, `Jn` and `n` where one must be.
    case badDay(position: Int)
    /// Something follows where the rule must end, or a comma is missing.
    case unexpectedText(position: Int)
}

extension POSIXRuleError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong: "the rule is longer than \(TimeZoneRule.maximumPOSIXByteCount) bytes"
        case .badAbbreviation(let position): "a time zone abbreviation was expected at byte \(position)"
        case .badNumber(let position): "a number within its bounds was expected at byte \(position)"
        case .badDay(let position): "a day (Mm.w.d, Jn or n) was expected at byte \(position)"
        case .unexpectedText(let position): "unexpected text at byte \(position)"
        }
    }
}
