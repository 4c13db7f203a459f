// SPDX-License-Identifier: GPL-3.0-or-later

/// A time of day or an offset, in the forms in which phones want it.
public struct ClockTime: Hashable, Sendable {
    /// The whole of it in seconds.
    public var seconds: Int

    /// Makes a time of so many seconds.
    public init(seconds: Int) {
        self.seconds = seconds
    }

    /// The whole of it in minutes, rounded down: -90 seconds are -2 minutes.
    public var wholeMinutes: Int { Self.floor(seconds, 60) }
    /// The whole of it in hours, rounded down.
    public var wholeHours: Int { Self.floor(seconds, 3600) }

    /// Hours, minutes and seconds, of which only the first that is not zero carries the minus sign:
    /// -3602 seconds are -1, 0, 2.
    public var parts: (hours: Int, minutes: Int, seconds: Int) {
        let size = abs(seconds)
        let (hours, minutes, rest) = (size / 3600, size / 60 % 60, size % 60)
        guard seconds < 0 else { return (hours, minutes, rest) }
        if hours > 0 { return (-hours, minutes, rest) }
        return minutes > 0 ? (0, -minutes, rest) : (0, 0, -rest)
    }

    private static func floor(_ value: Int, _ unit: Int) -> Int {
        value >= 0 ? value / unit : -((unit - 1 - value) / unit)
    }
}
