// SPDX-License-Identifier: GPL-3.0-or-later

import NetTypes
import ProvModel

/// Counts wrong codes by device, by source address and over all, and says when to refuse unheard.
///
/// Six digits are a million codes. With five tries and then a quarter of an hour's wait for each device, and two hundred
/// tries an hour over all, guessing one of a hundred open codes takes about two days of a constant alarm.
struct CodeGuard: Sendable {
    static let triesPerDevice = 5
    /// A whole site may stand behind one address, so that it gets more tries than one device.
    static let triesPerSource = 30
    static let lockSeconds = 900.0
    static let triesOverall = 200
    static let overallSeconds = 3_600.0
    /// The most devices and addresses that are remembered. When it is reached the overall bound is all that is left.
    static let maximumKeys = 10_000

    private enum Key: Hashable {
        case device(DeviceID)
        case source(IPAddress)

        var tries: Int {
            switch self {
            case .device: CodeGuard.triesPerDevice
            case .source: CodeGuard.triesPerSource
            }
        }
    }

    private struct Count {
        var wrong = 0
        var last: Double
    }

    private var counts: [Key: Count] = [:]
    private var overall = Count(last: 0)

    /// How long to wait before a code of this device or address is heard again, in seconds; `nil` to hear it now.
    func lock(device: DeviceID, source: IPAddress?, now: Double) -> Double? {
        var waits = keys(device, source).compactMap { key -> Double? in
            guard let count = counts[key], count.wrong >= key.tries else { return nil }
            return count.last + Self.lockSeconds - now
        }
        if overall.wrong >= Self.triesOverall { waits.append(overall.last + Self.overallSeconds - now) }
        return waits.filter { $0 > 0 }.max()
    }

    /// Counts a wrong code.
    mutating func wrong(device: DeviceID, source: IPAddress?, now: Double) {
        if counts.count >= Self.maximumKeys { counts = counts.filter { now - $0.value.last < Self.lockSeconds } }
        for key in keys(device, source) {
            var count = counts[key] ?? Count(last: now)
            if now - count.last >= Self.lockSeconds { count.wrong = 0 }
            count.wrong += 1
            count.last = now
            if counts[key] != nil || counts.count < Self.maximumKeys { counts[key] = count }
        }
        // The overall hour begins with its first wrong code, not its last, so that it always ends.
        if overall.wrong == 0 || now - overall.last >= Self.overallSeconds { overall = Count(last: now) }
        overall.wrong += 1
    }

    /// Forgets the wrong codes of a device that dialled a right one.
    mutating func right(device: DeviceID) { counts[.device(device)] = nil }

    private func keys(_ device: DeviceID, _ source: IPAddress?) -> [Key] {
        [.device(device)] + (source.map { [.source($0)] } ?? [])
    }
}
