// SPDX-License-Identifier: GPL-3.0-or-later

import Logging

/// Writes each event on one line, whatever strangers put into it.
///
/// A name from a DHCP packet or a path with a line break in it could otherwise write lines of the log: such as one that says that
/// somebody else guesses at passwords, whom fail2ban then bans.
struct OneLineLogHandler<Base: LogHandler>: ForwardingLogHandler {
    var next: Base

    init(_ base: Base) { next = base }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { next[metadataKey: key] }
        set { next[metadataKey: key] = newValue.map(Self.onOneLine) }
    }

    /// What Hummingbird calls errors and nobody can do anything about: a client that went away while its connection was being closed.
    private static var noise: [String] { ["Waiting on child channel", "Server shutdown error"] }
    /// Hummingbird's own number of a request; ours stands beside it.
    private static var ownRequestKey: String { "hb.request.id" }

    func log(event: LogEvent) {
        var event = event
        if event.level > .debug, Self.noise.contains(where: event.message.description.hasPrefix) {
            guard logLevel <= .debug else { return }
            event.level = .debug
        }
        event.message = "\(Self.onOneLine(event.message.description))"
        event.metadata = event.metadata?.mapValues(Self.onOneLine)
        if let error = event.error {
            event.metadata = (event.metadata ?? [:]).merging(["error": .string(Self.onOneLine("\(error)"))]) { said, _ in said }
            event.error = nil
        }
        next.log(event: event)
    }

    private static func onOneLine(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        switch value {
        case .string(let text): .string(onOneLine(text))
        case .stringConvertible(let value): .string(onOneLine(value.description))
        case .array(let values): .array(values.map(onOneLine))
        case .dictionary(let values): .dictionary(values.mapValues(onOneLine))
        }
    }

    /// The text with escapes in place of what ends a line or moves a terminal's cursor.
    static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.reduce(into: "") { text, scalar in
            if isControl(scalar) { text += scalar.escaped(asASCII: true) } else { text.unicodeScalars.append(scalar) }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
