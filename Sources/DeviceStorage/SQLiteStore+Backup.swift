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
                guard try database.tableExists("grdb_migrations"), try database.tableExists("devices") else {
                    throw StoreError(.corrupt, "it is no database of provd")
                }
                guard try !Schema.migrator.hasBeenSuperseded(database) else {
                    throw StoreError(.other, "it was written by a newer provd: install that one first")
                }
            }
        } catch {
            throw StoreError(opening: path, error)
        }
    }
}
