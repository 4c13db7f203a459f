// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import Testing

@testable import ProvCommands

@Suite("What a set-up keeps, to be undone")
struct SetupJournalTests {
    /// Works in a directory of its own.
    private func inDirectory(_ work: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "setup-journal-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try work(directory)
    }

    @Test("Files come back, those that were new go, one set-up after the other")
    func files() throws {
        try inDirectory { directory in
            let old = directory + "/old", new = directory + "/new", journal = directory + "/journal"
            try Data("before".utf8).write(to: URL(filePath: old))
            _ = try SetupJournal.keep([old, new], configs: [:], units: [], directory: journal)
            try Data("after".utf8).write(to: URL(filePath: old))
            try Data("after".utf8).write(to: URL(filePath: new))
            _ = try SetupJournal.keep([old], configs: [:], units: [], directory: journal)
            try Data("later".utf8).write(to: URL(filePath: old))
            try #require(try SetupJournal.last(directory: journal)).undo()
            #expect(LocalFile.text(old) == "after" && LocalFile.text(new) == "after")
            try #require(try SetupJournal.last(directory: journal)).undo()
            #expect(LocalFile.text(old) == "before" && LocalFile.text(new) == nil)
            #expect(try SetupJournal.last(directory: journal) == nil)
        }
    }

    @Test("What is known only later is noted, and what was known first stays")
    func later() throws {
        try inDirectory { directory in
            let unit = SetupJournal.Unit(name: "kea-dhcp4-server.service", isEnabled: true, isActive: false)
            var journal = try SetupJournal.keep([], configs: ["base": ["locale": "de_DE"]], units: [unit], directory: directory)
            try journal.note(configs: ["base": ["locale": "fr_FR"], "default": ["registrar_main": nil]])
            try journal.note(lines: ["a", "b"])
            let read = try #require(try SetupJournal.last(directory: directory))
            #expect(read.lines == ["a", "b"] && read.units == [unit])
            #expect(read.configs == ["base": ["locale": "de_DE"], "default": ["registrar_main": nil]])
        }
    }

    @Test("A journal of an earlier version is read")
    func earlier() throws {
        try inDirectory { directory in
            try Data(#"{"files":[],"configs":{"base":{"locale":"de_DE"}}}"#.utf8).write(to: URL(filePath: directory + "/000007.json"))
            let journal = try #require(try SetupJournal.last(directory: directory))
            #expect(journal.lines.isEmpty && journal.units.isEmpty && journal.configs == ["base": ["locale": "de_DE"]])
        }
    }
}
