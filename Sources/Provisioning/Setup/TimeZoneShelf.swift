// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import Synchronization
import TimeZones

/// The system's time zones, each read once: a file for every rendering would cost more than the rendering.
public final class TimeZoneShelf: Sendable {
    /// The most zones that are kept; the world has some 600 names. What is asked for beyond it is read each time.
    private static let capacity = 1_000

    private let database = TimeZoneDatabase()
    private let zones = Mutex<[Key: TemplateTimeZone?]>([:])

    private struct Key: Hashable {
        let name: String
        let year: Int
    }

    /// The rule of a zone, or `nil` if the system knows no such zone.
    ///
    /// - Parameter year: The present year: the changes of a few zones follow no rule.
    func zone(named name: String, year: Int) -> TemplateTimeZone? {
        let key = Key(name: name, year: year)
        if let known = zones.withLock({ $0[key] }) { return known }
        let zone = (try? database.rule(named: name, year: year)).map { TemplateTimeZone(name: name, rule: $0) }
        zones.withLock { if $0.count < Self.capacity { $0[key] = .some(zone) } }
        return zone
    }
}
