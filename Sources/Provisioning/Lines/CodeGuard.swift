// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText
import NetTypes
import ProvModel

/// Counts wrong codes by device, by source address and over all, and says when to refuse unheard.
///
/// Six digits are a million codes. A device has five tries; the last two make it wait for a moment, the fifth for a quarter of an hour, and each
/// further five for twice as long as those before, up to a day. With that, and with two hundred tries an hour over all, guessing one of
/// a hundred open codes takes about two days of a constant alarm.
struct CodeGuard: Sendable {
    /// For whom codes are counted.
    enum Key: Hashable, Sendable {
        case device(DeviceID)
        case source(IPAddress)
        case all
    }

    /// How many wrong codes are taken, and what follows from more.
    struct Limit: Sendable {
        /// So many wrong codes lock.
        let tries: Int
        /// They are forgotten after so many quiet seconds.
        let memory: Double
        /// For how many seconds the first lock holds. Each further one holds twice as long.
        let lock: Double
        /// How many seconds to wait after the last wrong codes before the lock.
        var delays: [Double] = []
    }

    static let device = Limit(tries: 5, memory: 900, lock: 900, delays: [5, 30])
    /// A whole site may stand behind one address, so that it gets more tries than one device.
    static let source = Limit(tries: 30, memory: 900, lock: 900)
    static let overall = Limit(tries: 200, memory: 3_600, lock: 3_600)
    /// The longest lock, and how long one is remembered: the next one within a day holds longer.
    static let longestLock = 86_400.0
    /// The most devices and addresses that are remembered. When it is reached the overall bound is all that is left.
    static let maximumKeys = 10_000

    /// What was counted for a key.
    struct Count: Sendable {
        /// Wrong codes since the last lock, as far as they are remembered.
        fileprivate(set) var wrong = 0
        /// How many locks there were, each within a day of the one before.
        fileprivate(set) var locks = 0
        /// Until when no code is heard.
        fileprivate(set) var end = 0.0
        /// When the first of the wrong codes came.
        fileprivate var first: Double
        /// When the last of them came.
        fileprivate var last: Double

        /// Whether the wait is more than a moment's after a wrong code.
        var isLock: Bool { wrong == 0 && locks > 0 }
    }

    private var counts: [Key: Count] = [:]
    /// The devices whose codes are being looked up. A second code at the same time would not have been counted yet.
    private var busy: Set<DeviceID> = []

    // MARK: - Hearing a code

    /// Begins hearing a code; ``end(device:)`` must follow if it is heard.
    ///
    /// - Returns: how long to wait before a code of this device or address is heard, in seconds; `nil` if it is heard now.
    mutating func begin(device: DeviceID, source: IPAddress?, now: Double) -> Double? {
        if let wait = lock(device: device, source: source, now: now) { return wait }
        return busy.insert(device).inserted ? nil : 1
    }

    /// The code of a device was looked up.
    mutating func end(device: DeviceID) { busy.remove(device) }

    /// How long to wait before a code of this device or address is heard again, in seconds; `nil` to hear it now.
    func lock(device: DeviceID, source: IPAddress?, now: Double) -> Double? {
        keys(device, source).compactMap { counts[$0].flatMap { Self.wait(until: $0.end, now) } }.max()
    }

    /// How long it is until a lock ends; `nil` if it has ended. One that is longer than locks are is from before the clock was set back.
    private static func wait(until end: Double, _ now: Double) -> Double? {
        end > now && end - now <= longestLock ? end - now : nil
    }

    /// Counts a wrong code.
    mutating func wrong(device: DeviceID, source: IPAddress?, now: Double) {
        if counts.count >= Self.maximumKeys { counts = counts.filter { !Self.isForgotten($0.value, Self.limit($0.key), now) || $0.key == .all } }
        for key in keys(device, source) {
            let limit = Self.limit(key)
            var count = counts[key] ?? Count(first: now, last: now)
            // The hour of the overall count begins with its first wrong code, not its last: some are wrong on every day of a large site.
            if abs(now - (key == .all ? count.first : count.last)) >= limit.memory { count.wrong = 0 }
            if now - count.end >= Self.longestLock || count.end - now > Self.longestLock { count.locks = 0 }
            if count.wrong == 0 { count.first = now }
            count.wrong += 1
            count.last = now
            if count.wrong >= limit.tries {
                count.end = now + Self.length(ofLock: count.locks, limit)
                count.locks += 1
                count.wrong = 0
            } else {
                // The last tries before the lock have a wait each.
                let place = limit.delays.count - (limit.tries - count.wrong)
                if limit.delays.indices.contains(place) { count.end = now + limit.delays[place] }
            }
            if counts[key] != nil || counts.count < Self.maximumKeys || key == .all { counts[key] = count }
        }
    }

