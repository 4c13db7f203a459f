// SPDX-License-Identifier: GPL-3.0-or-later

import DeviceStorage
import Foundation
import Glibc
import Logging
import OpenFiles

/// A backup that takes the place of the database when the daemon starts: then nobody has the old one open.
enum StagedRestore {
    /// Where the backup waits.
    static func path(_ stateDirectory: String) -> String { stateDirectory + "/restore.db" }

    /// Puts a backup in place that waits. The database before it is kept beside it.
    ///
    /// Whenever the machine loses its power, either the old database with its journal or the new one is in place.
    ///
    /// - Returns: The file in which the database before it is kept, or `nil` if no backup waits.
    /// - Throws: `ConfigurationProblem` if the backup is not sound; the database is untouched then.
    @discardableResult
    static func apply(_ stateDirectory: String, _ logger: Logger) throws(ConfigurationProblem) -> String? {
        let staged = path(stateDirectory), database = stateDirectory + "/provd.db"
        let files = FileManager.default
        guard files.fileExists(atPath: staged) else { return nil }
        do {
            try SQLiteStore.check(backup: staged)
        } catch {
            throw ConfigurationProblem("the backup that was to be restored is not sound: \(error); remove \(staged), and provd starts with the database as it is")
        }
        let kept = unusedName(database + ".before-restore-\(Int(Date().timeIntervalSince1970))")
        do {
            // A second name for each first: then the old ones can go one after the other, and nothing is ever without a name.
            for suffix in ["", "-wal"] where files.fileExists(atPath: database + suffix) {
                try keep(database + suffix, as: kept + suffix)
            }
            // What stands in the journal belongs to the old database, or it would be written into the new one.
            for suffix in ["-wal", "-shm"] where files.fileExists(atPath: database + suffix) {
                try files.removeItem(atPath: database + suffix)
            }
            guard unsafe rename(staged, database) == 0 else { throw CocoaError(.fileWriteUnknown) }
            settle(stateDirectory)
        } catch {
            throw ConfigurationProblem("the backup could not be put in place of \(database): \(FileFailure(error)); the database before it is \(kept)")
        }
        logger.notice("a backup was restored", metadata: ["before": "\(kept)"])
        return kept
    }

    private static func unusedName(_ name: String) -> String {
        var unused = name, number = 1
        while FileManager.default.fileExists(atPath: unused) {
            number += 1
            unused = "\(name)-\(number)"
        }
        return unused
    }

    /// Gives a file a second name; where the file system has none of these, it is copied.
    private static func keep(_ path: String, as kept: String) throws {
        do {
            try FileManager.default.linkItem(atPath: path, toPath: kept)
        } catch {
            try FileManager.default.copyItem(atPath: path, toPath: kept)
        }
    }

    /// Makes the names in a directory durable.
    private static func settle(_ directory: String) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
