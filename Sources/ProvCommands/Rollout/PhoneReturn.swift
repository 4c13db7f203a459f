// SPDX-License-Identifier: GPL-3.0-or-later

import JSONText

/// Follows a phone that was changed, by its timeline, until it is back: it has fetched what is wanted of it now, and registered after that.
struct PhoneReturn: Sendable, Equatable {
    /// A file that the phone was given since the change.
    struct Fetch: Sendable, Equatable {
        /// The event of the timeline.
        let event: Int
        let path: String
        /// How it asked, and whom: both are in what it was given.
        let transport: String
        let server: String?
        /// The SHA-256 of what it was given.
        let digest: String
    }

    /// What is still missing.
    enum Missing: Sendable, Equatable {
        /// It has fetched nothing since the change.
        case fetch
        /// It has fetched something, and not what is wanted now.
        case wanted
        /// It has what is wanted, and has not registered since.
        case registration
        /// Nothing: it is back.
        case nothing
    }

    /// Whether it was registered before the change, so that it must be again.
    private let mustRegister: Bool
    /// What is still missing.
    private(set) var missing = Missing.fetch
    /// The last event that was looked at.
    private(set) var position: Int
    /// The events after which it counts as registered again.
    private var registrations: [Int] = []

    /// Begins after an event of the phone's timeline.
    init(after position: Int, mustRegister: Bool) {
        self.position = position
        self.mustRegister = mustRegister
    }

    /// Takes in the events after ``position``, oldest first.
    ///
    /// - Returns: What the phone was given, to be compared with what is wanted, the oldest first.
    mutating func receive(_ events: [JSONValue]) -> [Fetch] {
        var fetches: [Fetch] = []
        for event in events {
            guard let id = event["id"]?.int, id > position else { continue }
            position = id
            guard event["outcome"] == "done", let details = event["details"] else { continue }
            switch event["step"]?.string {
            // Firmware and logos have no digest and say nothing of the configuration.
            case "fetched":
                guard let path = details["path"]?.string, let transport = details["transport"]?.string, let digest = details["sha256"]?.string else { continue }
                fetches.append(Fetch(event: id, path: path, transport: transport, server: details["server"]?.string, digest: digest))
                if missing == .fetch { missing = .wanted }
            case "registered" where details["registration"] != "ended":
                if missing == .registration { missing = .nothing } else { registrations.append(id) }
            default: continue
            }
        }
        return fetches
    }

    /// Learns what is wanted at the path of a file that the phone was given.
    ///
    /// - Parameters:
    ///   - digest: The SHA-256 of what it would be given now, or `nil` if that is nothing.
    ///   - proves: Whether who has this file has its configuration.
    mutating func compare(_ fetch: Fetch, with digest: String?, proves: Bool) {
        guard missing == .wanted, proves, fetch.digest == digest else { return }
        let isRegistered = !mustRegister || registrations.contains { $0 > fetch.event }
        missing = isRegistered ? .nothing : .registration
    }

    /// Why the phone is not back, for people.
    var words: String {
        switch missing {
        case .fetch: "has fetched nothing since"
        case .wanted: "has not fetched what it should have now"
        case .registration: "has fetched its configuration, and not registered again"
        case .nothing: "is back"
        }
    }
}
