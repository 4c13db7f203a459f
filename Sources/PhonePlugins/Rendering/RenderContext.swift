// SPDX-License-Identifier: GPL-3.0-or-later

public import JSONText

/// What a file is rendered from: the device, its effective raw configuration, and the request.
public struct RenderContext: Sendable {
    /// What the phone's request tells a template.
    public struct Request: Sendable, Hashable {
        /// The protocol: HTTP or TFTP.
        public var `protocol`: PhoneProtocol
        /// The server's address as the phone used it, with `:port` if it is not the protocol's own.
        public var server: String
        /// The path.
        public var path: String
        /// The user agent, or `nil` if the request had none.
        public var userAgent: String?

        /// Describes a request.
        public init(protocol: PhoneProtocol, server: String, path: String, userAgent: String? = nil) {
            self.protocol = `protocol`
            self.server = server
            self.path = path
            self.userAgent = userAgent
        }
    }

    /// The device document: `id`, `mac`, `vendor`, `model`, `version`, `options`…
    public var device: JSONObject
    /// The effective raw configuration: the merge of the config with its ancestors, with `http_base_url`.
    public var rawConfig: JSONObject
    /// The request.
    public var request: Request
    /// Finds the rule of a time zone by its name in the tz database, such as `Europe/Paris`.
    public var timeZone: @Sendable (String) -> TemplateTimeZone?
    /// The files that count as stored, in a test; those of the plugin otherwise.
    var storedFiles: [String]?

    /// Makes a context.
    public init(
        device: JSONObject, rawConfig: JSONObject, request: Request, timeZone: @escaping @Sendable (String) -> TemplateTimeZone? = { _ in nil }
    ) {
        self.device = device
        self.rawConfig = rawConfig
        self.request = request
        self.timeZone = timeZone
    }
}

/// A time zone as templates see it: the offset from UTC and the yearly rule, from which phones calculate daylight saving time.
public struct TemplateTimeZone: Sendable, Hashable {
    /// When the clocks change: at a local time on the n-th weekday of a month.
    public struct Moment: Sendable, Hashable {
        /// The month, 1 to 12.
        public var month: Int
        /// Which of the month's weekdays, 1 to 5; 5 is the last.
        public var week: Int
        /// The weekday; 0 is Sunday.
        public var weekday: Int
        /// The hour of the local time before the change; POSIX rules also have hours below 0 and above 23.
        public var hour: Int
        /// The minute.
        public var minute: Int

        /// Describes a moment.
        public init(month: Int, week: Int, weekday: Int, hour: Int, minute: Int) {
            self.month = month
            self.week = week
            self.weekday = weekday
            self.hour = hour
            self.minute = minute
        }
    }

    /// The yearly change to daylight saving time and back.
    public struct DaylightSaving: Sendable, Hashable {
        /// By how many minutes the clocks are put forward.
        public var saveMinutes: Int
        /// When daylight saving time begins.
        public var start: Moment
        /// When it ends.
        public var end: Moment

        /// Describes a rule.
        public init(saveMinutes: Int, start: Moment, end: Moment) {
            self.saveMinutes = saveMinutes
            self.start = start
            self.end = end
        }
    }

    /// The name in the tz database.
    public var name: String
    /// The rule as POSIX writes it (IEEE 1003.1, 8.3, `TZ`), such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    public var posix: String
    /// Standard time's offset from UTC in minutes, east positive.
    public var offsetMinutes: Int
    /// The yearly rule, or `nil` where the clocks do not change.
    public var daylightSaving: DaylightSaving?

    /// Describes a zone.
    public init(name: String, posix: String, offsetMinutes: Int, daylightSaving: DaylightSaving? = nil) {
        self.name = name
        self.posix = posix
        self.offsetMinutes = offsetMinutes
        self.daylightSaving = daylightSaving
    }
}
