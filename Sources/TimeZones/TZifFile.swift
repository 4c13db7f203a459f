// SPDX-License-Identifier: GPL-3.0-or-later

/// A compiled time zone (RFC 8536): the changes of the past and those known in advance, and the rule for all time after.
///
///     header │ data with 32-bit times │ header │ data with 64-bit times │ \n rule \n
///            └ all that version 1 has └ from version 2 on
public struct TZifFile: Hashable, Sendable {
    /// Bytes of the largest file that is looked at; the largest in use has about four kilobytes.
    public static let maximumByteCount = 64 * 1024

    /// A clock that the zone has or had.
    struct LocalTime: Hashable, Sendable {
        /// Seconds to add to UTC, positive east.
        var offsetSeconds: Int
        var isDaylight: Bool
        var abbreviation: String
    }

    /// A change to another clock, in seconds since 1970 UTC.
    struct Change: Hashable, Sendable {
        var time: Int
        var before: LocalTime
        var after: LocalTime
    }

    /// The changes in the order of time.
    let changes: [Change]
    /// The clock after the last change.
    let last: LocalTime
    /// The rule for the time after the last change, if the file has one.
    let footer: TimeZoneRule?

    /// Reads a file of version 1 to 4.
    public init(parsing bytes: [UInt8]) throws(TZifError) {
        guard bytes.count <= Self.maximumByteCount else { throw .outOfBounds("the size of the file") }
        var reader = TZifReader(bytes: bytes)
        let header = try reader.header()
        if header.version == 0 {
            (changes, last) = try reader.data(header, timeByteCount: 4)
            footer = nil
            return
        }
        try reader.skipData(header)
        (changes, last) = try reader.data(try reader.header(), timeByteCount: 8)
        let text = try reader.footer()
        do throws(POSIXRuleError) {
            footer = text.isEmpty ? nil : try TimeZoneRule(posix: text)
        } catch {
            throw .badFooter(error)
        }
    }
}
