// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import JSONText

/// Which phones are changed together.
struct RolloutPlan {
    /// The phones of each wave: those that go first, then the rest.
    let waves: [[JSONValue]]

    init(_ devices: [JSONValue], first count: Int) {
        waves = [Array(devices.prefix(count)), Array(devices.dropFirst(count))].filter { !$0.isEmpty }
    }

    /// How many a text such as `5` or `10%` means, at least one.
    static func size(_ text: String, of total: Int) throws -> Int {
        if text.hasSuffix("%"), let percent = Int(text.dropLast()), (1...100).contains(percent) { return max(1, total * percent / 100) }
        guard let count = Int(text), count >= 1 else { throw ValidationError("--first is a number, as 5, or a share, as 10%") }
        return min(count, total)
    }

    /// Whether the newest word of a timeline is that the phone is registered.
    static func isRegistered(_ events: [JSONValue]) -> Bool {
        let last = events.last { $0["step"] == "registered" && $0["outcome"] == "done" }
        return last.map { $0["details"]?["registration"] != "ended" } ?? false
    }
}
