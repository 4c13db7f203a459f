// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser

/// A time as people write it: `60s`, `500ms`, `2m`, or a number of seconds.
struct Span: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        // A day is longer than anybody rehearses.
        guard let number = Int(digits), number <= 86_400_000 else { return nil }
        switch argument.dropFirst(digits.count) {
        case "", "s": duration = .seconds(number)
        case "ms": duration = .milliseconds(number)
        case "m": duration = .seconds(number * 60)
        default: return nil
        }
    }

    var description: String {
        let (seconds, attoseconds) = duration.components
        return attoseconds == 0 ? "\(seconds)s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
    }
}
