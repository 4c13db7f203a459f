// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import Synchronization
import TimeZones

/// The system's time zones, each read once: a file for every rendering would cost more than the rendering.
public final class TimeZoneShelf: Sendable {
    /// The most zones that are kept; the world has some 600 names. What is asked for beyond it is read each time.
    private static let capacity = 1_000

    private let database = TimeZoneDatabase()
    private let zones = Mutex<[String: TemplateTimeZone?]>([:])

    /// The rule of a zone, or `nil` if the system knows no such zone.
    func zone(named name: String) -> TemplateTimeZone? {
        if let known = zones.withLock({ $0[name] }) { return known }
        let zone = (try? database.rule(named: name)).map { TemplateTimeZone(name: name, rule: $0) }
        zones.withLock { if $0.count < Self.capacity { $0[name] = .some(zone) } }
        return zone
    }
}
