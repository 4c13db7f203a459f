// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import GRDB
public import ProvModel

extension SQLiteStore {
    public func backup(to path: String) async throws(StoreError) {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.other, "\(path) exists already: name a file that does not")
        }
        do {
            // The reader sees one moment of the database, however long the copy takes and whoever writes meanwhile.
            let copy = try DatabaseQueue(path: path)
            try await database.read { source in try copy.writeWithoutTransaction { try source.backup(to: $0) } }
            // One file, that needs no other beside it.
            try await copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw StoreError(opening: path, error)
        }
    }

    /// Closes the database, with all that is in it in one file. Nothing can be asked of it any more.
    public func close() throws(StoreError) {
        do {
            // GRDB closes its readers last, and they cannot empty the journal.
            if let pool = database as? DatabasePool { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
            try database.close()
        } catch {
            throw StoreError(error)
        }
    }

    /// Checks that a file is a sound database of provd, of this release or an earlier one.
    ///
    /// - Throws: `StoreError` that says what is wrong with it.
    public static func check(backup path: String) throws(StoreError) {
        guard FileManager.default.fileExists(atPath: path) else { throw StoreError(.other, "there is no file \(path)") }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            try DatabaseQueue(path: path, configuration: configuration).read { database in
                let findings = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
                guard findings == ["ok"] else { throw StoreError(.corrupt, "it is damaged: \(findings.joined(separator: "; "))") }
                try checkOrigin(database)
            }
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            throw StoreError(.corrupt, "\(path): it is damaged (\(error.message ?? "no reason given"))")
        } catch {
            throw StoreError(opening: path, error)
        }
    }

    /// Checks that a database is provd's, and that this release knows its tables.
    private static func checkOrigin(_ database: Database) throws {
        guard try database.tableExists("grdb_migrations"), try database.tableExists("devices") else {
            throw StoreError(.corrupt, "it is no database of provd")
        }
        guard try !Schema.migrator.hasBeenSuperseded(database) else {
            throw StoreError(.other, "it was written by a newer provd: install that one first")
        }
    }

    /// What may be large and is not needed to serve phones: damage there is found when it is met.
    private static let journals: Set<String> = ["timeline", "audit"]

    /// Checks a database before it is opened for writing, so that one that is damaged stays as it is. It takes a tenth of a second for
    /// 50,000 devices.
    ///
    /// - Throws: `StoreError` or `DatabaseError` that says what is wrong with it.
    static func check(database path: String) throws {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int else { return }
        let journal = (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? 0
        guard size > 0 else {
            // SQLite takes an empty file for a new database, and throws the journal beside it away.
            guard journal == 0 else { throw StoreError(.corrupt, "it is empty, but has a journal beside it: its contents were lost") }
            return
        }
        var configuration = Configuration()
        configuration.readonly = true
        try DatabaseQueue(path: path, configuration: configuration).read { database in
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
            // A page of which a part is missing is none to SQLite if nothing looks at it. After a power cut the journal has it whole.
            let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 1
            guard journal > 0 || size.isMultiple(of: pageSize) else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a part of its last page is missing")
            }
            // Without tables it was made a moment before its maker was ended.
            if !tables.isEmpty { try checkOrigin(database) }
            for table in tables where !journals.contains(table) {
                let findings = try String.fetchAll(database, sql: "SELECT quick_check FROM pragma_quick_check(?)", arguments: [table])
                guard findings == ["ok"] else {
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: findings.prefix(3).joined(separator: "; "))
                }
            }
        }
    }
}
