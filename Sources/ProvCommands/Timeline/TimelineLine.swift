// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import JSONText

/// One event of a timeline as one line for people.
struct TimelineLine {
    let text: String

    init(_ event: JSONValue, showsDevice: Bool) {
        let time: Double =
            switch event["time"] {
            case .double(let seconds)?: seconds
            case .int(let seconds)?: Double(seconds)
            default: 0
            }
        let mark =
            switch event["outcome"]?.string {
            // Phones ask for files that they can do without; not getting one is no setback.
            case "refused" where event["details"]?["refusal"]?.string == "no-such-file": "·"
            case "refused": "✗"
            case "failed": "!"
            default: "✓"
            }
        let device = showsDevice ? (event["mac"]?.string ?? event["device"]?.string ?? "-") + "  " : ""
        let step = (event["step"]?.string ?? "").padding(toLength: 12, withPad: " ", startingAt: 0)
        let repeats = event["repeats"]?.int ?? 1
        let line = "\(Self.clock(time))  \(device)\(mark) \(step) \(event["text"]?.string ?? "")\(repeats > 1 ? " (\(repeats) times)" : "")"
        text = Table.printable(line)
    }

    /// The local time of day with milliseconds, since what matters is the order within seconds.
    private static func clock(_ time: Double) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
        return formatter.string(from: Date(timeIntervalSince1970: time))
    }
}

/// The standard output, written line by line also into a pipe, where somebody may wait for each.
enum StandardOutput {
    static func write(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
