// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Logging
import ProvModel

/// Where the log goes: to systemd's journal with fields if standard error ends there, otherwise to standard error, a line for each event.
enum LogSetup {
    /// Sets the log up for the whole process.
    static func bootstrap(_ level: Logger.Level, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let journal = JournalSocket.isStandardError(environment["JOURNAL_STREAM"]) ? JournalSocket() : nil
        LoggingSystem.bootstrap(
            { label, provider in
                var lines = StreamLogHandler.standardError(label: label, metadataProvider: provider)
                lines.logLevel = level
                guard let journal else { return OneLineLogHandler(lines) }
                return OneLineLogHandler(JournalLogHandler(label: label, socket: journal, fallback: lines))
            },
            metadataProvider: Logger.MetadataProvider { RequestID.current.map { ["request": "\($0)"] } ?? [:] })
    }
}
