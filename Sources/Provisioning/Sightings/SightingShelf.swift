// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
public import ProvModel
import Synchronization

/// What was seen of devices lately, also of those that are not known: an administrator who misses a phone looks here first.
///
/// It is kept in memory: what a device became of it is on its timeline.
public final class SightingShelf: Sendable {
    /// The latest sighting of one kind of one device.
    public struct Entry: Sendable, Equatable {
        /// What was seen.
        public var sighting: Sighting
        /// The device that it was taken for, or `nil`.
        public var device: DeviceID?
        /// When it was seen first, in seconds since 1970.
        public var first: Double
        /// When it was seen last.
        public var last: Double
        /// How often.
        public var count: Int
    }

    /// Who was seen where.
    private struct Key: Hashable {
        let source: Sighting.Source
        let mac: MACAddress?
        let serialNumber: String?
        let ip: IPAddress?
    }

    /// The most entries, some 5 MB. When it is reached the older half goes.
    private static let capacity = 20_000

    private let entries = Mutex<[Key: Entry]>([:])

    /// Makes an empty shelf.
    public init() {}

    func note(_ sighting: Sighting, device: DeviceID?, now: Double) {
        let identity = sighting.identity
        let isNamed = identity.mac != nil || identity.serialNumber != nil
        let key = Key(source: sighting.source, mac: identity.mac, serialNumber: identity.serialNumber, ip: isNamed ? nil : sighting.ip)
        entries.withLock { entries in
            if var entry = entries[key] {
                entry.sighting = sighting
                entry.device = device
                entry.last = now
                entry.count += 1
                entries[key] = entry
                return
            }
            if entries.count >= Self.capacity {
                let times = entries.values.map(\.last).sorted()
                let middle = times[times.count / 2]
                entries = entries.filter { $0.value.last > middle }
            }
            entries[key] = Entry(sighting: sighting, device: device, first: now, last: now, count: 1)
        }
    }

    /// What was seen, the latest first.
    public func latest(where isWanted: (Entry) -> Bool, limit: Int) -> [Entry] {
        let all = entries.withLock { Array($0.values) }
        return Array(all.filter(isWanted).sorted { $0.last > $1.last }.prefix(limit))
    }
}
