// SPDX-License-Identifier: GPL-3.0-or-later

import PhonePlugins
import Synchronization

/// The system's time zones, each read once.
public final class TimeZoneShelf: Sendable {
    private let zones = Mutex<[String: TemplateTimeZone?]>([:])

    /// The rule of a zone, or `nil` if the system knows no such zone.
    func zone(named name: String) -> TemplateTimeZone? { zones.withLock { $0[name] ?? nil } }
}
