// SPDX-License-Identifier: GPL-3.0-or-later

import Logging

/// Writes each event to systemd's journal, with what is known of it as fields: `journalctl PROVD_DEVICE=…`, `journalctl PROVD_REQUEST=…`.
///
/// The message has the same in words, for whoever reads along. What the journal cannot take now goes to the fallback, which is standard error.
struct JournalLogHandler<Fallback: LogHandler>: ForwardingLogHandler {
    private let label: String
    private let socket: JournalSocket
    /// Standard error, for what the journal cannot take.
    var next: Fallback

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: The logger's.
    ///   - fallback: What is used where the journal does not answer; it has level and metadata too.
    init(label: String, socket: JournalSocket, fallback: Fallback) {
        self.label = label
        self.socket = socket
        next = fallback
    }

    func log(event: LogEvent) {
        let known = metadata.merging(metadataProvider?.get() ?? [:]) { _, now in now }.merging(event.metadata ?? [:]) { _, said in said }
        if !socket.send(Self.entry(label, event.level, event.message.description, known, place: (event.source, event.file, event.line))) {
            next.log(event: event)
        }
    }

    /// The entry for an event.
    static func entry(
        _ label: String, _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, place: (module: String, file: String, line: UInt)
    ) -> JournalEntry {
        var entry = JournalEntry()
        let details = metadata.sorted { $0.key < $1.key }
        let words = details.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        // What guards the network finds its lines by the label (packaging/fail2ban).
        let text = (label == "provd" ? "" : "\(label): ") + message + (words.isEmpty ? "" : " (\(words))")
        entry.append("MESSAGE", text)
        entry.append("PRIORITY", "\(level.syslogPriority)")
        entry.append("SYSLOG_IDENTIFIER", "provd")
        entry.append("PROVD_LOGGER", label)
        entry.append("PROVD_MODULE", place.module)
        entry.append("CODE_FILE", place.file)
        entry.append("CODE_LINE", "\(place.line)")
        for (key, value) in details { entry.append(JournalEntry.name(key), "\(value)") }
        return entry
    }
}

extension Logger.Level {
    /// The priority as syslog counts it (RFC 5424, 6.2.1).
    fileprivate var syslogPriority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
