// SPDX-License-Identifier: GPL-3.0-or-later

import Logging
import Synchronization

/// Keeps what is logged.
final class KeptLog: LogHandler, Sendable {
    private let kept = Mutex<(lines: [String], metadata: Logger.Metadata)>(([], [:]))

    var lines: [String] { kept.withLock { $0.lines } }
    private let level: Logger.Level

    init(_ level: Logger.Level = .trace) { self.level = level }

    var logLevel: Logger.Level {
        get { level }
        set {}
    }
    var metadata: Logger.Metadata {
        get { kept.withLock { $0.metadata } }
        set { kept.withLock { $0.metadata = newValue } }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { kept.withLock { $0.metadata[key] = newValue } }
    }

    func log(event: LogEvent) {
        kept.withLock { $0.lines.append("\(event.message) \(event.metadata ?? [:]) \($0.metadata)") }
    }
}
