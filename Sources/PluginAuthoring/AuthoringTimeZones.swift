// SPDX-License-Identifier: GPL-3.0-or-later

public import PhonePlugins
import TimeZones

/// The time zones by which plugins are tested and rendered without a server.
public struct AuthoringTimeZones: Sendable {
    /// The year whose rules are taken where a zone's changes follow none: always the same, so that a test means the same in every year.
    private static let year = 2026

    private let database = TimeZoneDatabase()

    /// The zones of the system's tz database.
    public init() {}

    /// The rule of a zone, or `nil` if the system knows no such zone.
    public func zone(named name: String) -> TemplateTimeZone? {
        (try? database.rule(named: name, year: Self.year)).map { TemplateTimeZone(name: name, rule: $0) }
    }
}
