// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc
import Logging
import OpenFiles
import Testing

@testable import ProvdApp

@Suite("The log in systemd's journal")
struct JournalLogHandlerTests {
    private func entry(_ message: String, _ metadata: Logger.Metadata = [:], label: String = "provd", level: Logger.Level = .info) -> [String] {
        let entry = JournalLogHandler<SwiftLogNoOpLogHandler>.entry(label, level, message, metadata, place: ("ProvdApp", "ProvdApp/X.swift", 7))
        return String(decoding: entry.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("An event has its words, its priority, and what is known of it as fields")
    func fields() {
        let fields = entry("a file was sent", ["request": "0a", "device": "b1"], level: .warning)
        #expect(fields.prefix(3) == ["MESSAGE=a file was sent (device=b1 request=0a)", "PRIORITY=4", "SYSLOG_IDENTIFIER=provd"])
        #expect(fields.contains("PROVD_DEVICE=b1") && fields.contains("PROVD_REQUEST=0a") && fields.contains("PROVD_LOGGER=provd"))
        #expect(fields.contains("PROVD_MODULE=ProvdApp") && fields.contains("CODE_LINE=7"))
    }

    @Test("The security log is found by its name", arguments: [(Logger.Level.critical, 2), (.error, 3), (.notice, 5), (.trace, 7)])
    func label(level: Logger.Level, priority: Int) {
        let fields = entry("API token refused to 192.0.2.1", label: "provd.security", level: level)
        #expect(fields.first == "MESSAGE=provd.security: API token refused to 192.0.2.1" && fields.contains("PRIORITY=\(priority)"))
    }

    @Test("A value of several lines goes with its length, and adds no field")
    func lines() {
        var entry = JournalEntry()
        entry.append("PROVD_TEXT", "a\nPRIORITY=0")
        #expect(entry.bytes == Array("PROVD_TEXT\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0] + Array("a\nPRIORITY=0\n".utf8))
    }

    @Test("Names of fields are what the journal takes, and entries fit into a datagram")
    func bounds() {
        #expect(JournalEntry.name("hb.request.id") == "PROVD_HB_REQUEST_ID")
        let name = JournalEntry.name(String(repeating: "é=\n", count: 100))
        #expect(name.utf8.count <= 64 && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (65...90).contains($0) })
        var entry = JournalEntry()
        for _ in 0..<1_000 { entry.append("PROVD_X", String(repeating: "x", count: 100_000)) }
        #expect(entry.bytes.count < 200_000)
    }

    @Test("The journal gets it; what it cannot take goes where it went before")
    func socket() async throws {
        try await withDirectory { directory in
            let journal = try FakeManager(path: directory + "/journal")
            let kept = KeptLog()
            let socket = try #require(JournalSocket(path: journal.path))
            var logger = Logger(label: "provd") { label in OneLineLogHandler(JournalLogHandler(label: label, socket: socket, fallback: kept)) }
            logger[metadataKey: "door"] = "http"
            logger.notice("one\ntwo")
            #expect(await journal.next()?.hasPrefix("MESSAGE=one\\ntwo (door=http)\nPRIORITY=5\n") == true)
            unsafe unlink(journal.path)
            #expect(JournalSocket(path: journal.path) == nil)
            #expect(kept.lines.isEmpty)
        }
    }

    @Test("Standard error is the journal's only if systemd's numbers are those of the open file")
    func stream() throws {
        let open = try #require(DescriptorIdentity(of: STDERR_FILENO))
        #expect(JournalSocket.isStandardError("\(open.device):\(open.inode)"))
        #expect(!JournalSocket.isStandardError("\(open.device):\(open.inode &+ 1)"))
        for text in [nil, "", ":", "1", "a:b", "1:2:3", "99999999999999999999:1"] { #expect(!JournalSocket.isStandardError(text)) }
    }

    @Test("What nobody can do anything about is said only to whoever wants to know everything")
    func noise() {
        for (level, count) in [(Logger.Level.info, 1), (.debug, 3)] {
            let kept = KeptLog(level)
            let logger = Logger(label: "test") { _ in OneLineLogHandler(kept) }
            logger.error("Waiting on child channel: a client went away")
            logger.error("Server shutdown error: another")
            logger.error("a real one")
            #expect(kept.lines.count == count)
        }
    }
}