    /// Forgets the wrong codes of a device that dialled a right one.
    ///
    /// - Returns: whether there were any.
    mutating func right(device: DeviceID) -> Bool { counts.removeValue(forKey: .device(device)) != nil }

    private static func length(ofLock number: Int, _ limit: Limit) -> Double {
        // A day is less than seven doublings of a quarter of an hour.
        min(limit.lock * Double(1 << min(number, 7)), longestLock)
    }

    private static func isForgotten(_ count: Count, _ limit: Limit, _ now: Double) -> Bool {
        abs(now - count.last) >= limit.memory && wait(until: count.end, now) == nil && abs(now - count.end) >= (count.locks > 0 ? longestLock : 0)
    }

    private static func limit(_ key: Key) -> Limit {
        switch key {
        case .device: device
        case .source: source
        case .all: overall
        }
    }

    private func keys(_ device: DeviceID, _ source: IPAddress?) -> [Key] {
        [.device(device), .all] + (source.map { [.source($0)] } ?? [])
    }

    // MARK: - What an administrator sees and does

    /// All for whom no code is heard now, those that wait longest first.
    func locked(now: Double) -> [(key: Key, count: Count)] {
        counts.filter { Self.wait(until: $0.value.end, now) != nil }.map { ($0.key, $0.value) }.sorted { $0.count.end > $1.count.end }
    }

    /// Forgets all wrong codes of a key, and its lock.
    ///
    /// - Returns: whether it was locked.
    mutating func lift(_ key: Key, now: Double) -> Bool {
        (counts.removeValue(forKey: key)?.end ?? 0) > now
    }
}

// MARK: - Across a restart

extension CodeGuard {
    /// How many devices and addresses are written down: two hundred wrong codes an hour do not lock as many within a day.
    private static let maximumWritten = 1_000

    /// What is written down, so that a restart is no way round a lock: by name, wrong codes, locks, end, first and last time.
    var written: JSONValue {
        let others = counts.filter { $0.key != .all }.sorted { ($0.value.end, $0.value.last) > ($1.value.end, $1.value.last) }
        let kept = counts.filter { $0.key == .all } + others.prefix(Self.maximumWritten)
        return .object(
            JSONObject(
                kept.map { key, count in
                    (key.name, [.int(count.wrong), .int(count.locks), .double(count.end), .double(count.first), .double(count.last)])
                }))
    }

    /// Takes up what was written down; what cannot be read is passed over.
    init(written: JSONValue) {
        for (name, value) in written.object ?? [:] {
            guard let key = Key(name: name), let count = Count(value, Self.limit(key)) else { continue }
            counts[key] = count
        }
    }
}

extension CodeGuard.Key {
    /// The key as a text.
    var name: String {
        switch self {
        case .device(let id): "device-\(id)"
        case .source(let address): "source-\(address)"
        case .all: "all"
        }
    }

    /// Reads a key's text.
    fileprivate init?(name: String) {
        if name == "all" {
            self = .all
        } else if name.hasPrefix("device-"), let id = DeviceID(String(name.dropFirst("device-".count))) {
            self = .device(id)
        } else if name.hasPrefix("source-"), let address = IPAddress(name.dropFirst("source-".count)) {
            self = .source(address)
        } else {
            return nil
        }
    }
}

extension CodeGuard.Count {
    /// The most that is made of a number of locks that was written down: it doubles the next one's time as often.
    private static var mostLocks: Int { 100 }

    fileprivate init?(_ value: JSONValue, _ limit: CodeGuard.Limit) {
        guard let parts = value.array, parts.count == 5, let wrong = parts[0].int, let locks = parts[1].int else { return nil }
        let times = parts.dropFirst(2).compactMap { part in
            switch part {
            case .double(let time): time
            case .int(let time): Double(time)
            default: nil
            }
        }
        guard times.count == 3 else { return nil }
        self.init(
            wrong: min(max(wrong, 0), limit.tries - 1), locks: min(max(locks, 0), Self.mostLocks), end: times[0], first: times[1], last: times[2])
    }
}
