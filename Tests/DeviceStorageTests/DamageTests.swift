// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
import ProvModel
import Testing

@testable import DeviceStorage

@Suite("Files that are no sound database")
struct DamageTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = try folder.copy("schema-2.db")
    }

    /// Expects that a file is refused as damaged with a word of the reason, and that it stays as it is.
    private func expectDamage(_ reason: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try Data(contentsOf: URL(filePath: path))
        let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) { _ = try SQLiteStore(path: path) }
        #expect(error?.code == .corrupt, sourceLocation: sourceLocation)
        let text = error?.description ?? ""
        #expect(text.contains(reason) && text.hasPrefix(path), "\(text)", sourceLocation: sourceLocation)
        #expect(try Data(contentsOf: URL(filePath: path)) == before, sourceLocation: sourceLocation)
        #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try SQLiteStore.check(backup: path) }
    }

    private func overwrite(_ range: Range<Int>) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        data.replaceSubrange(range, with: [UInt8](repeating: 0xA5, count: range.count))
        try data.write(to: URL(filePath: path))
    }

    private func cut(to size: Int) throws {
        try Data(contentsOf: URL(filePath: path)).prefix(size).write(to: URL(filePath: path))
    }

    @Test("A file whose beginning is overwritten")
    func header() throws {
        try overwrite(0..<1_024)
        try expectDamage("not a database")
    }

    @Test("A file whose pages are overwritten")
    func pages() throws {
        try overwrite(4 * 1_024..<40 * 1_024)
        try expectDamage("provd restore")
    }

    @Test("A file that was cut off, at the end of a page and within one", arguments: [20 * 1_024, 57 * 1_024 + 100])
    func cut(size: Int) throws {
        try cut(to: size)
        try expectDamage("provd restore")
    }

    @Test("An empty file with a journal beside it")
    func empty() throws {
        try Data().write(to: URL(filePath: path))
        try Data([1, 2, 3]).write(to: URL(filePath: path + "-wal"))
        let error = #expect(throws: StoreError.self) { _ = try SQLiteStore(path: path) }
        #expect(error?.code == .corrupt)
        #expect(try Data(contentsOf: URL(filePath: path + "-wal")) == Data([1, 2, 3]))
    }

    @Test("An empty file alone is a new database: its maker may have been ended")
    func new() async throws {
        try Data().write(to: URL(filePath: path))
        #expect(try await SQLiteStore(path: path).lines().isEmpty)
    }

    @Test("The database of another program")
    func foreign() throws {
        try FileManager.default.removeItem(atPath: path)
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE recipes (name TEXT)") }
        try expectDamage("no database of provd")
    }

    @Test("The database of a newer provd is named as such, and a backup of it too")
    func newer() throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 the future')") }
        for attempt in [{ _ = try SQLiteStore(path: path) }, { try SQLiteStore.check(backup: path) }] {
            let error = #expect(throws: StoreError.self) { try attempt() }
            #expect(error?.code == .other && error?.description.contains("newer provd") == true)
        }
    }

    @Test("A backup of a database to which is written is sound and whole, and never takes the place of a file")
    func backup() async throws {
        let store = try SQLiteStore(path: path), copy = folder.path + "/copy.db"
        for number in 0..<50 { try await store.transaction { try $0.save(setting: "n\(number)", "x") } }
        async let more: Void = {
            for number in 50..<200 { try await store.transaction { try $0.save(setting: "n\(number)", "x") } }
        }()
        try await store.backup(to: copy)
        try await more
        try SQLiteStore.check(backup: copy)
        let restored = try SQLiteStore(path: copy)
        #expect(try await restored.lines() == store.lines())
        #expect(try await restored.setting("n49") == "x")
        await #expect(throws: StoreError.self) { try await store.backup(to: copy) }
    }

    @Test("A database that was closed is one file with all that is in it")
    func closing() async throws {
        let store = try SQLiteStore(path: path)
        try await store.transaction { try $0.save(setting: "last", "word") }
        try store.close()
        let alone = folder.path + "/alone.db"
        try FileManager.default.copyItem(atPath: path, toPath: alone)
        #expect(try await SQLiteStore(path: alone).setting("last") == "word")
    }
}
