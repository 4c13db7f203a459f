// SPDX-License-Identifier: GPL-3.0-or-later

/// What an observer of DHCP has counted since its start, for one interface.
///
/// On provd's Unix socket it is one line of JSON, with the member `statistics`.
public struct ObserverStatistics: Sendable, Hashable, Codable {
    /// Which source of which run of the observer; all lines with one name count on.
    public var source: String
    /// When it was counted, in seconds since 1970.
    public var time: Double
    /// Frames that were captured.
    public var frames: UInt64
    /// DHCP messages in them.
    public var messages: UInt64
    /// Frames to a DHCP port that were no DHCP message, or a broken one.
    public var malformed: UInt64
    /// Frames that were lost, because they came faster than they could be read.
    public var dropped: UInt64
    /// Reports that were given up, because provd was away for so long that there was no room for them.
    public var unsent: UInt64

    private enum CodingKeys: String, CodingKey {
        case source = "statistics"
        case time, frames, messages, malformed, dropped, unsent
    }

    /// Makes statistics.
    public init(source: String, time: Double, frames: UInt64, messages: UInt64, malformed: UInt64, dropped: UInt64, unsent: UInt64 = 0) {
        self.source = source
        self.time = time
        self.frames = frames
        self.messages = messages
        self.malformed = malformed
        self.dropped = dropped
        self.unsent = unsent
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        source = try container.decode(String.self, forKey: .source)
        time = try container.decode(Double.self, forKey: .time)
        frames = try container.decode(UInt64.self, forKey: .frames)
        messages = try container.decode(UInt64.self, forKey: .messages)
        malformed = try container.decode(UInt64.self, forKey: .malformed)
        dropped = try container.decode(UInt64.self, forKey: .dropped)
        // Earlier sniffers do not say it.
        unsent = try container.decodeIfPresent(UInt64.self, forKey: .unsent) ?? 0
    }
}
